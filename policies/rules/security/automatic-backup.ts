/** Stores of AWS that can make backups by themselves do, and AWS Backup takes what the plan has. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { unwanted, type WantedByType } from "../../engine/wanted-settings.ts";
import { itemsAt, objectAt, objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

const none = "No backup of it is made by itself.";

const switches: WantedByType = {
  "aws:dynamodb/table:Table": [
    {
      path: "pointInTimeRecovery.enabled",
      wanted: true,
      message: "It can't be restored to the moment before a mistake.",
    },
  ],
  "aws:docdb/cluster:Cluster": [{ path: "backupRetentionPeriod", wanted: 7, message: none }],
  "aws:neptune/cluster:Cluster": [{ path: "backupRetentionPeriod", wanted: 7, message: none }],
  "aws:redshift/cluster:Cluster": [
    { path: "automatedSnapshotRetentionPeriod", wanted: 1, orAbsent: true, message: none },
  ],
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    { path: "snapshotRetentionLimit", wanted: 1, orAbsent: true, message: none },
  ],
  "aws:memorydb/cluster:Cluster": [
    { path: "snapshotRetentionLimit", wanted: 1, orAbsent: true, message: none },
  ],
  "aws:efs/backupPolicy:BackupPolicy": [{ path: "backupPolicy.status", wanted: ["ENABLED"], message: none }],
  "aws:fsx/windowsFileSystem:WindowsFileSystem": [
    { path: "automaticBackupRetentionDays", wanted: 7, orAbsent: true, message: none },
    { path: "skipFinalBackup", wanted: false, orAbsent: true, message: "It is deleted with all its data." },
  ],
  "aws:fsx/ontapFileSystem:OntapFileSystem": [
    { path: "automaticBackupRetentionDays", wanted: 7, orAbsent: true, message: none },
  ],
  "aws:fsx/openZfsFileSystem:OpenZfsFileSystem": [
    { path: "automaticBackupRetentionDays", wanted: 7, message: none },
    { path: "skipFinalBackup", wanted: false, orAbsent: true, message: "It is deleted with all its data." },
  ],
};

/** A day that no month has, in a schedule of AWS: minute, hour, day, month. */
const neverDay = /^cron\(\S+ \S+ (3[01] 0?2|31 0?[2469]|31 11|30 FEB|31 (FEB|APR|JUN|SEP|NOV)) /i;
const pastYear = /^cron\((?:\S+ ){5}(19\d\d|20[01]\d|202[0-5])\)/;

export const automaticBackup: ResourcePolicy = {
  id: "automatic-backup",
  area: "security",
  scope: "resource",
  title: "Managed stores are backed up by themselves, on a schedule that comes.",
  risk: "A store without automatic backups is lost with one mistake, and nobody notices a schedule that never comes.",
  types: [
    ...Object.keys(switches),
    "aws:backup/plan:Plan",
    "aws:backup/selection:Selection",
    "aws:backup/regionSettings:RegionSettings",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.8.13", "A.5.30"], nist80053: ["CP-9", "CP-10"] },
  remediation: "Switch automatic backups on, and keep what AWS Backup takes in its selection.",
  check: (subject) => [...unwanted(subject, switches), ...ofAwsBackup(subject)],
  examples: {
    passing: [
      {
        pulumi: `
sessions: { type: aws:dynamodb/table:Table, properties: { pointInTimeRecovery: { enabled: true } } }`,
      },
    ],
    failing: [
      {
        pulumi: "sessions: { type: aws:dynamodb/table:Table }",
        findings: `Table/sessions pointInTimeRecovery.enabled: It can't be restored to the moment before a mistake. Set pointInTimeRecovery.enabled to true.`,
      },
      {
        pulumi: `
nightly: { type: aws:backup/plan:Plan,
  properties: { rules: [{ ruleName: nightly, schedule: "cron(0 5 30 2 ? *)", lifecycle: { deleteAfter: 35 } }] } }`,
        findings: `Plan/nightly rules[0].schedule: The day of cron(0 5 30 2 ? *) never comes. Write a day that comes, such as cron(0 5 * * ? *).`,
      },
      {
        pulumi: `
region: { type: aws:backup/regionSettings:RegionSettings,
  properties: { resourceTypeOptInPreference: { RDS: false, EBS: true } } }`,
        findings: `RegionSettings/region resourceTypeOptInPreference.RDS: AWS Backup takes no RDS. Set it to true.`,
      },
    ],
  },
};

function ofAwsBackup({ type, properties }: Resource): Violation[] {
  if (type.endsWith(":RegionSettings"))
    return Object.entries(objectAt(properties, "resourceTypeOptInPreference") ?? {})
      .filter(([, value]) => value === false || value === "false")
      .map(([kind]) => ({
        path: `resourceTypeOptInPreference.${kind}`,
        value: "false",
        message: `AWS Backup takes no ${kind}.`,
        remediation: "Set it to true.",
      }));
  if (type.endsWith(":Selection"))
    return textsAt(properties, "notResources")
      .filter(({ value }) => /^\*$|:\*$/.test(value))
      .map(({ value, path }) => ({
        path,
        value,
        message: `The selection leaves out ${value}.`,
        remediation: "Name what it takes under resources.",
      }));
  if (type !== "aws:backup/plan:Plan") return [];
  return objectsAt(properties, "rules").flatMap(({ value, path }): Violation | [] => {
    const schedule = textAt(value, "schedule");
    if (schedule === undefined) return [];
    if (!neverDay.test(schedule) && !pastYear.test(schedule) && itemsAt(value, "schedule").length > 0)
      return [];
    return {
      path: `${path}.schedule`,
      value: schedule,
      message: `The day of ${schedule} never comes.`,
      remediation: "Write a day that comes, such as cron(0 5 * * ? *).",
    };
  });
}
