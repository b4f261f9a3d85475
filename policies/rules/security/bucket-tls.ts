/** Buckets refuse requests without TLS. */

import { bucketNamed, bucketTypes } from "../../engine/buckets.ts";
import type { StackPolicy } from "../../engine/policy.ts";
import { documentAt, itemsAt, textAt } from "../../resources/properties.ts";

export const bucketTls: StackPolicy = {
  id: "bucket-tls",
  area: "security",
  scope: "stack",
  title: "Every bucket refuses requests without TLS.",
  risk: "A tool with an old address sends its requests, and the backups in them, over plain HTTP.",
  types: bucketTypes,
  severity: "medium",
  level: "mandatory",
  dataClasses: ["backups", "logs"],
  controls: { iso27001: ["A.8.24", "A.8.20"], nist80053: ["SC-8", "SC-8(1)"] },
  remediation: "Add a BucketPolicy that denies s3:* where aws:SecureTransport is false.",
  check({ resources }) {
    const refusing = new Set(
      resources.ofTypes(["aws:s3/bucketPolicy:BucketPolicy"]).flatMap(({ properties }) => {
        const statements = itemsAt(documentAt(properties, "policy"), "Statement");
        const denies = statements.some(
          ({ value }) =>
            textAt(value, "Effect") === "Deny" &&
            /"aws:SecureTransport"\s*:\s*\[?\s*"?false/i.test(JSON.stringify(value)),
        );
        const bucket = textAt(properties, "bucket");
        return denies && bucket !== undefined ? [bucketNamed(resources, bucket)] : [];
      }),
    );
    return resources
      .ofTypes(bucketTypes)
      .filter((bucket) => !refusing.has(bucket))
      .map((bucket) => ({
        path: "",
        message: "It answers requests without TLS.",
        remediation: "Add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is false.",
        resource: bucket,
      }));
  },
  examples: {
    passing: [
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }
tls:
  type: aws:s3/bucketPolicy:BucketPolicy
  name: backups
  properties:
    bucket: backups
    policy:
      fn::toJSON:
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: s3:*
            Condition: { Bool: { aws:SecureTransport: "false" } }`,
      },
    ],
    failing: [
      {
        pulumi: "backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }",
        findings: `Bucket/backups: It answers requests without TLS. Add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is false.`,
      },
    ],
  },
};
