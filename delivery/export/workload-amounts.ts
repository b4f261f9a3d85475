/** How much of the cluster each part takes, as values of the chart: processors and memory, replicas, the namespace's quota. */
import { partLabel } from "../../components/part.ts";
import { UntemplatedDifferenceError } from "./template-object.ts";
import { blockAction, numberAction, type Tree } from "./template-text.ts";

type Branch = { readonly [key: string]: Tree };

/** Defaults, by part; filled while the templates are made. */
export interface ChartAmounts {
  readonly resources: Record<string, Tree>;
  readonly replicas: Record<string, number>;
  readonly autoscaling: Record<string, { minReplicas: number; maxReplicas: number }>;
  quota: Branch;
}

/** @returns the template with the chart's values in place of the amounts, whose defaults go to `amounts`. */
export function withAmounts(kind: string, tree: Branch, amounts: ChartAmounts): Branch {
  switch (kind) {
    case "Deployment":
      return withReplicas(withContainer(tree, ["spec", "template"], amounts), amounts);
    case "StatefulSet":
    case "Job":
      return withContainer(tree, ["spec", "template"], amounts);
    case "CronJob":
      return withContainer(tree, ["spec", "jobTemplate", "spec", "template"], amounts);
    case "HorizontalPodAutoscaler":
      return withAutoscaling(tree, amounts);
    case "Cluster":
      return changed(tree, ["spec", "resources"], (planned) => resources(partOf(tree), planned, amounts));
    case "ResourceQuota":
      return changed(tree, ["spec", "hard"], (planned) => {
        amounts.quota = planned as Branch;
        return blockAction(".Values.quota");
      });
    default:
      return tree;
  }
}

function withContainer(tree: Branch, template: readonly string[], amounts: ChartAmounts): Branch {
  return changed(tree, [...template, "spec", "containers"], (containers) => {
    const [main, ...others] = containers as readonly Branch[];
    if (main === undefined) return containers;
    const part = partOf(changedPart(tree, template));
    return [{ ...main, resources: resources(part, main.resources ?? {}, amounts) }, ...others];
  });
}

/** Of several workloads of one part, such as the shards of the time-series store, all take the same. */
function resources(part: string, planned: Tree, amounts: ChartAmounts): Tree {
  const known = amounts.resources[part];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(planned))
    throw new UntemplatedDifferenceError(`Workloads of ${part} take different amounts.`);
  amounts.resources[part] = planned;
  return blockAction(`(index .Values.resources "${part}")`);
}

function withReplicas(tree: Branch, amounts: ChartAmounts): Branch {
  const part = partOf(tree);
  const { replicas } = tree.spec as Branch;
  // An autoscaler decides otherwise.
  if (typeof replicas !== "number") return tree;
  amounts.replicas[part] = replicas;
  return changed(tree, ["spec", "replicas"], () => numberAction(`int (index .Values.replicas "${part}")`));
}

function withAutoscaling(tree: Branch, amounts: ChartAmounts): Branch {
  const part = partOf(tree);
  const { minReplicas, maxReplicas } = tree.spec as { minReplicas: number; maxReplicas: number };
  amounts.autoscaling[part] = { minReplicas, maxReplicas };
  const bound = (name: string) => numberAction(`int (index .Values.autoscaling "${part}").${name}`);
  return {
    ...tree,
    spec: { ...(tree.spec as Branch), minReplicas: bound("minReplicas"), maxReplicas: bound("maxReplicas") },
  };
}

function changed(tree: Branch, path: readonly string[], change: (value: Tree) => Tree): Branch {
  const [key, ...rest] = path;
  const value = tree[key!];
  if (value === undefined) return tree;
  return { ...tree, [key!]: rest.length === 0 ? change(value) : changed(value as Branch, rest, change) };
}

function changedPart(tree: Branch, path: readonly string[]): Branch {
  return path.reduce((here, key) => here[key] as Branch, tree);
}

function partOf(object: Branch): string {
  return String(((object.metadata as Branch).labels as Branch)[partLabel]);
}
