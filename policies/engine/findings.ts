/** The result of a check: findings, and a verdict per policy. Plain data, for the table, JSON, SARIF, JUnit and the report. */
import type { DataClassName } from "../../localisation/schema/residency.ts";
import { type Policy, type Severity, severities } from "./policy.ts";

/** From the lightest to the gravest: a policy's verdict is the gravest of its resources'. */
export const verdicts = ["not-applicable", "pass", "waived", "undetermined", "fail"] as const;
export type Verdict = (typeof verdicts)[number];

export interface Finding {
  readonly policy: string;
  readonly verdict: "fail" | "undetermined" | "waived";
  readonly severity: Severity;
  readonly level: Policy["level"];
  /** Name of the resource, or of the localisation file. */
  readonly subject: string;
  /** Type token; absent where the subject is the file. */
  readonly type?: string;
  readonly urn?: string;
  readonly path: string;
  readonly value?: string;
  readonly message: string;
  readonly remediation: string;
  readonly dataClasses: readonly DataClassName[];
  /** The legal basis, as `law:article` of the file. */
  readonly articles: readonly string[];
  /** Id of the waiver that covers it. */
  readonly waiver?: string;
  readonly source?: { readonly file: string; readonly line: number };
}

export interface PolicyResult {
  readonly policy: string;
  readonly verdict: Verdict;
  /** The articles of the law that ask for it. */
  readonly articles: readonly string[];
  /** Subjects that passed. */
  readonly passed: readonly string[];
  readonly failed: number;
  readonly undetermined: number;
  readonly waived: number;
  /** Number of findings that are not listed: a policy lists at most 1,000. */
  readonly unlisted: number;
}

export interface WaiverResult {
  readonly id: string;
  readonly resource: string;
  readonly policy: string;
  readonly why: string;
  readonly who: string;
  readonly until: string;
  readonly status: "used" | "unused" | "expired";
  readonly uses: number;
}

export interface CheckResult {
  readonly country: string;
  readonly environment?: string;
  readonly target: string;
  readonly today: string;
  readonly source: string;
  readonly resources: number;
  readonly policies: readonly PolicyResult[];
  /** Most severe first. */
  readonly findings: readonly Finding[];
  readonly waivers: readonly WaiverResult[];
}

const atLeast = (severity: Severity, threshold: Severity): boolean =>
  severities.indexOf(severity) <= severities.indexOf(threshold);

/** Whether a finding makes the check fail: mandatory, not waived, and at least as severe as asked for. */
export function blocks(finding: Finding, threshold: Severity): boolean {
  return (
    finding.verdict !== "waived" && finding.level === "mandatory" && atLeast(finding.severity, threshold)
  );
}

/** Whether the check fails. Findings that are not listed are as severe as the listed ones of their policy. */
export function isFailed({ findings, policies }: CheckResult, threshold: Severity): boolean {
  return (
    findings.some((finding) => blocks(finding, threshold)) ||
    policies.some(
      ({ policy, unlisted }) =>
        unlisted > 0 && findings.some((finding) => finding.policy === policy && blocks(finding, threshold)),
    )
  );
}

/** `rollout/StatefulSet/broker spec.replicas: … .` */
export function formatFinding({
  subject,
  path,
  message,
  remediation,
}: Pick<Finding, "subject" | "path" | "message" | "remediation">): string {
  return `${subject}${path === "" ? "" : ` ${path}`}: ${message} ${remediation}`;
}
