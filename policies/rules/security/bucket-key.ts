/** Buckets are encrypted with a key of the stack. */

import { bucketNamed, bucketTypes } from "../../engine/buckets.ts";
import type { StackPolicy } from "../../engine/policy.ts";
import { objectsAt, textAt } from "../../resources/properties.ts";

const configurations = [
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
];

export const bucketKey: StackPolicy = {
  id: "bucket-key",
  area: "security",
  scope: "stack",
  title: "Buckets are encrypted with a key of the stack.",
  risk: "With the provider's own key everyone with rights on the bucket can read it, and access can't be revoked through the key.",
  types: bucketTypes,
  severity: "medium",
  level: "mandatory",
  dataClasses: ["backups", "logs", "machineTelemetry"],
  controls: { iso27001: ["A.8.24"], nist80053: ["SC-12", "SC-28(1)"] },
  remediation: "Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and the stack's key.",
  check({ resources }) {
    const keyed = new Set(
      resources.ofTypes(configurations).flatMap(({ properties }) => {
        const byKey = objectsAt(properties, "rules").some(
          ({ value }) => textAt(value, "applyServerSideEncryptionByDefault.kmsMasterKeyId") !== undefined,
        );
        const bucket = textAt(properties, "bucket");
        return byKey && bucket !== undefined ? [bucketNamed(resources, bucket)] : [];
      }),
    );
    return resources
      .ofTypes(bucketTypes)
      .filter(
        (bucket) =>
          !keyed.has(bucket) &&
          textAt(
            bucket.properties,
            "serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.kmsMasterKeyId",
          ) === undefined,
      )
      .map((bucket) => ({
        path: "serverSideEncryptionConfiguration",
        message: "It is not encrypted with a key of the stack.",
        remediation: "Add a BucketServerSideEncryptionConfiguration with aws:kms and kmsMasterKeyId.",
        resource: bucket,
      }));
  },
  examples: {
    passing: [
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }
encryption:
  type: aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration
  name: backups
  properties:
    bucket: backups
    rules:
      - applyServerSideEncryptionByDefault:
          sseAlgorithm: aws:kms
          kmsMasterKeyId: arn:aws:kms:af-south-1:123456789012:key/1a2b`,
      },
    ],
    failing: [
      {
        pulumi: "backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }",
        findings: `Bucket/backups serverSideEncryptionConfiguration: It is not encrypted with a key of the stack. Add a BucketServerSideEncryptionConfiguration with aws:kms and kmsMasterKeyId.`,
      },
    ],
  },
};
