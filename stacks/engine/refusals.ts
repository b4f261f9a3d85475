/** Why a run is refused before anything is changed. */
import { CheckError, EnvironmentError } from "../../base/kit-error.ts";
import type { TopologyLoss } from "../../plan/topology.ts";
import { blocks, type CheckResult, type Finding, formatFinding } from "../../policies/engine/findings.ts";
import { losesData, type ResourceChange } from "./conversation.ts";

/** Has a line for each finding; `rollout check` shows more about them. */
export class PoliciesRefuseError extends CheckError {
  readonly #findings: readonly Finding[];

  constructor(result: CheckResult) {
    super(
      "The policies refuse this plan: nothing was changed.",
      "`rollout check` shows the articles of the law.",
    );
    this.#findings = result.findings.filter((finding) => blocks(finding, "low"));
  }

  override get lines(): readonly string[] {
    return this.#findings.map((finding) => `✗ ${finding.policy}  ${formatFinding(finding)}`);
  }

  override toJSON(): object {
    return { ...super.toJSON(), findings: this.#findings };
  }
}

/** The stack would have fewer queues, brokers, shards or keepers than it has, or other disks. Has a line for each. */
export class TopologyRefusedError extends EnvironmentError {
  readonly losses: readonly TopologyLoss[];

  constructor(losses: readonly TopologyLoss[]) {
    super(
      "This would leave stored data behind: nothing was changed.",
      "Change the file as these lines say. If the data may be lost, make a backup and add --delete-data.",
    );
    this.losses = losses;
  }

  override get lines(): readonly string[] {
    return this.losses.map(({ what, remediation }) => `✗ ${what} ${remediation}`);
  }

  override toJSON(): object {
    return { ...super.toJSON(), losses: this.losses };
  }
}

/**
 * The refusal of changes that delete data: another namespace in the file deletes the former one with every store. A StatefulSet
 * that is replaced stops all its pods at once, and what only a removed one's disks hold is read by nobody.
 */
export function dataWouldGo(changes: readonly ResourceChange[]): EnvironmentError | undefined {
  const lost = changes.filter(losesData);
  if (lost.length === 0) return undefined;
  return new EnvironmentError(
    `These changes delete stored data, or leave it behind: ${lost.map(({ kind, name }) => `${kind} ${name}`).join(", ")}. Nothing was changed.`,
    "Undo the change in the file. If the data may be deleted, make a backup and add --delete-data.",
  );
}

export const unknownStack = (stack: string): EnvironmentError =>
  new EnvironmentError(
    `The state has no stack ${stack}.`,
    "Create it with `rollout up`, or give the folder of its state with --state.",
  );
