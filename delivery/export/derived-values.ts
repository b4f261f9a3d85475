/**
 * What the kit computes from a country's file, as values of the chart: how much of the cluster each part takes, settings of
 * the stores, articles of the law, and the countries' own texts.
 */
import { partLabel } from "../../components/part.ts";
import type { AdmissionValues } from "./admission-places.ts";
import { type ComputedValues, withComputed } from "./computed-values.ts";
import { UntemplatedDifferenceError } from "./template-object.ts";
import { action, type Branch, blockAction, numberAction, type Tree } from "./template-text.ts";

/** The country's values; filled while the templates are made. */
export interface DerivedValues {
  /** By part. */
  readonly resources: Record<string, Tree>;
  readonly replicas: Record<string, number>;
  readonly autoscaling: Record<string, { minReplicas: number; maxReplicas: number }>;
  quota: Branch;
  readonly computed: ComputedValues;
  readonly egress: Record<string, readonly Tree[]>;
  /** By the policy's identifier. */
  readonly admission: Record<string, AdmissionValues>;
  /** By file name: what the programs read. */
  localisation: Record<string, string>;
  /** Digests of the settings, by the object's name. */
  readonly configuration: Record<string, string>;
  migration: string;
}

export const noValues = (): DerivedValues => ({
  ...{ resources: {}, replicas: {}, autoscaling: {}, quota: {}, computed: {}, egress: {}, admission: {} },
  ...{ localisation: {}, configuration: {}, migration: "" },
});

/** @returns the template with the chart's values in place of what the kit computed, which goes to `values`. */
export function withDerived(kind: string, tree: Branch, values: DerivedValues): Branch {
  return withComputed(withAmounts(kind, tree, values), nameOf(tree), values.computed);
}

function withAmounts(kind: string, tree: Branch, values: DerivedValues): Branch {
  switch (kind) {
    case "Deployment":
      return withReplicas(withContainer(tree, ["spec", "template"], values), values);
    case "StatefulSet":
    case "Job":
      return withContainer(tree, ["spec", "template"], values);
    case "CronJob":
      return withContainer(tree, ["spec", "jobTemplate", "spec", "template"], values);
    case "HorizontalPodAutoscaler":
      return withAutoscaling(tree, values);
    case "Cluster":
      return changed(tree, ["spec", "resources"], (planned) => resources(partOf(tree), planned, values));
    case "ResourceQuota":
      return changed(tree, ["spec", "hard"], (planned) => {
        values.quota = planned as Branch;
        return blockAction(".Values.quota");
      });
    case "NetworkPolicy":
      return changed(tree, ["spec", "egress"], (planned) => withEgress(nameOf(tree), planned, values));
    case "ValidatingAdmissionPolicy":
      return withArticles(tree, values);
    default:
      return tree;
  }
}

function withContainer(tree: Branch, template: readonly string[], values: DerivedValues): Branch {
  return changed(tree, [...template, "spec", "containers"], (containers) => {
    const [main, ...others] = containers as readonly Branch[];
    if (main === undefined) return containers;
    const part = partOf(changedPart(tree, template));
    return [{ ...main, resources: resources(part, main.resources ?? {}, values) }, ...others];
  });
}

/** Of several workloads of one part, such as the shards of the time-series store, all take the same. */
function resources(part: string, planned: Tree, values: DerivedValues): Tree {
  const known = values.resources[part];
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(planned))
    throw new UntemplatedDifferenceError(`Workloads of ${part} take different amounts.`);
  values.resources[part] = planned;
  return blockAction(`(index .Values.resources "${part}")`);
}

function withReplicas(tree: Branch, values: DerivedValues): Branch {
  const part = partOf(tree);
  const { replicas } = tree.spec as Branch;
  // Without a number, an autoscaler decides.
  if (typeof replicas !== "number") return tree;
  values.replicas[part] = replicas;
  return changed(tree, ["spec", "replicas"], () => numberAction(`int (index .Values.replicas "${part}")`));
}

function withAutoscaling(tree: Branch, values: DerivedValues): Branch {
  const part = partOf(tree);
  const { minReplicas, maxReplicas } = tree.spec as { minReplicas: number; maxReplicas: number };
  values.autoscaling[part] = { minReplicas, maxReplicas };
  const bound = (name: string) => numberAction(`int (index .Values.autoscaling "${part}").${name}`);
  return {
    ...tree,
    spec: { ...(tree.spec as Branch), minReplicas: bound("minReplicas"), maxReplicas: bound("maxReplicas") },
  };
}

/** Rules for addresses come last in the plan; which ones there are depends on the file. */
function withEgress(name: string, planned: Tree, values: DerivedValues): Tree {
  const rules = planned as readonly Branch[];
  const isAddress = ({ to }: Branch) => Array.isArray(to) && to.every((peer) => "ipBlock" in peer);
  const last = rules.findLastIndex((rule) => !isAddress(rule));
  values.egress[name] = rules.slice(last + 1);
  const added = blockAction(`(index .Values.egress "${name}")`);
  return last === -1 ? added : [...rules.slice(0, last + 1), added];
}

const articles = / \(([a-z0-9-]+:.+)\)$/;

function withArticles(tree: Branch, values: DerivedValues): Branch {
  const policy = String(((tree.metadata as Branch).labels as Branch)["rollout/policy"]);
  return changed(tree, ["spec", "validations"], (validations) =>
    (validations as readonly Branch[]).map((validation) => {
      const message = String(validation.message);
      values.admission[policy] = {
        articles: articles.exec(message)?.[1] ?? "",
        ...values.admission[policy],
      };
      return {
        ...validation,
        message: `${message.replace(articles, "")}${action(`include "rollout.articles" (list . "${policy}")`)}`,
      };
    }),
  );
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

const nameOf = (object: Branch) => String((object.metadata as Branch).name);
