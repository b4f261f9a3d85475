/** The plan as people read it: totals, the tree of resources, and notes. */
import { describe, size, workloadOf } from "./describe.ts";
import { at, kindOf, type Plan, type PlannedResource, shownName } from "./plan.ts";

export interface PlanTotals {
  readonly resources: number;
  /** By kind, most first. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Pods that run all the time. */
  readonly pods: number;
  /** Processors. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
  /** GiB. */
  readonly storage: number;
  readonly zones: readonly string[];
}

export function totals({ resources }: Plan): PlanTotals {
  const own = resources.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
  const kinds = new Map<string, number>();
  for (const resource of own) kinds.set(kindOf(resource), (kinds.get(kindOf(resource)) ?? 0) + 1);
  const workloads = own.flatMap((resource) => workloadOf(resource, resources) ?? []);
  const sum = (amount: "cpu" | "memory" | "storage") =>
    workloads.reduce((total, workload) => total + workload.replicas * workload[amount], 0);
  return {
    resources: own.length,
    kinds: Object.fromEntries([...kinds].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))),
    pods: workloads.reduce((total, { replicas }) => total + replicas, 0),
    cpu: sum("cpu") / 1000,
    memory: sum("memory"),
    storage: sum("storage"),
    zones: [...new Set(workloads.flatMap(({ zones }) => zones))].sort(),
  };
}

export interface Styles {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly warning: (text: string) => string;
}

const plain: Styles = { strong: (text) => text, faint: (text) => text, warning: (text) => text };

export function renderTree(plan: Plan, styles: Styles = plain): string {
  const lines: string[] = [];
  const children = new Map<string | null, PlannedResource[]>();
  for (const resource of plan.resources) {
    const siblings = children.get(resource.parent) ?? [];
    siblings.push(resource);
    children.set(resource.parent, siblings);
  }
  const stack = children.get(null)?.find(({ type }) => type === "pulumi:pulumi:Stack");
  const summary = totals(plan);
  const environment = plan.environment === null ? "" : `, ${plan.environment}`;
  lines.push(styles.strong(`${plan.country}${environment} on ${plan.target}`));
  lines.push(
    `${summary.resources} resources, ${summary.pods} pods: ${summary.cpu} processors, ${size(summary.memory)} memory, ` +
      `${size(summary.storage * 1024)} disk, ${summary.zones.length === 0 ? "in any zone of the cluster" : `all in ${summary.zones.join(", ")}`}`,
  );
  lines.push(
    styles.faint(
      Object.entries(summary.kinds)
        .map(([kind, count]) => `${count} ${kind}`)
        .join(", "),
    ),
  );
  for (const key of ["webAddress", "mqttAddress"] as const) {
    const address = at(plan.outputs, key);
    if (address !== undefined) lines.push(String(address));
  }
  lines.push("");

  const walk = (resource: PlannedResource, prefix: string, last: boolean) => {
    const told = describe(resource, plan.resources);
    const title = resource.custom
      ? `${kindOf(resource)} ${styles.strong(String(at(resource.properties, "name") ?? shownName(resource)))}`
      : styles.strong(shownName(resource));
    lines.push(`${prefix}${last ? "└─ " : "├─ "}${title}${told === "" ? "" : `  ${styles.faint(told)}`}`);
    descend(resource.urn, `${prefix}${last ? "   " : "│  "}`);
  };
  const descend = (urn: string, prefix: string) => {
    const { shown, counted } = summarised((children.get(urn) ?? []).sort(inReadingOrder), plan.resources);
    for (const [index, child] of shown.entries())
      walk(child, prefix, index === shown.length - 1 && counted.length === 0);
    for (const [index, text] of counted.entries())
      lines.push(`${prefix}${index === counted.length - 1 ? "└─ " : "├─ "}${text}`);
  };
  const roots = (children.get(stack?.urn ?? null) ?? []).filter(({ custom }) => !custom);
  for (const root of roots) {
    lines.push(styles.strong(root.name));
    descend(root.urn, "");
  }
  const notes = at(plan.outputs, "notes");
  if (Array.isArray(notes) && notes.length > 0) {
    lines.push("", styles.warning("To know"));
    for (const note of notes) lines.push(`• ${note}`);
  }
  return lines.join("\n");
}

/** Above this number, resources of a kind about which there is nothing to add are only counted. */
const mostAlike = 15;

function summarised(
  siblings: readonly PlannedResource[],
  all: readonly PlannedResource[],
): { readonly shown: readonly PlannedResource[]; readonly counted: readonly string[] } {
  const alike = new Map<string, number>();
  for (const one of siblings)
    if (one.custom && describe(one, all) === "") alike.set(kindOf(one), (alike.get(kindOf(one)) ?? 0) + 1);
  const many = [...alike].filter(([, count]) => count > mostAlike);
  const kinds = new Set(many.map(([kind]) => kind));
  return {
    shown: siblings.filter((one) => !(one.custom && kinds.has(kindOf(one)))),
    counted: many.map(([kind, count]) => `${count} ${kind}`),
  };
}

/** Workloads first, then the rest by kind and name. */
function inReadingOrder(a: PlannedResource, b: PlannedResource): number {
  const rank = (resource: PlannedResource) =>
    workloadOf(resource) !== undefined ? 0 : resource.custom ? 1 : 2;
  const key = (resource: PlannedResource) => `${rank(resource)} ${kindOf(resource)} ${shownName(resource)}`;
  return key(a) < key(b) ? -1 : 1;
}
