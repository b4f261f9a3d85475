/**
 * Who did what in the account's region, and who touched an object of the stack's buckets: a trail of one region, written to
 * a bucket there, its files signed so that a change shows (docs/decisions/aws.md says why of one region).
 */
import { Trail } from "@pulumi/aws/cloudtrail/trail.js";
import { ComponentResource, type ComponentResourceOptions, interpolate, type Output } from "@pulumi/pulumi";
import { PrivateBucket } from "./bucket.ts";
import type { Keys } from "./keys.ts";
import type { AwsLocation } from "./place.ts";
import { tags } from "./tags.ts";

export interface AuditTrailArgs {
  readonly place: AwsLocation;
  readonly keys: Keys;
  readonly retentionDays: number;
  /** Whether the records may go with the stack. */
  readonly deletable?: boolean;
  /** ARNs of buckets whose every read and write is recorded. */
  readonly buckets: readonly Output<string>[];
}

export class AuditTrail extends ComponentResource {
  constructor(name: string, args: AuditTrailArgs, options: ComponentResourceOptions) {
    super("rollout:aws:AuditTrail", name, {}, options);
    const { place, keys } = args;
    const trailName = `${place.name}-audit`;
    const trailArn = interpolate`arn:aws:cloudtrail:${place.region}:${keys.account}:trail/${trailName}`;
    const service = { Service: "cloudtrail.amazonaws.com" };
    const fromTrail = { "aws:SourceArn": trailArn };
    const bucket = new PrivateBucket(
      "audit",
      {
        place,
        purpose: "audit",
        account: keys.account,
        keyArn: keys.arns.logs,
        classes: ["logs"],
        objectDays: args.retentionDays,
        oldVersionDays: 30,
        deletableWithContent: args.deletable === true,
        statements: (arn) => [
          {
            Sid: "TrailLooks",
            Effect: "Allow",
            Principal: service,
            Action: "s3:GetBucketAcl",
            Resource: arn,
            Condition: { StringEquals: fromTrail },
          },
          {
            Sid: "TrailWrites",
            Effect: "Allow",
            Principal: service,
            Action: "s3:PutObject",
            Resource: interpolate`${arn}/AWSLogs/${keys.account}/*`,
            Condition: { StringEquals: { ...fromTrail, "s3:x-amz-acl": "bucket-owner-full-control" } },
          },
        ],
      },
      { parent: this },
    );
    new Trail(
      "audit",
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
              { type: "AWS::S3::Object", values: args.buckets.map((arn) => interpolate`${arn}/`) },
            ],
          },
        ],
        tags: tags(trailName, ["logs"]),
      },
      { parent: this, dependsOn: [...bucket.ready, ...keys.ready] },
    );
    this.registerOutputs();
  }
}
