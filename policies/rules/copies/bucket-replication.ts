/** Buckets replicate only to buckets of the plan in allowed regions, and to no other account. */

import { violationOfBucket } from "../../engine/buckets.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { objectsAt, textAt } from "../../resources/properties.ts";

const rulesAt = ["rules", "replicationConfiguration.rules", "replicationConfigurations[0].rules"];

export const bucketReplication: ResourcePolicy = {
  id: "bucket-replication",
  area: "copies",
  scope: "resource",
  title: "Buckets are replicated only inside the allowed regions and the account.",
  risk: "Generic security packs ask for cross-Region replication; here it is what leaks the data.",
  types: [
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23", "A.8.13"], nist80053: ["SA-9(5)", "CP-9"] },
  remediation: "Replicate to a bucket in an allowed region, or remove the replication.",
  check({ properties }, context) {
    const own = context.country.hosting.aws?.account;
    return rulesAt.flatMap((at) =>
      objectsAt(properties, at).flatMap(({ value, path }): Violation[] => {
        const destination = textAt(value, "destination.bucket") ?? textAt(value, "destinations[0].bucket");
        if (destination === undefined) return [];
        const violation = violationOfBucket(
          context,
          `${path}.destination.bucket`,
          destination,
          "The replica",
        );
        const account = textAt(value, "destination.account");
        const foreign: Violation[] =
          account !== undefined && own !== undefined && account !== own
            ? [
                {
                  path: `${path}.destination.account`,
                  value: account,
                  message: `The replica goes to account ${account}; the file names ${own}.`,
                  remediation: `Replicate within account ${own}.`,
                },
              ]
            : [];
        return violation === undefined ? foreign : [violation, ...foreign];
      }),
    );
  },
  examples: {
    passing: [
      {
        pulumi: `
second: { type: aws:s3/bucket:Bucket, properties: { bucket: second } }
backups: { type: aws:s3/bucketReplicationConfig:BucketReplicationConfig,
  properties: { rules: [{ destination: { bucket: arn:aws:s3:::second } }] } }`,
      },
    ],
    failing: [
      {
        pulumi: `
second: { type: aws:s3/bucket:Bucket, properties: { bucket: second, region: eu-west-1 } }
backups: { type: aws:s3/bucketReplicationConfig:BucketReplicationConfig,
  properties: { rules: [{ destination: { bucket: arn:aws:s3:::second, account: "999999999999" } }] } }`,
        findings: `
BucketReplicationConfig/backups rules[0].destination.bucket: The replica goes to the bucket arn:aws:s3:::second in eu-west-1 (Dublin, Ireland). Send it to a bucket in af-south-1.
BucketReplicationConfig/backups rules[0].destination.account: The replica goes to account 999999999999; the file names 123456789012. Replicate within account 123456789012.`,
      },
      {
        pulumi: `
backups: { type: aws:s3/bucketReplicationConfig:BucketReplicationConfig,
  properties: { rules: [{ destination: { bucket: arn:aws:s3:::somewhere } }] } }`,
        findings: `BucketReplicationConfig/backups rules[0].destination.bucket: The replica goes to the bucket arn:aws:s3:::somewhere, and the plan does not say where that is. Send it to a bucket of this plan.`,
      },
    ],
  },
};
