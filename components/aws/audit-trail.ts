/**
 * Records who did what in the account's region, and who read or wrote an object of the stack's buckets: a trail of one
 * region, written to a bucket there, with signed files so that a change is noticed (docs/decisions/aws.md says why one region).
 */

import { Trail } from "@pulumi/aws/cloudtrail/trail.js";
import { ComponentResource, type ComponentResourceOptions, interpolate, type Output } from "@pulumi/pulumi";
import { awsPartitionOf } from "../../localisation/aws-partitions.ts";
import { PrivateBucket } from "./bucket.ts";
import type { Keys } from "./keys.ts";
import type { AwsLocation } from "./place.ts";
import type { Statement } from "./policy-document.ts";
import { tags } from "./tags.ts";

export interface AuditTrailArgs {
  readonly place: AwsLocation;
  readonly keys: Keys;
  readonly retentionDays: number;
  /** Whether the records may be deleted with the stack. */
  readonly deletable?: boolean;
  /** ARNs of buckets whose every read and write is recorded. */
  readonly buckets: readonly Output<string>[];
}

export class AuditTrail extends ComponentResource {
  constructor(name: string, args: AuditTrailArgs, options: ComponentResourceOptions) {
    super("rollout:aws:AuditTrail", name, {}, options);
    const inside = { parent: this };
    const { place, keys, buckets } = args;
    const trailName = `${place.name}-audit`;
    const bucket = createBucket();
    createTrail();
    this.registerOutputs();

    function createBucket(): PrivateBucket {
      return new PrivateBucket(
        name,
        {
          place,
          purpose: "audit",
          account: keys.account,
          keyArn: keys.arns.logs,
          classes: ["logs"],
          objectDays: args.retentionDays,
          oldVersionDays: 30,
          deletableWithContent: args.deletable === true,
          statements: (arn) => writersOf(arn, args, trailName),
        },
        inside,
      );
    }

    function createTrail(): void {
      new Trail(
        name,
        {
          name: trailName,
          s3BucketName: bucket.bucketName,
          kmsKeyId: keys.arns.logs,
          isMultiRegionTrail: false,
          isOrganizationTrail: false,
          includeGlobalServiceEvents: false,
          enableLogging: true,
          enableLogFileValidation: true,
          eventSelectors: [
            {
              readWriteType: "All",
              includeManagementEvents: true,
              dataResources: [
                { type: "AWS::S3::Object", values: buckets.map((arn) => interpolate`${arn}/`) },
              ],
            },
          ],
          tags: tags(trailName, ["logs"]),
        },
        { ...inside, dependsOn: [...bucket.ready, ...keys.ready] },
      );
    }
  }
}

/** This trail alone writes to the bucket. */
function writersOf(
  bucketArn: Output<string>,
  { place, keys }: AuditTrailArgs,
  trailName: string,
): Statement[] {
  const trailArn = interpolate`arn:${awsPartitionOf(place.region).id}:cloudtrail:${place.region}:${keys.account}:trail/${trailName}`;
  const service = { Service: "cloudtrail.amazonaws.com" };
  const fromTrail = { "aws:SourceArn": trailArn };
  return [
    {
      Sid: "TrailLooks",
      Effect: "Allow",
      Principal: service,
      Action: "s3:GetBucketAcl",
      Resource: bucketArn,
      Condition: { StringEquals: fromTrail },
    },
    {
      Sid: "TrailWrites",
      Effect: "Allow",
      Principal: service,
      Action: "s3:PutObject",
      Resource: interpolate`${bucketArn}/AWSLogs/${keys.account}/*`,
      Condition: { StringEquals: { ...fromTrail, "s3:x-amz-acl": "bucket-owner-full-control" } },
    },
  ];
}
