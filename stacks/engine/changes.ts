/** Collects the changes of a preview, and which of them concern stored data. */
import type { EngineEvent } from "@pulumi/pulumi/automation/index.js";
import type { ResourceChange } from "./conversation.ts";
import { StepReader } from "./resource-steps.ts";

/**
 * Types whose deletion deletes data or leaves it behind: with a namespace go its claims, with a Cluster of CloudNativePG its
 * volumes; the disks of a StatefulSet stay, and nothing reads them.
 */
const holders =
  /\$?(kubernetes:core\/v1:Namespace|kubernetes:apps\/v1:StatefulSet|kubernetes:core\/v1:PersistentVolumeClaim|kubernetes:postgresql\.cnpg\.io\/v1:Cluster|aws:rds\/instance:Instance|aws:s3\/bucket:Bucket)$/;

/** @param urn of a resource. */
export const holdsData = (urn: string): boolean => holders.test(urn.split("::")[2] ?? "");

export class ChangeList {
  readonly changes: ResourceChange[] = [];
  readonly #reader = new StepReader();

  readonly read = (event: EngineEvent): void => {
    const step = this.#reader.step(event);
    if (step?.state !== "started" || step.action === "read") return;
    const { action, kind, name, urn, changed } = step;
    this.changes.push({ action, kind, name, urn, changed, holdsData: holdsData(urn) });
  };
}
