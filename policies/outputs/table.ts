/** A check as text for people: each policy with what it found, by cause, then the waivers and a line of totals. */
import { type Cause, causesOf } from "../engine/causes.ts";
import { type CheckResult, type Finding, isFailed, type Verdict } from "../engine/findings.ts";
import type { Severity } from "../engine/policy.ts";

/** Colours a text, such as util.styleText does; where the output has no colours, it returns the text. */
export type Styling = (format: "red" | "green" | "yellow" | "blue" | "dim" | "bold", text: string) => string;

const marks = {
  fail: ["red", "✗"],
  undetermined: ["yellow", "?"],
  waived: ["blue", "~"],
} as const;

/** Causes of a policy, and places of a cause, that are printed; the others are counted. `--json` has all. */
const shown = 3;
/** What could not be checked is named longer: nothing is said of it elsewhere. */
const shownOpen = 20;

/** @param severity findings that are less severe do not fail the check. */
export function textTable(result: CheckResult, severity: Severity, style: Styling): string {
  const unlisted = result.policies.reduce((sum, policy) => sum + policy.unlisted, 0);
  const byPolicy = Map.groupBy(causesOf(result.findings), ({ findings: [{ policy, verdict, waiver }] }) =>
    [policy, verdict, waiver].join(" "),
  );
  const lines = [
    ...[...byPolicy.values()].flatMap((causes) => policyLines(causes, result, style)),
    ...(unlisted > 0 ? [`${unlisted} more findings are not listed.`] : []),
    ...result.waivers.map(
      ({ id, status, resource, until, who, why }) =>
        `${style("blue", "~")} waiver ${id}: ${status}, ${resource}, until ${until}, by ${who}. ${why}`,
    ),
    totals(result, severity, style),
    ...(result.resources === 0
      ? [
          `The target ${result.target} has no plan: only the file was checked. Name --target or --env to check a plan.`,
        ]
      : []),
  ];
  return lines.join("\n");
}

/** What a policy found: a line of title, then each cause with its places. */
function policyLines(causes: readonly Cause[], { waivers }: CheckResult, style: Styling): string[] {
  const findings = causes.flatMap((cause) => cause.findings);
  const [{ policy, verdict, severity, level, waiver: id }] = findings as [Finding, ...Finding[]];
  const [colour, mark] = marks[verdict];
  const waiver = waivers.find((candidate) => candidate.id === id);
  const articles = [...new Set(findings.flatMap((finding) => finding.articles))];
  const about = [
    places(findings.length),
    ...(level === "advisory" ? ["advisory"] : []),
    ...(articles.length === 0 ? [] : [`law ${articles.join(", ")}`]),
    ...(waiver === undefined ? [] : [`waived by ${waiver.id}, until ${waiver.until}, by ${waiver.who}`]),
  ].join("; ");
  const most = verdict === "undetermined" ? shownOpen : shown;
  const hidden = causes.slice(most).flatMap((cause) => cause.findings);
  return [
    `${style(colour, `${mark} ${verdict === "fail" ? severity : verdict}`)}  ${style("bold", policy)}  ${style("dim", about)}`,
    ...causes.slice(0, most).flatMap((cause) => causeLines(cause, most, style)),
    ...(hidden.length === 0 ? [] : [`    … and ${places(hidden.length)} with other causes (--json has all)`]),
  ];
}

const places = (count: number): string => `${count} ${count === 1 ? "place" : "places"}`;

function causeLines({ findings, message, remediation }: Cause, most: number, style: Styling): string[] {
  const text = `${message} ${style("dim", "How to fix:")} ${remediation}`;
  const [first, ...others] = findings;
  if (others.length === 0) {
    const { source } = first;
    const line = source === undefined ? "" : style("dim", `  ${source.file}:${source.line}`);
    return [`    ${style("bold", placeOf(first, message))}: ${text}${line}`];
  }
  const more = findings.length - most;
  return [
    `    ${text}`,
    `        ${placesOf(findings, message, most)}${more > 0 ? ` and ${more} more` : ""}`,
  ];
}

/** The value is left out where the message has it. */
function placeOf({ subject, path, value = "" }: Finding, message: string): string {
  const given = value === "" || message.includes(value) ? "" : ` = ${shortened(value)}`;
  return `${subject}${path === "" ? "" : ` ${path}`}${given}`.trim();
}

const shortened = (value: string): string => (value.length > 100 ? `${value.slice(0, 99)}…` : value);

/** Each value once before any of them again: the places that are shown name as many hosts or images as they can. */
function byValue(findings: readonly Finding[]): Finding[] {
  const byEach = Map.groupBy(findings, ({ value }) => value);
  const once = [...byEach.values()].flatMap(([first]) => first ?? []);
  return [...once, ...[...byEach.values()].flatMap(([, ...again]) => again)];
}

/** The first places; a path or a resource that they share is said once. */
function placesOf(findings: readonly Finding[], message: string, most: number): string {
  const paths = new Set(findings.map(({ path }) => path));
  const subjects = new Set(findings.map(({ subject }) => subject));
  const first = byValue(findings).slice(0, most);
  const listed = (parts: readonly Finding[]) => parts.map((finding) => placeOf(finding, message)).join(", ");
  if (subjects.size === 1)
    return `${[...subjects].join("")}: ${listed(first.map((finding) => ({ ...finding, subject: "" })))}`;
  if (paths.size > 1 || paths.has("")) return listed(first);
  return `${[...paths].join("")} of ${listed(first.map((finding) => ({ ...finding, path: "" })))}`;
}

function totals(result: CheckResult, severity: Severity, style: Styling): string {
  const { policies, resources, source } = result;
  const count = (verdict: Verdict) => policies.filter((policy) => policy.verdict === verdict).length;
  const mark = isFailed(result, severity) ? style("red", "✗") : style("green", "✓");
  return [
    `${mark} ${source}: ${resources} ${resources === 1 ? "resource" : "resources"}, ${policies.length} policies: ${count("pass")} passed`,
    `${count("fail")} failed`,
    `${count("undetermined")} undetermined`,
    `${count("waived")} waived`,
    `${count("not-applicable")} not applicable.`,
  ].join(", ");
}
