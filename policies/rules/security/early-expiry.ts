/** Nothing is deleted before the file's periods have ended: objects of buckets, messages, secrets and old versions. */
import { periodDays } from "../../../base/period.ts";
import { bucketNamed, bucketTypes } from "../../engine/buckets.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { isDataClass, statedDataClasses } from "../../engine/data-classes.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { unwanted, type WantedByType } from "../../engine/wanted-settings.ts";
import { booleanAt, itemsAt, numberAt, objectsAt, textAt } from "../../resources/properties.ts";
import type { JsonObject, Resource } from "../../resources/resource.ts";

const lifecycles = [
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
];
/** A mistake is noticed within a week, so old versions are kept so long. */
const leastDays = 7;

const versions = {
  path: "versioningConfiguration.status",
  wanted: ["Enabled"],
  message: "What is deleted or overwritten is gone: no old version is kept.",
} as const;
const messages = "Messages that wait longer than this are lost.";

const switches: WantedByType = {
  "aws:s3/bucketVersioning:BucketVersioning": [versions],
  "aws:s3/bucketVersioningV2:BucketVersioningV2": [versions],
  "aws:s3/bucket:Bucket": [
    { path: "versioning.enabled", wanted: true, orAbsent: true, message: versions.message },
  ],
  "aws:s3/bucketV2:BucketV2": [
    { path: "versioning.enabled", wanted: true, orAbsent: true, message: versions.message },
  ],
  "aws:secretsmanager/secret:Secret": [
    {
      path: "recoveryWindowInDays",
      wanted: leastDays,
      orAbsent: true,
      message: "A secret that is deleted by mistake is gone at once.",
    },
  ],
  "aws:sqs/queue:Queue": [
    { path: "messageRetentionSeconds", wanted: 86_400, orAbsent: true, message: messages },
  ],
  "aws:kinesis/stream:Stream": [{ path: "retentionPeriod", wanted: 24, orAbsent: true, message: messages }],
  "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": [
    {
      path: "rule.defaultRetention.days",
      wanted: leastDays,
      orAbsent: true,
      message: "What is locked may be deleted after this.",
    },
  ],
};

export const earlyExpiry: ResourcePolicy = {
  id: "early-expiry",
  area: "security",
  scope: "resource",
  title: "Nothing expires before the localisation file's periods, and old versions are kept for a week.",
  risk: "A lifecycle of a day empties a bucket of backups overnight, and without old versions a mistake can't be undone.",
  types: [
    ...Object.keys(switches),
    ...lifecycles,
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["backups", "logs", "state", "machineTelemetry"],
  controls: { iso27001: ["A.8.13", "A.5.33", "A.8.10"], nist80053: ["CP-9", "SI-12", "AU-11"] },
  remediation: "Keep it as long as `hosting.backup.retention` and `hosting.logs` say.",
  check(subject, context) {
    const found = unwanted(subject, switches);
    if (lifecycles.includes(subject.type)) found.push(...ofRules(subject, context, "rules"));
    if (subject.type.startsWith("aws:s3/bucket:") || subject.type.startsWith("aws:s3/bucketV2:"))
      found.push(...ofRules(subject, context, "lifecycleRules"));
    if (subject.type.endsWith(":VaultLockConfiguration")) found.push(...ofLock(subject, context));
    return found;
  },
  examples: {
    passing: [
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups, tags: { rollout/data-classes: backups } } }
end:
  type: aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration
  properties: { bucket: backups, rules: [{ status: Enabled, expiration: { days: 42 } }] }`,
      },
    ],
    failing: [
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups, tags: { rollout/data-classes: backups } } }
end:
  type: aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration
  properties: { bucket: backups, rules: [{ status: Enabled, expiration: { days: 1 } }] }`,
        findings: `BucketLifecycleConfiguration/end rules[0].expiration.days: What is in the bucket is deleted after 1 day; hosting.backup.retention is P35D. Set it to 35 or more.`,
      },
      {
        pulumi: `
backups: { type: aws:s3/bucketVersioning:BucketVersioning,
  properties: { bucket: backups, versioningConfiguration: { status: Suspended } } }`,
        findings: `BucketVersioning/backups versioningConfiguration.status: What is deleted or overwritten is gone: no old version is kept. Set versioningConfiguration.status to Enabled.`,
      },
      {
        pulumi: "mail: { type: aws:secretsmanager/secret:Secret, properties: { recoveryWindowInDays: 0 } }",
        findings: `Secret/mail recoveryWindowInDays: A secret that is deleted by mistake is gone at once. Set recoveryWindowInDays to 7 or more.`,
      },
    ],
  },
};

interface Least {
  readonly days: number;
  readonly why: string;
}

/** How long what a bucket holds is kept at least. */
function leastOf(bucket: Resource | undefined, { country }: PolicyContext): Least {
  const { backup, logs } = country.hosting;
  const classes = (bucket === undefined ? [] : (statedDataClasses(bucket) ?? [])).filter(isDataClass);
  const periods = [
    ...(classes.includes("backups") ? [["hosting.backup.retention", backup.retention] as const] : []),
    ...(classes.includes("logs") ? [["hosting.logs.retention", logs.retention] as const] : []),
  ].map(([field, period]): Least => ({ days: periodDays(period), why: `${field} is ${period}` }));
  const [longest] = periods.sort((a, b) => b.days - a.days);
  return longest ?? { days: leastDays, why: "a mistake is noticed within a week" };
}

function ofRules(subject: Resource, context: PolicyContext, at: string): Violation[] {
  const named = textAt(subject.properties, "bucket");
  const bucket = (bucketTypes as readonly string[]).includes(subject.type)
    ? subject
    : named === undefined
      ? undefined
      : bucketNamed(context.resources, named);
  const least = leastOf(bucket, context);
  return objectsAt(subject.properties, at).flatMap(({ value: rule, path }): Violation[] => {
    if (textAt(rule, "status") === "Disabled" || booleanAt(rule, "enabled") === false) return [];
    return [
      ...tooSoon(rule, path, "expiration.days", least),
      ...ofDate(rule, path),
      ...["noncurrentVersionExpiration.noncurrentDays", "noncurrentVersionExpiration.days"].flatMap((days) =>
        tooSoon(rule, path, days, { days: leastDays, why: "a mistake is noticed within a week" }),
      ),
    ];
  });
}

function tooSoon(rule: JsonObject, path: string, at: string, { days: least, why }: Least): Violation[] {
  const days = numberAt(rule, at);
  if (days === undefined || days === 0 || days >= least) return [];
  return [
    {
      path: `${path}.${at}`,
      value: String(days),
      message: `What is in the bucket is deleted after ${days} ${days === 1 ? "day" : "days"}; ${why}.`,
      remediation: `Set it to ${least} or more.`,
    },
  ];
}

function ofDate(rule: JsonObject, path: string): Violation[] {
  const date = itemsAt(rule, "expiration.date")[0]?.value;
  if (typeof date !== "string" || date === "") return [];
  return [
    {
      path: `${path}.expiration.date`,
      value: date,
      message: `All that is in the bucket is deleted on ${date}, however new it is.`,
      remediation: "Count the days of each object instead.",
    },
  ];
}

/** A lock keeps backups from being deleted, for as long as it says. */
function ofLock({ properties }: Resource, { country }: PolicyContext): Violation[] {
  const period = country.hosting.backup.retention;
  const wanted = periodDays(period);
  const least = numberAt(properties, "minRetentionDays") ?? 0;
  const most = numberAt(properties, "maxRetentionDays");
  const say = (path: string, value: number, message: string): Violation[] => [
    {
      path,
      value: String(value),
      message: `${message}; hosting.backup.retention is ${period}.`,
      remediation: `Set it to ${wanted}.`,
    },
  ];
  if (least < Math.min(wanted, leastDays))
    return say("minRetentionDays", least, `Backups may be deleted after ${least} days`);
  if (most !== undefined && most < wanted)
    return say("maxRetentionDays", most, `No backup is kept longer than ${most} days`);
  return [];
}
