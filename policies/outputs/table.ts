/** A check as text for people: each finding in a block, then the waivers and a line of totals. */
import { type CheckResult, type Finding, isFailed, type Verdict } from "../engine/findings.ts";
import type { Severity } from "../engine/policy.ts";

/** Colours a text, such as util.styleText does; where the output has no colours, it returns the text. */
export type Styling = (format: "red" | "green" | "yellow" | "blue" | "dim" | "bold", text: string) => string;

const marks = {
  fail: ["red", "✗"],
  undetermined: ["yellow", "?"],
  waived: ["blue", "~"],
} as const;

/** @param severity findings that are less severe do not fail the check. */
export function textTable(result: CheckResult, severity: Severity, style: Styling): string {
  const unlisted = result.policies.reduce((sum, policy) => sum + policy.unlisted, 0);
  const lines = [
    ...result.findings.flatMap((finding) => findingLines(finding, result, style)),
    ...(unlisted > 0 ? [`${unlisted} more findings are not listed.`, ""] : []),
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

function findingLines(finding: Finding, { waivers }: CheckResult, style: Styling): string[] {
  const [colour, mark] = marks[finding.verdict];
  const { policy, severity, subject, path, value, message, remediation, articles, source, level } = finding;
  const title = `${mark} ${finding.verdict === "fail" ? severity : finding.verdict}`;
  const advisory = level === "advisory" ? style("dim", " (advisory)") : "";
  const place = source === undefined ? "" : style("dim", `  ${source.file}:${source.line}`);
  const waiver = waivers.find(({ id }) => id === finding.waiver);
  return [
    `${style(colour, title)}  ${style("bold", subject)}  ${style("dim", policy)}${advisory}${place}`,
    ...(path === "" ? [] : [`    at          ${path}${value ? ` = ${value}` : ""}`]),
    `    what        ${message}`,
    `    how to fix  ${remediation}`,
    `    law         ${articles.join(", ")}`,
    ...(waiver === undefined
      ? []
      : [`    waived      ${waiver.id}, until ${waiver.until}, by ${waiver.who}`]),
    "",
  ];
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
