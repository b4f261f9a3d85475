/** Why a run ends before or after the engine's work: by a policy, by pods that do not start, or because a person said so. */
import { CheckError, EnvironmentError } from "../../base/kit-error.ts";
import { blocks, type CheckResult, type Finding, formatFinding } from "../../policies/engine/findings.ts";
import { losesData, type ResourceChange } from "./conversation.ts";

/** Each finding in a sentence; `rollout check` tells more of them. */
export class PoliciesRefuseError extends CheckError {
  readonly #findings: readonly Finding[];

  constructor(result: CheckResult) {
    super("The policies refuse this plan: nothing was changed.", "`rollout check` names the articles.");
    this.#findings = result.findings.filter((finding) => blocks(finding, "low"));
  }

  override get lines(): readonly string[] {
    return this.#findings.map((finding) => `✗ ${finding.policy}  ${formatFinding(finding)}`);
  }

  override toJSON(): object {
    return { ...super.toJSON(), findings: this.#findings };
  }
}

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
