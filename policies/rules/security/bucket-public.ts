/** No bucket is public. */

import { bucketNamed, bucketTypes } from "../../engine/buckets.ts";
import type { StackPolicy, Violation } from "../../engine/policy.ts";
import { booleanAt, textAt } from "../../resources/properties.ts";

const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const accessLists = ["aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2", ...bucketTypes];
const settings = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const bucketPublic: StackPolicy = {
  id: "bucket-public",
  area: "security",
  scope: "stack",
  title: "Every bucket has all public access blocked.",
  risk: "Otherwise one bucket policy or access list can make the backups readable from anywhere, without a login.",
  types: bucketTypes,
  severity: "critical",
  level: "mandatory",
  dataClasses: ["backups", "logs", "identity"],
  controls: { iso27001: ["A.8.3", "A.5.15"], nist80053: ["AC-3", "AC-22", "SC-7"] },
  remediation: "Add a BucketPublicAccessBlock with all four settings on.",
  check({ resources }) {
    const blocked = new Map(
      resources.ofTypes([block]).flatMap((resource) => {
        const bucket = textAt(resource.properties, "bucket");
        return bucket === undefined ? [] : [[bucketNamed(resources, bucket), resource] as const];
      }),
    );
    const open = resources.ofTypes(bucketTypes).flatMap((bucket): Violation | Violation[] => {
      const resource = blocked.get(bucket);
      if (resource === undefined)
        return {
          path: "",
          message: "Its public access is not blocked.",
          remediation: `Add a BucketPublicAccessBlock with ${settings.join(", ")}.`,
          resource: bucket,
        };
      return settings
        .filter((setting) => booleanAt(resource.properties, setting) !== true)
        .map((setting) => ({
          path: setting,
          value: String(booleanAt(resource.properties, setting) ?? "absent"),
          message: `It leaves ${setting} off.`,
          remediation: `Set ${setting} to true.`,
          resource,
        }));
    });
    const listed = resources.ofTypes(accessLists).flatMap((resource): Violation | [] => {
      const acl = textAt(resource.properties, "acl");
      if (acl === undefined || !/^(public-|authenticated-read|website)/.test(acl)) return [];
      return {
        path: "acl",
        value: acl,
        message: `Its access list ${acl} makes it public.`,
        remediation: "Remove acl, or set it to private.",
        resource,
      };
    });
    return [...open, ...listed];
  },
  examples: {
    passing: [
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }
blocked:
  type: aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
  name: backups
  properties:
    bucket: backups
    blockPublicAcls: true
    blockPublicPolicy: true
    ignorePublicAcls: true
    restrictPublicBuckets: true`,
      },
    ],
    failing: [
      {
        pulumi: "backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups, acl: public-read } }",
        findings: `
Bucket/backups: Its public access is not blocked. Add a BucketPublicAccessBlock with blockPublicAcls, blockPublicPolicy, ignorePublicAcls, restrictPublicBuckets.
Bucket/backups acl: Its access list public-read makes it public. Remove acl, or set it to private.`,
      },
      {
        pulumi: `
backups: { type: aws:s3/bucket:Bucket, properties: { bucket: backups } }
block:
  type: aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock
  properties:
    bucket: backups
    blockPublicAcls: true
    blockPublicPolicy: false
    ignorePublicAcls: true
    restrictPublicBuckets: true`,
        findings: `BucketPublicAccessBlock/block blockPublicPolicy: It leaves blockPublicPolicy off. Set blockPublicPolicy to true.`,
      },
    ],
  },
};
