/** Logs are kept as long as the file says: not forever, and not too short for an audit. */
import { periodDays } from "../../../base/period.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { numberAt, textAt } from "../../resources/properties.ts";

/** The periods that CloudWatch offers, in days. */
const offered = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const logRetention: ResourcePolicy = {
  id: "log-retention",
  area: "security",
  scope: "resource",
  title: "Log groups keep logs as long as the localisation file says.",
  risk: "Logs hold addresses and names; kept forever they break the law, kept for a week they prove nothing.",
  types: ["aws:cloudwatch/logGroup:LogGroup"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["logs"],
  controls: { iso27001: ["A.8.15", "A.8.10", "A.5.33"], nist80053: ["AU-11", "SI-12"] },
  remediation: "Set retentionInDays from `hosting.logs`.",
  check({ properties, name }, { country }) {
    const { retention, auditRetention } = country.hosting.logs;
    const isAudit = /audit|trail|eks|flow/i.test(`${name} ${textAt(properties, "name") ?? ""}`);
    const period = isAudit ? auditRetention : retention;
    const field = isAudit ? "hosting.logs.auditRetention" : "hosting.logs.retention";
    const wanted = periodDays(period);
    const days = numberAt(properties, "retentionInDays") ?? 0;
    // The nearest offered periods, one shorter and one longer.
    const near = [
      offered.filter((choice) => choice <= wanted).at(-1),
      offered.find((choice) => choice >= wanted),
    ];
    if (days === wanted || near.includes(days)) return [];
    return {
      path: "retentionInDays",
      value: String(days),
      message: `Logs are kept ${days === 0 ? "forever" : `for ${days} days`}; ${field} is ${period}.`,
      remediation: `Set retentionInDays to ${near[1] ?? near[0]}.`,
    };
  },
  examples: {
    passing: [
      { pulumi: "app: { type: aws:cloudwatch/logGroup:LogGroup, properties: { retentionInDays: 90 } }" },
    ],
    failing: [
      {
        pulumi: "app: { type: aws:cloudwatch/logGroup:LogGroup }",
        findings: `LogGroup/app retentionInDays: Logs are kept forever; hosting.logs.retention is P90D. Set retentionInDays to 90.`,
      },
      {
        pulumi: "audit: { type: aws:cloudwatch/logGroup:LogGroup, properties: { retentionInDays: 7 } }",
        findings: `LogGroup/audit retentionInDays: Logs are kept for 7 days; hosting.logs.auditRetention is P2Y. Set retentionInDays to 731.`,
      },
    ],
  },
};
