/** Lets maintenance of a cluster take one pod of a part at a time. */
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type { Resource } from "@pulumi/pulumi";
import { metadata, type PartName, selectorLabels } from "./part.ts";

export interface DisruptionBudgetArgs {
  readonly namespace: string;
  readonly part: PartName;
  /** What the pods carry; the part's own labels where absent. */
  readonly selector?: Record<string, string>;
}

export function disruptionBudget(
  name: string,
  { namespace, part, selector = selectorLabels(part) }: DisruptionBudgetArgs,
  parent: Resource,
): PodDisruptionBudget {
  return new PodDisruptionBudget(
    name,
    {
      metadata: metadata(namespace, name, part),
      spec: { maxUnavailable: 1, selector: { matchLabels: selector } },
    },
    { parent },
  );
}
