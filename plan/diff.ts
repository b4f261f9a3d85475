/** The differences between two plans, by resource and field. */
import { kindOf, type Plan, type PlannedResource, shownName, type Value } from "./plan.ts";
import { plannedTopology, type TopologyLoss, topologyLosses } from "./topology.ts";

export interface FieldChange {
  /** Such as `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

export interface PlanDiff {
  readonly added: readonly PlannedResource[];
  readonly removed: readonly PlannedResource[];
  readonly changed: readonly {
    readonly resource: PlannedResource;
    readonly fields: readonly FieldChange[];
  }[];
  /** What the change would do to stored data; none between two environments, which are different stacks. */
  readonly losses: readonly TopologyLoss[];
}

export function diffPlans(before: Plan, after: Plan): PlanDiff {
  // Without the stack's name, which contains the environment: plans of two environments can be compared.
  const key = ({ urn }: PlannedResource) => urn.split("::").slice(2).join("::");
  const index = (plan: Plan) =>
    new Map(
      plan.resources
        .filter(({ type }) => type !== "pulumi:pulumi:Stack")
        .map((resource) => [key(resource), resource] as const),
    );
  const old = index(before);
  const fresh = index(after);
  return {
    added: [...fresh].filter(([urn]) => !old.has(urn)).map(([, resource]) => resource),
    removed: [...old].filter(([urn]) => !fresh.has(urn)).map(([, resource]) => resource),
    changed: [...fresh].flatMap(([urn, resource]) => {
      const was = old.get(urn);
      if (was === undefined) return [];
      const fields: FieldChange[] = [];
      compare(was.properties, resource.properties, "", fields);
      return fields.length > 0 ? [{ resource, fields }] : [];
    }),
    losses:
      before.country === after.country && before.environment === after.environment
        ? topologyLosses(plannedTopology(before), plannedTopology(after))
        : [],
  };
}

function compare(
  before: Value | undefined,
  after: Value | undefined,
  path: string,
  into: FieldChange[],
): void {
  if (before === after) return;
  const lists = Array.isArray(before) && Array.isArray(after);
  if (lists || (isMap(before) && isMap(after))) {
    const a = before as Record<string, Value>;
    const b = after as Record<string, Value>;
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      const below = lists ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      compare(a[key], b[key], below, into);
    }
    return;
  }
  into.push({ path, before, after });
}

const isMap = (value: Value | undefined) =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export interface DiffStyles {
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly changed: (text: string) => string;
}

const plain: DiffStyles = { added: (text) => text, removed: (text) => text, changed: (text) => text };

export function renderDiff(
  { added, removed, changed, losses }: PlanDiff,
  styles: DiffStyles = plain,
): string {
  const title = (resource: PlannedResource) => `${kindOf(resource)} ${shownName(resource)}`;
  const lines = [
    ...added.map((resource) => styles.added(`+ ${title(resource)}`)),
    ...removed.map((resource) => styles.removed(`- ${title(resource)}`)),
    ...changed.flatMap(({ resource, fields }) => [
      styles.changed(`~ ${title(resource)}`),
      ...fields.flatMap((field) => renderField(field)),
    ]),
  ];
  if (lines.length === 0) return "No difference.";
  return [
    ...lines,
    "",
    `${added.length} added, ${removed.length} removed, ${changed.length} changed.`,
    ...losses.map(({ what, remediation }) => styles.removed(`! ${what} ${remediation}`)),
  ].join("\n");
}

const linesShown = 12;

function renderField({ path, before, after }: FieldChange): string[] {
  if (isText(before) && isText(after)) {
    const old = before.split("\n");
    const fresh = after.split("\n");
    const gone = without(old, fresh).map((line) => `      - ${line.trimEnd()}`);
    const come = without(fresh, old).map((line) => `      + ${line.trimEnd()}`);
    const all = [...gone, ...come].map((line) => (line.length > 160 ? `${line.slice(0, 159)}…` : line));
    const more = all.length > linesShown ? [`      … ${all.length - linesShown} lines more`] : [];
    return [`    ${path}:`, ...all.slice(0, linesShown), ...more];
  }
  return [`    ${path}: ${short(before)} → ${short(after)}`];
}

const isText = (value: Value | undefined): value is string =>
  typeof value === "string" && value.includes("\n");

/** Lines of one text that the other does not have; a line that occurs twice counts twice. */
function without(lines: readonly string[], others: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const line of others) left.set(line, (left.get(line) ?? 0) + 1);
  return lines.filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}

function short(value: Value | undefined): string {
  if (value === undefined) return "(absent)";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
