/** A check as JUnit XML for build servers: a suite for each area, a case for each policy that passed and each finding. */
import { type CheckResult, type Finding, formatFinding, type PolicyResult } from "../engine/findings.ts";
import { areas, type Policy } from "../engine/policy.ts";

interface Case {
  readonly xml: string;
  readonly kind: "passed" | "failure" | "error" | "skipped";
}

export function junit(result: CheckResult, policies: readonly Policy[]): string {
  const suites = areas.map((area) => {
    const cases = policies
      .filter((policy) => policy.area === area)
      .flatMap((policy) => {
        const verdict = result.policies.find((candidate) => candidate.policy === policy.id);
        return verdict === undefined ? [] : casesOf(policy, verdict, result.findings);
      });
    return { area, cases };
  });
  const all = suites.flatMap(({ cases }) => cases);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(`${result.country} ${result.source}`)}" ${counts(all)}>`,
    ...suites.flatMap(({ area, cases }) => [
      `  <testsuite name="${escaped(area)}" ${counts(cases)} skipped="${count(cases, "skipped")}" time="0">`,
      ...cases.map(({ xml }) => xml),
      "  </testsuite>",
    ]),
    "</testsuites>",
  ];
  return `${lines.join("\n")}\n`;
}

const count = (cases: readonly Case[], kind: Case["kind"]) =>
  cases.filter((item) => item.kind === kind).length;
const counts = (cases: readonly Case[]) =>
  `tests="${cases.length}" failures="${count(cases, "failure")}" errors="${count(cases, "error")}"`;

function casesOf(policy: Policy, result: PolicyResult, findings: readonly Finding[]): Case[] {
  const open = (name: string) =>
    `    <testcase classname="${escaped(`${policy.area}.${policy.id}`)}" name="${escaped(name)}" time="0"`;
  const mine = findings.filter((finding) => finding.policy === policy.id);
  const cases = mine.map((finding): Case => {
    const start = `${open(`${finding.subject} ${finding.path}`.trim())}>`;
    const text = escaped(
      [
        formatFinding(finding),
        `Law: ${finding.articles.join(", ")}`,
        ...(finding.source === undefined ? [] : [`At: ${finding.source.file}:${finding.source.line}`]),
      ].join("\n"),
    );
    const message = escaped(finding.message);
    if (finding.verdict === "waived")
      return {
        kind: "skipped",
        xml: `${start}<skipped message="${escaped(`Waiver ${finding.waiver}: ${finding.message}`)}"/></testcase>`,
      };
    const kind = finding.verdict === "fail" ? "failure" : "error";
    return {
      kind,
      xml: `${start}<${kind} type="${finding.severity}" message="${message}">${text}</${kind}></testcase>`,
    };
  });
  if (result.unlisted > 0)
    cases.push({
      kind: "failure",
      xml: `${open("more")}><failure type="${policy.severity}" message="${result.unlisted} more findings are not listed"/></testcase>`,
    });
  if (result.verdict === "not-applicable")
    cases.push({
      kind: "skipped",
      xml: `${open(policy.title)}><skipped message="not applicable"/></testcase>`,
    });
  if (result.passed.length > 0)
    cases.push({
      kind: "passed",
      xml: `${open(`${policy.title} (${result.passed.length} passed)`)}/>`,
    });
  return cases;
}

/** Characters that XML 1.0 can't hold become U+FFFD. */
function escaped(text: string): string {
  return text
    .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("\r", "&#13;")
    .replaceAll("\n", "&#10;")
    .replaceAll("\t", "&#9;");
}
