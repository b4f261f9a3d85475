/** Why a run ends before or after the engine's work: by a policy, by pods that do not start, or because a person said so. */
import type { CheckResult } from "../../policies/engine/findings.ts";
import { EnvironmentError } from "../local/environment-error.ts";
import { losesData, type ResourceChange } from "./conversation.ts";

/** Policies refuse the plan: exit code 1. */
export class PoliciesRefuse extends Error {
  override readonly name = "PoliciesRefuse";
  readonly result: CheckResult;
  constructor(result: CheckResult) {
    super("The policies refuse this plan.");
    this.result = result;
  }
}

/** What was to run does not run: exit code 1. */
export class NotHealthy extends Error {
  override readonly name = "NotHealthy";
  readonly remediation: string;
  constructor(message: string, remediation: string) {
    super(message);
    this.remediation = remediation;
  }
}

/** The person said no, or stopped the run. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** A question that nobody is there to answer. */
export const nobodyToAsk = (question: string, option: string): EnvironmentError =>
  new EnvironmentError(`${question}, and there is no terminal to ask at.`, `Add ${option} if you mean it.`);

/** Of changes that would take data away: another namespace in the file deletes the former one with every store. */
export function dataWouldGo(changes: readonly ResourceChange[]): EnvironmentError | undefined {
  const lost = changes.filter(losesData);
  if (lost.length === 0) return undefined;
  return new EnvironmentError(
    `These changes delete what holds data: ${lost.map(({ kind, name }) => `${kind} ${name}`).join(", ")}. Nothing was changed.`,
    "Take back what the file changed there; or, if the data may go, keep a backup and add --delete-data.",
  );
}

export const nothingStands = (stack: string): EnvironmentError =>
  new EnvironmentError(
    `The state knows no stack ${stack}.`,
    "Stand it up by `rollout up`, or name the state that knows it by --state.",
  );
