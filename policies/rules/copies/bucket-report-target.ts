/** Access logs, inventories and analyses of buckets go to buckets of the plan in allowed regions. */

import { violationOfBucket } from "../../engine/buckets.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";

const targets: readonly (readonly [path: string, what: string])[] = [
  ["targetBucket", "The access log"],
  ["logging.targetBucket", "The access log"],
  ["destination.bucket.bucketArn", "The inventory"],
  ["storageClassAnalysis.dataExport.destination.s3BucketDestination.bucketArn", "The analysis"],
];

export const bucketReportTarget: ResourcePolicy = {
  id: "bucket-report-target",
  area: "copies",
  scope: "resource",
  title: "Logs, inventories and analyses of buckets stay in the allowed regions.",
  risk: "An inventory lists the name of every object, an access log the address of every reader.",
  types: [
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
  check: ({ properties }, context) =>
    targets.flatMap(([path, what]) => {
      const destination = textAt(properties, path);
      const violation = destination && violationOfBucket(context, path, destination, what);
      return violation ? [violation] : [];
    }),
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
audit: { type: aws:s3/bucket:Bucket, properties: { bucket: audit, region: us-east-1 } }
backups: { type: aws:s3/inventory:Inventory,
  properties: { destination: { bucket: { bucketArn: arn:aws:s3:::audit } } } }`,
        findings: `Inventory/backups destination.bucket.bucketArn: The inventory goes to the bucket arn:aws:s3:::audit in us-east-1 (Northern Virginia, United States). Send it to a bucket in af-south-1.`,
      },
    ],
  },
};
