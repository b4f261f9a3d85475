/** What the cluster, its nodes and its add-ons may do in the account: a role for each, with the rights that AWS documents for it. */

import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { ComponentResource, type ComponentResourceOptions, type Output, type Resource } from "@pulumi/pulumi";
import { awsPartitionOf, awsServicePrincipal } from "../../localisation/aws-partitions.ts";
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

/** The service that assumes a pod's role, for the cluster's Pod Identity agent. */
export const podIdentityService = "pods.eks.amazonaws.com";

export class ClusterRoles extends ComponentResource {
  readonly clusterRoleArn: Output<string>;
  readonly nodeRoleArn: Output<string>;
  readonly networkRoleArn: Output<string>;
  readonly disksRoleArn: Output<string>;
  /** Rights that must exist before the roles are used. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: ClusterRolesArgs, options: ComponentResourceOptions) {
    super("rollout:aws:ClusterRoles", name, {}, options);
    const inside = { parent: this };
    const rights: Resource[] = [];
    this.clusterRoleArn = createRole("cluster", "eks.amazonaws.com", {
      managed: ["AmazonEKSClusterPolicy"],
      statements: secretsStatements(args.secretsKey),
    });
    this.nodeRoleArn = createRole("nodes", awsServicePrincipal(args.place.region, "ec2"), {
      managed: ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"],
    });
    this.networkRoleArn = createRole("network", podIdentityService, { managed: ["AmazonEKS_CNI_Policy"] });
    this.disksRoleArn = createRole("disks", podIdentityService, {
      managed: ["service-role/AmazonEBSCSIDriverPolicy"],
      statements: volumesStatements(args.disksKey),
    });
    this.ready = rights;
    this.registerOutputs();

    /**
     * @param service that may assume the role.
     * @param own AWS's managed policies by name, and statements of its own.
     * @returns its ARN.
     */
    function createRole(
      purpose: string,
      service: string,
      own: { readonly managed: readonly string[]; readonly statements?: readonly Statement[] },
    ): Output<string> {
      const logicalName = `${name}-${purpose}`;
      const roleName = `${args.place.name}-${purpose}`;
      const role = new Role(
        logicalName,
        { name: roleName, assumeRolePolicy: trustOf(service), tags: tags(roleName) },
        inside,
      );
      for (const policy of own.managed)
        rights.push(
          new RolePolicyAttachment(
            `${logicalName}-${policy.split("/").at(-1)}`,
            {
              role: role.name,
              policyArn: `arn:${awsPartitionOf(args.place.region).id}:iam::aws:policy/${policy}`,
            },
            inside,
          ),
        );
      if (own.statements !== undefined)
        rights.push(
          new RolePolicy(logicalName, { role: role.name, policy: policyDocument(own.statements) }, inside),
        );
      return role.arn;
    }
  }
}

const secretsStatements = (key: Output<string>): Statement[] => [
  {
    Sid: "EncryptSecrets",
    Effect: "Allow",
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey", "kms:ListGrants"],
    Resource: key,
  },
];

const volumesStatements = (key: Output<string>): Statement[] => [
  {
    Sid: "EncryptVolumes",
    Effect: "Allow",
    Action: ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
    Resource: key,
  },
  {
    Sid: "LendKeyToVolumes",
    Effect: "Allow",
    Action: ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
    Resource: key,
    Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
  },
];
