/** What a resource writes to a bucket goes to a bucket of the plan in an allowed region: logs, inventories, answers of commands. */

import { bucketDestinations, violationOfBucket } from "../../engine/buckets.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";
import { typeToken } from "../../resources/resource.ts";
import { deliveryStream } from "../flows/delivery-stream.ts";

const targets: readonly (readonly [path: string, what: string])[] = [
  ["targetBucket", "The access log"],
  ["logging.targetBucket", "The access log"],
  ["destination.bucket.bucketArn", "The inventory"],
  ["storageClassAnalysis.dataExport.destination.s3BucketDestination.bucketArn", "The analysis"],
];

/** What belongs to a bucket names it; rights and code are no data that goes to it. */
const notSent = /^(s3|s3control|s3tables|iam|lambda|kms)\//;
const elsewhere = new Set(deliveryStream.types);

export const bucketReportTarget: ResourcePolicy = {
  id: "bucket-report-target",
  area: "copies",
  scope: "resource",
  title:
    "Logs, inventories, exports and answers of commands go only to buckets of the plan in allowed regions.",
  risk: "An inventory lists the name of every object, an access log the address of every reader; a bucket's name says neither where it is nor whose.",
  types: [
    "aws:*",
    // What these are for is known by this policy, so they are named.
    "aws:s3/bucketLogging:BucketLogging",
    "aws:s3/bucket:Bucket",
    "aws:s3/inventory:Inventory",
    "aws:s3/analyticsConfiguration:AnalyticsConfiguration",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["logs", "backups"],
  controls: { iso27001: ["A.8.15", "A.5.23"], nist80053: ["AU-9", "SA-9(5)"] },
  remediation: "Name a bucket of this plan in an allowed region.",
  check(subject, context) {
    if (elsewhere.has(subject.type)) return notApplicable;
    if (!notSent.test(typeToken(subject.type).module))
      return bucketDestinations(subject, context, "What it writes");
    return targets.flatMap(([path, what]) => {
      const destination = textAt(subject.properties, path);
      const violation = destination && violationOfBucket(context, path, destination, what);
      return violation ? [violation] : [];
    });
  },
  examples: {
    passing: [
      {
        pulumi: `
audit: { type: aws:s3/bucket:Bucket, properties: { bucket: audit } }
backups: { type: aws:s3/bucketLogging:BucketLogging, properties: { bucket: backups, targetBucket: audit } }`,
      },
    ],
    failing: [
      {
        pulumi: `
pages: { type: aws:lb/loadBalancer:LoadBalancer, properties: { accessLogs: { enabled: true, bucket: theirs } } }`,
        findings: `LoadBalancer/pages accessLogs.bucket: What it writes goes to the bucket theirs, and the plan does not say where that is. Send it to a bucket of this plan.`,
      },
      {
        pulumi: `
audit: { type: aws:s3/bucket:Bucket, properties: { bucket: audit, region: us-east-1 } }
backups: { type: aws:s3/inventory:Inventory,
  properties: { destination: { bucket: { bucketArn: arn:aws:s3:::audit } } } }`,
        findings: `Inventory/backups destination.bucket.bucketArn: The inventory goes to the bucket arn:aws:s3:::audit in us-east-1 (Northern Virginia, United States). Send it to a bucket in af-south-1.`,
      },
    ],
  },
};
