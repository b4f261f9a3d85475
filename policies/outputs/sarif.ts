/** A check as SARIF 2.1.0 (OASIS), which code hosts and editors show at the line of each finding. */
import { type Cause, causesOf } from "../engine/causes.ts";
import { type CheckResult, type Finding, formatFinding } from "../engine/findings.ts";
import type { Policy, Severity } from "../engine/policy.ts";

/** SARIF's level, and the score from 0 to 10 by which code hosts sort. */
const weights: Readonly<
  Record<Severity, { readonly level: "error" | "warning" | "note"; readonly score: string }>
> = {
  critical: { level: "error", score: "9.5" },
  high: { level: "error", score: "8.0" },
  medium: { level: "warning", score: "5.5" },
  low: { level: "note", score: "2.0" },
};

export function sarif(result: CheckResult, policies: readonly Policy[], version: string): object {
  const index = new Map(policies.map(({ id }, position) => [id, position]));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "country-rollout-kit",
            semanticVersion: version,
            rules: policies.map((policy) => rule(policy)),
          },
        },
        columnKind: "utf16CodeUnits",
        results: causesOf(result.findings).map((cause) => ({
          ...resultOf(cause),
          ruleIndex: index.get(cause.findings[0].policy),
        })),
        properties: {
          country: result.country,
          ...(result.environment !== undefined && { environment: result.environment }),
          target: result.target,
        },
      },
    ],
  };
}

/** One cause: at its first place, with the others as related locations. */
function resultOf({ id, message, remediation, findings }: Cause): object {
  const [first, ...others] = findings;
  const { policy, verdict, severity, waiver } = first;
  const text = others.length === 0 ? formatFinding(first) : `${message} ${remediation}`;
  return {
    ruleId: policy,
    kind: verdict === "undetermined" ? "open" : "fail",
    // A result that is still open has no level.
    level: verdict === "undetermined" ? "none" : weights[severity].level,
    message: { text: others.length === 0 ? text : `${text} ${findings.length} places.` },
    locations: [location(first)],
    ...(others.length > 0 && {
      relatedLocations: others.map((finding, place) => ({
        id: place + 1,
        ...location(finding),
        message: { text: formatFinding(finding) },
      })),
    }),
    // A cause keeps its fingerprint in every run, even when its lines move and while places are fixed one by one.
    partialFingerprints: { "cause/v1": id },
    ...(waiver !== undefined && {
      suppressions: [{ kind: "external", justification: `Waiver ${waiver}` }],
    }),
    properties: {
      severity,
      places: findings.length,
      articles: [...new Set(findings.flatMap(({ articles }) => articles))],
      dataClasses: [...new Set(findings.flatMap(({ dataClasses }) => dataClasses))],
      remediation,
    },
  };
}

function rule({ id, title, risk, remediation, severity, level, area, controls }: Policy): object {
  return {
    id,
    name: id.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
    shortDescription: { text: title },
    fullDescription: { text: `${title} ${risk}` },
    help: { text: remediation, markdown: `${risk}\n\n**How to fix**: ${remediation}` },
    defaultConfiguration: { level: weights[severity].level, enabled: true },
    properties: {
      precision: "high",
      "security-severity": weights[severity].score,
      tags: [area, level],
      controls: [...controls.iso27001.map((control) => `ISO/IEC 27001 ${control}`), ...controls.nist80053],
    },
  };
}

function location({ subject, type, urn, path, source }: Finding): object {
  const logical = {
    name: subject,
    fullyQualifiedName: path === "" ? (urn ?? subject) : `${urn ?? subject}#${path}`,
    ...(type !== undefined && { kind: "resource" }),
  };
  return {
    logicalLocations: [logical],
    ...(source !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: fileAddress(source.file) },
        region: { startLine: source.line },
      },
    }),
  };
}

/** A path as a URI: relative ones stay relative. */
function fileAddress(file: string): string {
  const path = file.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
  return path.startsWith("/") ? `file://${path}` : path;
}
