/** Lets the time-series store's pods, and nothing else in the cluster, write and read backups in the bucket. */
import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import type { AwsCluster } from "./cluster.ts";
import { podIdentityService } from "./cluster-roles.ts";
import type { AwsLocation } from "./place.ts";
import { policyDocument, type Statement, trustOf } from "./policy-document.ts";
import { tags } from "./tags.ts";

export interface BackupRightsArgs {
  readonly place: AwsLocation;
  readonly cluster: AwsCluster;
  readonly bucketArn: Output<string>;
  readonly keyArn: Output<string>;
  readonly namespace: string;
  /** Of the pods. */
  readonly serviceAccount: string;
}

export class BackupRights extends ComponentResource {
  readonly ready: readonly Resource[];

  constructor(name: string, args: BackupRightsArgs, options: ComponentResourceOptions) {
    super("rollout:aws:BackupRights", name, {}, options);
    const inside = { parent: this };
    const roleName = `${args.place.name}-backups`;
    const role = new Role(
      `${name}-backups`,
      { name: roleName, assumeRolePolicy: trustOf(podIdentityService), tags: tags(roleName) },
      inside,
    );
    const rights = new RolePolicy(
      `${name}-backups`,
      { role: role.name, policy: policyDocument(rightsOn(args)) },
      inside,
    );
    const association = new PodIdentityAssociation(
      `${name}-backups`,
      {
        clusterName: args.cluster.clusterName,
        namespace: args.namespace,
        serviceAccount: args.serviceAccount,
        roleArn: role.arn,
        tags: tags(roleName),
      },
      { ...inside, dependsOn: [...args.cluster.ready] },
    );
    this.ready = [rights, association];
    this.registerOutputs();
  }
}

const rightsOn = ({ bucketArn, keyArn }: BackupRightsArgs): Statement[] => [
  {
    Sid: "List",
    Effect: "Allow",
    Action: ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"],
    Resource: bucketArn,
  },
  {
    Sid: "WriteAndRead",
    Effect: "Allow",
    Action: [
      "s3:GetObject",
      "s3:PutObject",
      "s3:DeleteObject",
      "s3:AbortMultipartUpload",
      "s3:ListMultipartUploadParts",
    ],
    Resource: interpolate`${bucketArn}/*`,
  },
  { Sid: "Encrypt", Effect: "Allow", Action: ["kms:GenerateDataKey", "kms:Decrypt"], Resource: keyArn },
];
