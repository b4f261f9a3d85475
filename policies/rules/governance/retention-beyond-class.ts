/** Nothing is kept longer than its data class allows. */
import { periodDays } from "../../../base/period.ts";
import type { FilePolicy, Violation } from "../../engine/policy.ts";

export const retentionBeyondClass: FilePolicy = {
  id: "retention-beyond-class",
  area: "governance",
  scope: "file",
  title: "Logs, backups and readings are kept no longer than their data class allows.",
  risk: "The class promises a period to companies and the regulator; the setting that the software follows is longer.",
  severity: "high",
  level: "mandatory",
  dataClasses: ["logs", "backups", "machineTelemetry"],
  controls: { iso27001: ["A.8.10", "A.5.33"], nist80053: ["SI-12", "AU-11"] },
  remediation: "Shorten the setting, or change the data class with its article.",
  check({ country: { residency, hosting, telemetry } }) {
    const { logs, backups, machineTelemetry } = residency.dataClasses;
    const kept: readonly (readonly [
      path: string,
      period: string,
      name: string,
      limit: string | undefined,
    ])[] = [
      ["hosting.logs.retention", hosting.logs.retention, "logs", logs.retention],
      ["hosting.logs.auditRetention", hosting.logs.auditRetention, "logs", logs.retention],
      ["hosting.backup.retention", hosting.backup.retention, "backups", backups.retention],
      ...(["raw", "minute", "hour", "day", "rejected"] as const).map(
        (level) =>
          [
            `telemetry.retention.${level}`,
            telemetry.retention[level],
            "machineTelemetry",
            machineTelemetry.retention,
          ] as const,
      ),
    ];
    return kept.flatMap(([path, period, name, limit]): Violation | [] => {
      if (limit === undefined || periodDays(period) <= periodDays(limit)) return [];
      return {
        path,
        value: period,
        message: `It is ${period}; ${name} may be kept for ${limit}.`,
        remediation: `Write ${limit} or less, or change residency.dataClasses.${name}.retention.`,
      };
    });
  },
  examples: {
    passing: [{}],
    failing: [
      {
        country: { hosting: { backup: { retention: "P1Y" } } },
        findings: `example-country.yaml hosting.backup.retention: It is P1Y; backups may be kept for P35D. Write P35D or less, or change residency.dataClasses.backups.retention.`,
      },
    ],
  },
};
