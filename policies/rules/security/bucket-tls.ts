/** Buckets refuse requests without TLS. */

import { bucketNamed, bucketTypes } from "../../engine/buckets.ts";
import type { StackPolicy } from "../../engine/policy.ts";
import { documentAt, itemsAt, textAt, textsAt } from "../../resources/properties.ts";
import { isObject, type Json } from "../../resources/resource.ts";

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
        const denies = statements.some(({ value }) => refusesPlainRequests(value));
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
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }
reading:
  type: aws:s3/bucketPolicy:BucketPolicy
  properties:
    bucket: backups
    policy:
      fn::toJSON:
        Statement:
          - Effect: Deny
            Principal: "*"
            Action: s3:GetObject
            Condition: { Bool: { aws:SecureTransport: "false" } }`,
        findings: `Bucket/backups: It answers requests without TLS. Add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is false.`,
      },
      {
        pulumi: "backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }",
        findings: `Bucket/backups: It answers requests without TLS. Add a BucketPolicy that denies s3:* to everybody where aws:SecureTransport is false.`,
      },
    ],
  },
};

/** Denies everything to everybody, on the bucket and on what is in it, under no other condition. */
function refusesPlainRequests(statement: Json): boolean {
  if (!isObject(statement) || textAt(statement, "Effect") !== "Deny") return false;
  if (statement.NotPrincipal !== undefined || statement.NotResource !== undefined) return false;
  const texts = (path: string) => textsAt(statement, path).map(({ value }) => value);
  const everybody = [...texts("Principal"), ...texts("Principal.AWS")].includes("*");
  const everything = texts("Action").some((action) => action === "*" || action.toLowerCase() === "s3:*");
  // Names of buckets that are not known yet leave no text here.
  const resources = texts("Resource");
  const contents = resources.some((resource) => resource.endsWith("*"));
  const bucket = resources.some((resource) => !resource.includes("/") || /[^/]\*$|^\*$/.test(resource));
  const conditions = isObject(statement.Condition)
    ? Object.values(statement.Condition).flatMap((keys) => (isObject(keys) ? Object.entries(keys) : []))
    : [];
  const [condition] = conditions;
  const plain =
    conditions.length === 1 &&
    condition?.[0].toLowerCase() === "aws:securetransport" &&
    /^\[?"?false"?\]?$/i.test(JSON.stringify(condition[1]));
  return everybody && everything && plain && (resources.length === 0 || (contents && bucket));
}
