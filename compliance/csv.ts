/**
 * The checks as a table for spreadsheets (RFC 4180): a row for each finding, and one for each check without any. UTF-8
 * with a byte order mark, without which Excel takes it for another encoding; no cell is a formula.
 */
import type { Report, ReportCheck, ReportFinding } from "./report-schema.ts";

const columns = [
  "area",
  "policy",
  "rule",
  "severity",
  "level",
  "verdict",
  "in order",
  "subject",
  "type",
  "path",
  "value",
  "message",
  "remediation",
  "waiver",
  "data classes",
  "articles",
  "ISO/IEC 27001:2022",
  "NIST SP 800-53",
] as const;

export function checksTable(report: Report): string {
  const rows = report.checks.flatMap((check) => {
    const findings = report.findings.filter(({ policy }) => policy === check.policy);
    return findings.length === 0 ? [row(check)] : findings.map((finding) => row(check, finding));
  });
  return `\uFEFF${[columns, ...rows].map((cells) => cells.map(cell).join(",")).join("\r\n")}\r\n`;
}

function row(check: ReportCheck, finding?: ReportFinding): string[] {
  const { area, policy, title, severity, level, verdict, passed, controls } = check;
  return [
    area,
    policy,
    title,
    severity,
    level,
    finding?.verdict ?? verdict,
    String(passed.length),
    finding?.subject ?? "",
    finding?.type ?? "",
    finding?.path ?? "",
    finding?.value ?? "",
    finding?.message ?? "",
    finding?.remediation ?? "",
    finding?.waiver ?? "",
    (finding?.dataClasses ?? check.dataClasses).join(" "),
    (finding?.articles ?? check.articles).join(" "),
    controls.iso27001.join(" "),
    controls.nist80053.join(" "),
  ];
}

/** An apostrophe in front keeps a spreadsheet from computing a text that looks like a formula. */
function cell(text: string): string {
  const harmless = /^[\s\uFEFF]*[=+\-@|%\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
