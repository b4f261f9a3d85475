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
  readonly #name: string;
  readonly #args: PrivateBucketArgs;

  constructor(name: string, args: PrivateBucketArgs, options: ComponentResourceOptions) {
    super("rollout:aws:PrivateBucket", name, {}, options);
    this.#name = name;
    this.#args = args;
    const { bucket, arn } = this.#bucket();
    this.bucketName = bucket;
    this.arn = arn;
    const closed = this.#publicAccessBlock();
    this.ready = [
      closed,
      this.#ownership(),
      this.#versioning(),
      this.#encryption(),
      this.#lifecycle(),
      this.#policy(closed),
    ];
    this.registerOutputs({ bucketName: this.bucketName });
  }

  #bucket(): Bucket {
    const { place, purpose, account, classes, deletableWithContent } = this.#args;
    return new Bucket(
      this.#name,
      {
        bucket: interpolate`${place.name}-${purpose}-${account}`,
        forceDestroy: deletableWithContent === true,
        tags: tags(`${place.name}-${purpose}`, classes),
      },
      { parent: this },
    );
  }

  #publicAccessBlock(): Resource {
    return new BucketPublicAccessBlock(
      this.#name,
      {
        bucket: this.bucketName,
        blockPublicAcls: true,
        blockPublicPolicy: true,
        ignorePublicAcls: true,
        restrictPublicBuckets: true,
      },
      { parent: this },
    );
  }

  #ownership(): Resource {
    return new BucketOwnershipControls(
      this.#name,
      { bucket: this.bucketName, rule: { objectOwnership: "BucketOwnerEnforced" } },
      { parent: this },
    );
  }

  #versioning(): Resource {
    return new BucketVersioning(
      this.#name,
      { bucket: this.bucketName, versioningConfiguration: { status: "Enabled" } },
      { parent: this },
    );
  }

  #encryption(): Resource {
    return new BucketServerSideEncryptionConfiguration(
      this.#name,
      {
        bucket: this.bucketName,
        rules: [
          {
            applyServerSideEncryptionByDefault: {
              sseAlgorithm: "aws:kms",
              kmsMasterKeyId: this.#args.keyArn,
            },
            bucketKeyEnabled: true,
          },
        ],
      },
      { parent: this },
    );
  }

  #lifecycle(): Resource {
    const { objectDays, oldVersionDays } = this.#args;
    return new BucketLifecycleConfiguration(
      this.#name,
      {
        bucket: this.bucketName,
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
      { parent: this },
    );
  }

  #policy(closed: Resource): Resource {
    return new BucketPolicy(
      this.#name,
      {
        bucket: this.bucketName,
        policy: policyDocument([
          {
            Sid: "TlsAlone",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [this.arn, interpolate`${this.arn}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
          ...this.#args.statements(this.arn),
        ]),
      },
      { parent: this, dependsOn: [closed] },
    );
  }
}
