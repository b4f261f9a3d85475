/** What the cluster, its nodes and its add-ons may do in the account: a role each, with what AWS documents for it. */
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource } from "@pulumi/pulumi";
import type { AwsLocation } from "./place.ts";
import { policyDocument, type Statement, trustOf } from "./policy-document.ts";
import { tags } from "./tags.ts";

export interface ClusterRolesArgs {
  readonly place: AwsLocation;
  readonly account: Output<string>;
  /** ARN of the key that encrypts the cluster's Secrets. */
  readonly secretsKey: Output<string>;
  /** ARN of the key that encrypts volumes. */
  readonly disksKey: Output<string>;
}

const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;

/** A pod's role, which the cluster's Pod Identity agent takes on for it. */
export const podIdentityService = "pods.eks.amazonaws.com";

export class ClusterRoles extends ComponentResource {
  readonly clusterRoleArn: Output<string>;
  readonly nodeRoleArn: Output<string>;
  readonly networkRoleArn: Output<string>;
  readonly disksRoleArn: Output<string>;
  /** Rights that must be there before the roles are used. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: ClusterRolesArgs, options: ComponentResourceOptions) {
    super("rollout:aws:ClusterRoles", name, {}, options);
    const rights: Resource[] = [];
    const role = (
      purpose: string,
      service: string,
      policies: readonly string[],
      own: readonly Statement[] = [],
    ) => {
      const made = new Role(
        purpose,
        {
          name: `${args.place.name}-${purpose}`,
          assumeRolePolicy: trustOf(service),
          tags: tags(`${args.place.name}-${purpose}`),
        },
        { parent: this },
      );
      for (const policy of policies)
        rights.push(
          new RolePolicyAttachment(
            `${purpose}-${policy.split("/").at(-1)}`,
            { role: made.name, policyArn: managed(policy) },
            { parent: this },
          ),
        );
      if (own.length > 0)
        rights.push(
          new RolePolicy(purpose, { role: made.name, policy: policyDocument(own) }, { parent: this }),
        );
      return made.arn;
    };
    this.clusterRoleArn = role(
      "cluster",
      "eks.amazonaws.com",
      ["AmazonEKSClusterPolicy"],
      [
        {
          Sid: "EncryptSecrets",
          Effect: "Allow",
          Action: ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"],
          Resource: args.secretsKey,
        },
      ],
    );
    this.nodeRoleArn = role("nodes", "ec2.amazonaws.com", [
      "AmazonEKSWorkerNodePolicy",
      "AmazonEC2ContainerRegistryPullOnly",
    ]);
    this.networkRoleArn = role("network", podIdentityService, ["AmazonEKS_CNI_Policy"]);
    this.disksRoleArn = role(
      "disks",
      podIdentityService,
      ["service-role/AmazonEBSCSIDriverPolicy"],
      [
        {
          Sid: "EncryptVolumes",
          Effect: "Allow",
          Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
          Resource: args.disksKey,
        },
        {
          Sid: "LendKeyToVolumes",
          Effect: "Allow",
          Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
          Resource: args.disksKey,
          Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
        },
      ],
    );
    this.ready = rights;
    this.registerOutputs();
  }
}
