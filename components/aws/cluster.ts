/**
 * The EKS cluster: its API answers inside the network, and from outside only to the file's addresses. Secrets are encrypted
 * with the stack's key, and every log of the control plane is stored in the region. Nodes run in the file's zones with
 * encrypted disks; pods get rights by Pod Identity, never from their node.
 *
 * Versions by "Understand the Kubernetes version lifecycle on EKS" (docs.aws.amazon.com/eks/latest/userguide/
 * kubernetes-versions.html): 1.35 is in standard support until March 2027. Add-ons are those that AWS offers for it.
 */

import { LaunchTemplate } from "@pulumi/aws/ec2/launchTemplate.js";
import { AccessEntry } from "@pulumi/aws/eks/accessEntry.js";
import { AccessPolicyAssociation } from "@pulumi/aws/eks/accessPolicyAssociation.js";
import { Addon } from "@pulumi/aws/eks/addon.js";
import { Cluster } from "@pulumi/aws/eks/cluster.js";
import { NodeGroup } from "@pulumi/aws/eks/nodeGroup.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  jsonStringify,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import { awsPartitionOf } from "../../localisation/aws-partitions.ts";
import { ClusterRoles } from "./cluster-roles.ts";
import type { Keys } from "./keys.ts";
import { logGroup } from "./log-group.ts";
import type { AwsNetwork } from "./network.ts";
import type { NodePool } from "./node-pool.ts";
import type { AwsLocation } from "./place.ts";
import { tags } from "./tags.ts";

export interface AwsClusterArgs {
  readonly place: AwsLocation;
  readonly keys: Keys;
  readonly network: AwsNetwork;
  readonly nodes: NodePool;
  /** Address ranges that may reach the API from outside; only the network may where empty. */
  readonly accessFrom: readonly string[];
  /** ARNs of roles and users that administer the cluster; whoever creates it where empty. */
  readonly administrators: readonly string[];
  readonly auditLogDays: number;
}

const kubernetesVersion = "1.35";

const addonVersions = {
  "vpc-cni": "v1.21.1-eksbuild.3",
  "kube-proxy": "v1.35.0-eksbuild.2",
  coredns: "v1.13.2-eksbuild.3",
  "eks-pod-identity-agent": "v1.3.10-eksbuild.2",
  "aws-ebs-csi-driver": "v1.56.0-eksbuild.1",
} as const;

/** Where the Pod Identity agent answers on each node (docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html). */
export const podIdentityAgent = { address: "169.254.170.23/32", port: 80 } as const;

/** GiB for the system, images and logs of a node. */
const nodeDisk = 100;

export class AwsCluster extends ComponentResource {
  readonly clusterName: Output<string>;
  /** As kubectl reads it. It contains no secret: the login comes from the AWS CLI. */
  readonly kubeconfig: Output<string>;
  /** Of all nodes and the cluster. */
  readonly securityGroupId: Output<string>;
  /** These must exist before a workload can start. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: AwsClusterArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Cluster", name, {}, options);
    const inside = { parent: this };
    const { place, keys, auditLogDays, network, accessFrom, administrators, nodes: pool } = args;
    const roles = new ClusterRoles(
      `${name}-roles`,
      { place, account: keys.account, secretsKey: keys.arns.keys, disksKey: keys.arns["machine-telemetry"] },
      inside,
    );
    const cluster = createCluster();
    const clusterName = cluster.name;
    const securityGroupId = cluster.vpcConfig.clusterSecurityGroupId;
    this.clusterName = clusterName;
    this.securityGroupId = securityGroupId;
    this.kubeconfig = kubeconfig(cluster, place.region);
    const access = createAdministrators();
    // Nodes become ready only with their network, and pods only with nodes.
    const before = [
      createAddon("vpc-cni", {
        role: roles.networkRoleArn,
        serviceAccount: "aws-node",
        settings: { enableNetworkPolicy: "true" },
      }),
      createAddon("kube-proxy"),
      createAddon("eks-pod-identity-agent"),
    ];
    const nodes = createNodes();
    this.ready = [
      ...access,
      ...nodes,
      createAddon("coredns", { dependsOn: nodes }),
      createAddon("aws-ebs-csi-driver", {
        role: roles.disksRoleArn,
        serviceAccount: "ebs-csi-controller-sa",
        dependsOn: nodes,
      }),
    ];
    this.registerOutputs({ clusterName });

    /** EKS writes to this group by its name; without it EKS would make one that has no key and never expires. */
    function createLog(): Resource {
      return logGroup(
        `${name}-eks-cluster`,
        {
          title: "eks-cluster",
          path: `/aws/eks/${place.name}/cluster`,
          keyArn: keys.arns.logs,
          retentionDays: auditLogDays,
        },
        { ...inside, dependsOn: [...keys.ready] },
      );
    }

    function createCluster(): Cluster {
      return new Cluster(
        `${name}-cluster`,
        {
          name: place.name,
          version: kubernetesVersion,
          roleArn: roles.clusterRoleArn,
          bootstrapSelfManagedAddons: false,
          upgradePolicy: { supportType: "STANDARD" },
          accessConfig: {
            authenticationMode: "API",
            bootstrapClusterCreatorAdminPermissions: administrators.length === 0,
          },
          vpcConfig: {
            subnetIds: [...network.privateSubnetIds],
            endpointPrivateAccess: true,
            endpointPublicAccess: accessFrom.length > 0,
            ...(accessFrom.length > 0 && { publicAccessCidrs: [...accessFrom] }),
          },
          kubernetesNetworkConfig: { ipFamily: "ipv4" },
          encryptionConfig: { resources: ["secrets"], provider: { keyArn: keys.arns.keys } },
          enabledClusterLogTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
          tags: tags(place.name, ["keys"]),
        },
        {
          ...inside,
          dependsOn: [createLog(), ...roles.ready, ...keys.ready, ...network.ready],
          customTimeouts: { create: "40m" },
        },
      );
    }

    function createAdministrators(): Resource[] {
      return args.administrators.map((principalArn) => {
        const title = principalArn.split("/").at(-1) ?? principalArn;
        const entry = new AccessEntry(
          `${name}-${title}`,
          { clusterName, principalArn, type: "STANDARD", tags: tags(title) },
          inside,
        );
        return new AccessPolicyAssociation(
          `${name}-${title}`,
          {
            clusterName,
            principalArn,
            policyArn: `arn:${awsPartitionOf(args.place.region).id}:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy`,
            accessScope: { type: "cluster" },
          },
          { ...inside, dependsOn: [entry] },
        );
      });
    }

    function createAddon(
      addonName: keyof typeof addonVersions,
      options: {
        readonly role?: Input<string>;
        readonly serviceAccount?: string;
        readonly settings?: object;
        readonly dependsOn?: readonly Resource[];
      } = {},
    ): Addon {
      const { role, serviceAccount, settings, dependsOn } = options;
      return new Addon(
        `${name}-${addonName}`,
        {
          clusterName,
          addonName,
          addonVersion: addonVersions[addonName],
          resolveConflictsOnCreate: "OVERWRITE",
          resolveConflictsOnUpdate: "OVERWRITE",
          ...(role !== undefined &&
            serviceAccount !== undefined && {
              podIdentityAssociations: [{ roleArn: role, serviceAccount }],
            }),
          ...(settings && { configurationValues: JSON.stringify(settings) }),
          tags: tags(addonName),
        },
        { ...inside, ...(dependsOn && { dependsOn: [...dependsOn] }) },
      );
    }

    /** A group in each zone: a volume's pod finds a node where its volume is. */
    function createNodes(): Resource[] {
      const template = createLaunchTemplate();
      return place.zones.map(
        (zone, index) =>
          new NodeGroup(
            `${name}-nodes-${zone}`,
            {
              clusterName,
              nodeGroupName: `${place.name}-${zone}`,
              nodeRoleArn: roles.nodeRoleArn,
              subnetIds: [network.privateSubnetIds[index] ?? ""],
              version: kubernetesVersion,
              amiType: pool.imageType,
              capacityType: "ON_DEMAND",
              instanceTypes: [...pool.instanceTypes],
              scalingConfig: {
                minSize: pool.perZone,
                desiredSize: pool.perZone,
                // One more while a node is replaced.
                maxSize: pool.perZone + 1,
              },
              updateConfig: { maxUnavailable: 1 },
              nodeRepairConfig: { enabled: true },
              launchTemplate: {
                id: template.id,
                version: template.latestVersion.apply((version) => String(version)),
              },
              tags: tags(`${place.name}-${zone}`, ["machineTelemetry", "logs"]),
            },
            { ...inside, dependsOn: [...before, ...roles.ready] },
          ),
      );
    }

    function createLaunchTemplate(): LaunchTemplate {
      return new LaunchTemplate(
        `${name}-nodes`,
        {
          name: `${place.name}-nodes`,
          updateDefaultVersion: true,
          blockDeviceMappings: [
            {
              deviceName: "/dev/xvda",
              ebs: {
                volumeType: "gp3",
                volumeSize: nodeDisk,
                encrypted: "true",
                kmsKeyId: keys.arns["machine-telemetry"],
                deleteOnTermination: "true",
              },
            },
          ],
          // So that pods can't get their node's rights.
          metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
          networkInterfaces: [{ associatePublicIpAddress: "false", securityGroups: [securityGroupId] }],
          tagSpecifications: ["instance", "volume"].map((resourceType) => ({
            resourceType,
            tags: tags(`${place.name}-node`, ["machineTelemetry", "logs"]),
          })),
          tags: tags(`${place.name}-nodes`, ["machineTelemetry", "logs"]),
        },
        { ...inside, dependsOn: [...keys.ready] },
      );
    }
  }
}

function kubeconfig(cluster: Cluster, region: string): Output<string> {
  const name = cluster.name;
  return jsonStringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server: cluster.endpoint,
          "certificate-authority-data": cluster.certificateAuthority.data,
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: ["eks", "get-token", "--cluster-name", name, "--region", region, "--output", "json"],
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}
