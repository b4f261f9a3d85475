/** Lets the maintenance of a cluster stop one pod of a part at a time. */
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { metadata, type PartName, selectorLabels } from "./part.ts";

export interface DisruptionBudgetArgs {
  readonly namespace: string;
  readonly part: PartName;
  /** In the cluster; the part's name where absent. */
  readonly objectName?: string;
  /** Labels of the pods; the part's own where absent. */
  readonly selector?: Record<string, string>;
}

export function disruptionBudget(
  name: string,
  { namespace, part, objectName = part, selector = selectorLabels(part) }: DisruptionBudgetArgs,
  options: CustomResourceOptions,
): void {
  new PodDisruptionBudget(
    name,
    {
      metadata: metadata(namespace, objectName, part),
      spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
    },
    options,
  );
}
