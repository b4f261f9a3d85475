/** There are backups, and they are kept as long as the file says. */
import { durationDays, periodDays } from "../../../base/period.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { numberAt, objectsAt, textAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

export const backupRetention: ResourcePolicy = {
  id: "backup-retention",
  area: "security",
  scope: "resource",
  title: "Backups are kept as long as the localisation file says.",
  risk: "If they are kept longer, erased data still exists in backups; if shorter, a fault that is noticed late can't be undone.",
  types: [
    "kubernetes:postgresql.cnpg.io/*:Cluster",
    "kubernetes:barmancloud.cnpg.io/*:ObjectStore",
    "kubernetes:velero.io/*:Schedule",
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:backup/plan:Plan",
  ],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["backups"],
  controls: { iso27001: ["A.8.13", "A.8.10"], nist80053: ["CP-9", "SI-12"] },
  remediation: "Set the retention from `hosting.backup.retention`.",
  check(subject, { country }) {
    const period = country.hosting.backup.retention;
    // RDS keeps at most 35 days.
    const wanted = Math.min(
      periodDays(period),
      subject.type.startsWith("aws:rds/") ? 35 : Number.POSITIVE_INFINITY,
    );
    return retentionsOf(subject).flatMap(({ path, days }): Violation | [] => {
      if (days === wanted) return [];
      return {
        path,
        value: days === undefined ? "absent" : String(days),
        message:
          days === undefined
            ? `Backups are kept forever; hosting.backup.retention is ${period}.`
            : days === 0
              ? `No backup is kept; hosting.backup.retention is ${period}.`
              : `Backups are kept for ${days} days; hosting.backup.retention is ${period}.`,
        remediation: `Set it to ${wanted} days.`,
      };
    });
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: { name: backups, namespace: rollout }
spec: { retentionPolicy: 35d, configuration: { endpointURL: https://s3.example.gov.za, destinationPath: s3://b/ } }`,
      },
      { pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { backupRetentionPeriod: 35 } }" },
    ],
    failing: [
      {
        manifests: `
apiVersion: velero.io/v1
kind: Schedule
metadata: { name: daily, namespace: velero }
spec: { schedule: "0 2 * * *", template: { ttl: 8760h0m0s } }`,
        findings: `velero/Schedule/daily spec.template.ttl: Backups are kept for 365 days; hosting.backup.retention is P35D. Set it to 35 days.`,
      },
      {
        pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { backupRetentionPeriod: 0 } }",
        findings: `Instance/accounts backupRetentionPeriod: No backup is kept; hosting.backup.retention is P35D. Set it to 35 days.`,
      },
      {
        pulumi: "nightly: { type: aws:backup/plan:Plan, properties: { rules: [{ ruleName: nightly }] } }",
        findings: `Plan/nightly rules[0].lifecycle.deleteAfter: Backups are kept forever; hosting.backup.retention is P35D. Set it to 35 days.`,
      },
    ],
  },
};

interface Retention {
  readonly path: string;
  readonly days: number | undefined;
}

function retentionsOf({ type, properties }: Resource): Retention[] {
  const duration = (path: string): Retention => ({
    path,
    days: durationDays(textAt(properties, path) ?? ""),
  });
  if (type.endsWith(":ObjectStore")) return [duration("spec.retentionPolicy")];
  if (type.endsWith(":Schedule")) return [duration("spec.template.ttl")];
  if (type.startsWith("kubernetes:"))
    // Newer clusters are backed up by a plugin: the retention is in its object store.
    return properties.spec !== undefined &&
      textAt(properties, "spec.backup.barmanObjectStore.destinationPath")
      ? [duration("spec.backup.retentionPolicy")]
      : [];
  if (type.startsWith("aws:backup/"))
    return objectsAt(properties, "rules").map(({ value, path }) => ({
      path: `${path}.lifecycle.deleteAfter`,
      days: numberAt(value, "lifecycle.deleteAfter"),
    }));
  if (textAt(properties, "replicateSourceDb") !== undefined) return [];
  const isCluster = type === "aws:rds/cluster:Cluster";
  const path = "backupRetentionPeriod";
  return [{ path, days: numberAt(properties, path) ?? (isCluster ? 1 : 0) }];
}
