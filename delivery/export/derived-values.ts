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
  /** By network policy, as `ingress`. */
  readonly egress: Record<string, readonly Tree[]>;
  readonly ingress: Record<string, readonly Tree[]>;
  /** By the policy's identifier. */
  readonly admission: Record<string, AdmissionValues>;
  /** By file name: what the programs read. */
  localisation: Record<string, string>;
  /** Digests of the settings, by the object's name. */
  readonly configuration: Record<string, string>;
  migration: string;
}

export const noValues = (): DerivedValues => ({
  ...{
    resources: {},
    replicas: {},
    autoscaling: {},
    quota: {},
    computed: {},
    egress: {},
    ingress: {},
    admission: {},
  },
  ...{ localisation: {}, configuration: {}, migration: "" },
});

const articles = / \(([a-z0-9-]+:.+)\)$/;

/** @returns the template with the chart's values in place of what the kit computed, which goes to `values`. */
export function withDerived(kind: string, tree: Branch, values: DerivedValues): Branch {
  const metadata = tree.metadata as { readonly name: string; readonly labels: Branch };
  const name = String(metadata.name);
  return withComputed(withAmounts(), name, values.computed);

  function withAmounts(): Branch {
    switch (kind) {
      case "Deployment":
        return withReplicas(withContainer("spec", "template"));
      case "StatefulSet":
      case "Job":
        return withContainer("spec", "template");
      case "CronJob":
        return withContainer("spec", "jobTemplate", "spec", "template");
      case "HorizontalPodAutoscaler":
        return withAutoscaling();
      case "Cluster":
        return changed(tree, ["spec", "resources"], (planned) => resources(partOf(tree), planned));
      case "ResourceQuota":
        return changed(tree, ["spec", "hard"], (planned) => {
          values.quota = planned as Branch;
          return blockAction(".Values.quota");
        });
      case "NetworkPolicy":
        return changed(changed(tree, ["spec", "egress"], withEgress), ["spec", "ingress"], withIngress);
      case "ValidatingAdmissionPolicy":
        return changed(tree, ["spec", "validations"], withArticles);
      default:
        return tree;
    }
  }

  function withContainer(...template: readonly string[]): Branch {
    return changed(tree, [...template, "spec", "containers"], (containers) => {
      const [main, ...others] = containers as readonly Branch[];
      if (main === undefined) return containers;
      const pod = template.reduce((here, key) => here[key] as Branch, tree);
      return [{ ...main, resources: resources(partOf(pod), main.resources ?? {}) }, ...others];
    });
  }

  /** Of several workloads of one part, such as the shards of the time-series store, all take the same. */
  function resources(part: string, planned: Tree): Tree {
    const known = values.resources[part];
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(planned))
      throw new UntemplatedDifferenceError(`Workloads of ${part} take different amounts.`);
    values.resources[part] = planned;
    return blockAction(`(index .Values.resources "${part}")`);
  }

  function withReplicas(deployment: Branch): Branch {
    return changed(deployment, ["spec", "replicas"], (replicas) => {
      const part = partOf(tree);
      values.replicas[part] = replicas as number;
      return numberAction(`int (index .Values.replicas "${part}")`);
    });
  }

  function withAutoscaling(): Branch {
    const part = partOf(tree);
    const spec = tree.spec as Branch & { minReplicas: number; maxReplicas: number };
    const { minReplicas, maxReplicas } = spec;
    values.autoscaling[part] = { minReplicas, maxReplicas };
    const bound = (key: string) => numberAction(`int (index .Values.autoscaling "${part}").${key}`);
    return {
      ...tree,
      spec: { ...spec, minReplicas: bound("minReplicas"), maxReplicas: bound("maxReplicas") },
    };
  }

  /** Rules for addresses come last in the plan; which ones there are depends on the file. */
  function withEgress(planned: Tree): Tree {
    const isAddress = ({ to }: Branch) => Array.isArray(to) && to.every((peer) => "ipBlock" in peer);
    return withLastRules("egress", planned as readonly Branch[], isAddress);
  }

  /** So do those for other namespaces: the file names the gateway's and that of monitoring, or lets all in. */
  function withIngress(planned: Tree): Tree {
    const isNamespace = ({ from }: Branch) =>
      Array.isArray(from) && from.every((peer) => "namespaceSelector" in peer);
    return withLastRules("ingress", planned as readonly Branch[], isNamespace);
  }

  function withLastRules(
    direction: "egress" | "ingress",
    rules: readonly Branch[],
    isOfFile: (rule: Branch) => boolean,
  ): Tree {
    const last = rules.findLastIndex((rule) => !isOfFile(rule));
    values[direction][name] = rules.slice(last + 1);
    const added = blockAction(`(index .Values.${direction} "${name}")`);
    return last === -1 ? added : [...rules.slice(0, last + 1), added];
  }

  function withArticles(validations: Tree): Tree {
    const policy = String(metadata.labels["rollout/policy"]);
    return (validations as readonly Branch[]).map((validation) => {
      const message = String(validation.message);
      const found = articles.exec(message)?.[1] ?? "";
      values.admission[policy] = { articles: found, ...values.admission[policy] };
      const ending = action(`include "rollout.articles" (list . "${policy}")`);
      const { messageExpression } = validation;
      return {
        ...validation,
        message: `${message.replace(articles, "")}${ending}`,
        ...(typeof messageExpression === "string" && {
          messageExpression: withEnding(messageExpression, found, ending),
        }),
      };
    });
  }
}

/** The text that ends an expression in CEL, or each of its alternatives, names the articles last. */
function withEnding(expression: string, articles: string, ending: string): string {
  if (articles !== "") return expression.replaceAll(` (${articles})"`, `${ending}"`);
  const end = expression.lastIndexOf('"');
  return `${expression.slice(0, end)}${ending}${expression.slice(end)}`;
}

function changed(tree: Branch, path: readonly string[], change: (value: Tree) => Tree): Branch {
  const [key, ...rest] = path;
  const value = tree[key!];
  if (value === undefined) return tree;
  return { ...tree, [key!]: rest.length === 0 ? change(value) : changed(value as Branch, rest, change) };
}

function partOf(object: Branch): string {
  return String(((object.metadata as Branch).labels as Branch)[partLabel]);
}
