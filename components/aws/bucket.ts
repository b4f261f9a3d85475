/**
 * A bucket that nobody outside of the account reads: public access blocked, TLS alone, every object encrypted with the
 * stack's key, old versions kept for a while, no copy anywhere else.
 */
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import type { DataClassName } from "../../localisation/schema/residency.ts";
import type { AwsLocation } from "./place.ts";
import { policyDocument, type Statement } from "./policy-document.ts";
import { tags } from "./tags.ts";

export interface PrivateBucketArgs {
  readonly place: AwsLocation;
  /** Part of the name, which the account's number makes the only one in the world. */
  readonly purpose: string;
  readonly account: Output<string>;
  readonly keyArn: Output<string>;
  readonly classes: readonly DataClassName[];
  /** Days after which an object goes; they stay where absent. */
  readonly objectDays?: number;
  /** Days that a replaced or deleted version stays. */
  readonly oldVersionDays: number;
  /** Whether the bucket may go while objects are in it. */
  readonly deletableWithContent?: boolean;
  /** What the bucket allows beyond the rights that roles of the account have. */
  readonly statements: (bucketArn: Output<string>) => readonly Statement[];
}

export class PrivateBucket extends ComponentResource {
  readonly bucketName: Output<string>;
  readonly arn: Output<string>;
  /** What must be there before data is put into it. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: PrivateBucketArgs, options: ComponentResourceOptions) {
    super("rollout:aws:PrivateBucket", name, {}, options);
    const inside = { parent: this };
    const bucketName = interpolate`${args.place.name}-${args.purpose}-${args.account}`;
    const made = new Bucket(
      name,
      {
        bucket: bucketName,
        forceDestroy: args.deletableWithContent === true,
        tags: tags(`${args.place.name}-${args.purpose}`, args.classes),
      },
      inside,
    );
    const { bucket, arn } = made;
    const closed = new BucketPublicAccessBlock(
      name,
      {
        bucket,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      inside,
    );
    const settings = [
      closed,
      new BucketOwnershipControls(name, { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } }, inside),
      new BucketVersioning(name, { bucket, versioningConfiguration: { status: "Enabled" } }, inside),
      new BucketServerSideEncryptionConfiguration(
        name,
        {
          bucket,
          rules: [
            {
              applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
              bucketKeyEnabled: true,
            },
          ],
        },
        inside,
      ),
      new BucketLifecycleConfiguration(
        name,
        {
          bucket,
          rules: [
            {
              id: "end",
              status: "Enabled",
              filter: { prefix: "" },
              ...(args.objectDays !== undefined && { expiration: { days: args.objectDays } }),
              noncurrentVersionExpiration: { noncurrentDays: args.oldVersionDays },
              abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            },
          ],
        },
        inside,
      ),
      new BucketPolicy(
        name,
        {
          bucket,
          policy: policyDocument([
            {
              Sid: "TlsAlone",
              Effect: "Deny",
              Principal: "*",
              Action: "s3:*",
              Resource: [arn, interpolate`${arn}/*`],
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
            ...args.statements(arn),
          ]),
        },
        { parent: this, dependsOn: [closed] },
      ),
    ];
    this.bucketName = bucket;
    this.arn = arn;
    this.ready = settings;
    this.registerOutputs({ bucketName: this.bucketName });
  }
}
