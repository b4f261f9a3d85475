/**
 * A bucket that nobody outside the account can read: public access blocked, TLS only, every object encrypted with the
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
  /** Part of the bucket's name; the account's number in the name makes it unique in the world. */
  readonly purpose: string;
  readonly account: Output<string>;
  readonly keyArn: Output<string>;
  readonly classes: readonly DataClassName[];
  /** Days after which an object is deleted; never where absent. */
  readonly objectDays?: number;
  /** Days that a replaced or deleted version is kept. */
  readonly oldVersionDays: number;
  /** Whether the bucket may be deleted while objects are in it. */
  readonly deletableWithContent?: boolean;
  /** What the bucket allows in addition to the rights of the account's roles. */
  readonly statements: (bucketArn: Output<string>) => readonly Statement[];
}

export class PrivateBucket extends ComponentResource {
  readonly bucketName: Output<string>;
  readonly arn: Output<string>;
  /** These must exist before data is written to it. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: PrivateBucketArgs, options: ComponentResourceOptions) {
    super("rollout:aws:PrivateBucket", name, {}, options);
    const inside = { parent: this };
    const { place, purpose, account, classes, deletableWithContent, objectDays, oldVersionDays } = args;
    const { bucket, arn } = new Bucket(
      name,
      {
        bucket: interpolate`${place.name}-${purpose}-${account}`,
        forceDestroy: deletableWithContent === true,
        tags: tags(`${place.name}-${purpose}`, classes),
      },
      inside,
    );
    this.bucketName = bucket;
    this.arn = arn;
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
    const ownership = new BucketOwnershipControls(
      name,
      { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } },
      inside,
    );
    const versioning = new BucketVersioning(
      name,
      { bucket, versioningConfiguration: { status: "Enabled" } },
      inside,
    );
    this.ready = [closed, ownership, versioning, createEncryption(), createLifecycle(), createPolicy()];
    this.registerOutputs({ bucketName: bucket });

    function createEncryption(): Resource {
      return new BucketServerSideEncryptionConfiguration(
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
      );
    }

    function createLifecycle(): Resource {
      return new BucketLifecycleConfiguration(
        name,
        {
          bucket,
          rules: [
            {
              id: "end",
              status: "Enabled",
              filter: { prefix: "" },
              ...(objectDays !== undefined && { expiration: { days: objectDays } }),
              noncurrentVersionExpiration: { noncurrentDays: oldVersionDays },
              abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
            },
          ],
        },
        inside,
      );
    }

    function createPolicy(): Resource {
      return new BucketPolicy(
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
        { ...inside, dependsOn: [closed] },
      );
    }
  }
}
