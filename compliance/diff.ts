/** The differences between two reports: inputs, verdicts, findings, where data is stored, what leaves, the law. */
import { type DiffSection, diffSections } from "./diff-sections.ts";
import type { Report } from "./report-schema.ts";

export interface ReportDifference {
  readonly section: DiffSection;
  readonly kind: "added" | "removed" | "changed";
  /** What it is about, such as `places/rollout/StatefulSet/broker.zones`. */
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
  /** The same as one line. */
  readonly text: string;
}

/** The parts of a report that belong to each section. */
const parts: Readonly<Record<DiffSection, readonly (keyof Report)[]>> = {
  made: ["kit", "country", "environment", "target", "languages", "nationalLanguage", "made"],
  inputs: ["inputs"],
  // Compared separately: a report has a copy of the file, not its fields.
  file: [],
  verdict: ["verdict", "observed"],
  checks: ["checks"],
  findings: ["findings"],
  waivers: ["waivers"],
  data: ["data", "aggregates"],
  places: ["places"],
  access: ["access", "programme", "names"],
  flows: ["flows"],
  law: ["law"],
  retention: ["retention"],
  resources: ["resources"],
  open: ["notes", "toConfirm", "placeholders"],
};

export function diffReports(before: Report, after: Report): ReportDifference[] {
  return diffSections.flatMap((section) =>
    parts[section].flatMap((part) =>
      compare(compared(before, part), compared(after, part), part).map((difference) => ({
        section,
        ...difference,
      })),
    ),
  );
}

/** Of resources that passed a check only the number is compared: `resources` shows which were added and removed. */
function compared(report: Report, part: keyof Report): unknown {
  // Each look has another time.
  if (part === "observed" && report.observed !== undefined) return { ...report.observed, at: undefined };
  if (part !== "checks") return report[part];
  return report.checks.map((check) => ({ ...check, passed: check.passed.length }));
}

/** The differences between two localisation files, as parsed YAML, field by field. */
export function diffFiles(before: unknown, after: unknown): ReportDifference[] {
  return compare(before, after, "").map((difference) => ({ section: "file", ...difference }));
}

type Bare = Omit<ReportDifference, "section">;

function compare(before: unknown, after: unknown, path: string): Bare[] {
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path);
  if (isMap(before) && isMap(after))
    return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((key) =>
      compare(before[key], after[key], path === "" ? key : `${path}.${key}`),
    );
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === undefined) return [difference("added", path, undefined, shown(after))];
  if (after === undefined) return [difference("removed", path, shown(before), undefined)];
  return [difference("changed", path, shown(before), shown(after))];
}

/** Items are matched by their name, otherwise by their whole content: a list of texts has no changed items. */
function compareLists(before: readonly unknown[], after: readonly unknown[], path: string): Bare[] {
  const old = keyed(before);
  const fresh = keyed(after);
  return [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const [a, b] = [old.get(key), fresh.get(key)];
    const place = `${path}/${key.slice(0, 200)}`;
    if (a === undefined) return [difference("added", place, undefined, isMap(b) ? undefined : shown(b))];
    if (b === undefined) return [difference("removed", place, isMap(a) ? undefined : shown(a), undefined)];
    return compare(a, b, place);
  });
}

function keyed(items: readonly unknown[]): Map<string, unknown> {
  const map = new Map<string, unknown>();
  for (const item of items) {
    const name = nameOf(item);
    let key = name;
    for (let count = 2; map.has(key); count++) key = `${name} (${count})`;
    map.set(key, item);
  }
  return map;
}

function nameOf(item: unknown): string {
  if (!isMap(item)) return shown(item);
  const {
    policy,
    subject,
    path,
    id,
    class: dataClass,
    host,
    article,
    register,
    name,
    type,
    address,
    line,
    who,
  } = item;
  const words =
    subject !== undefined
      ? [policy, subject, path]
      : id !== undefined
        ? [id]
        : [
            policy ?? dataClass ?? host ?? article ?? register ?? name ?? who ?? path ?? line,
            type ?? address,
          ];
  const found = words.filter((word) => word !== undefined && word !== "").map(String);
  return found.length === 0 ? shown(item) : found.join(" ");
}

function difference(
  kind: ReportDifference["kind"],
  path: string,
  before: string | undefined,
  after: string | undefined,
): Bare {
  const values =
    kind === "changed"
      ? `: ${before} → ${after}`
      : before === undefined && after === undefined
        ? ""
        : `: ${before ?? after}`;
  const redundant = kind !== "changed" && path.endsWith(`/${before ?? after}`);
  return {
    kind,
    path,
    ...(before !== undefined && { before }),
    ...(after !== undefined && { after }),
    text: `${path} ${kind}${redundant ? "" : values}`,
  };
}

const shown = (value: unknown): string =>
  (typeof value === "string" ? value : JSON.stringify(value)).slice(0, 500);

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
