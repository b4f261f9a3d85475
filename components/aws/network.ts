/**
 * The network: a VPC over the file's zones. Pods, nodes and databases run in private subnets and reach AWS by endpoints
 * inside the network, so that this traffic never leaves it. Public subnets hold load balancers and, where the stack has to
 * reach something outside, a NAT gateway in each zone. Every flow is logged in the region.
 */

import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup.js";
import { Eip } from "@pulumi/aws/ec2/eip.js";
import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway.js";
import { NatGateway } from "@pulumi/aws/ec2/natGateway.js";
import { Route } from "@pulumi/aws/ec2/route.js";
import { RouteTable } from "@pulumi/aws/ec2/routeTable.js";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Subnet } from "@pulumi/aws/ec2/subnet.js";
import { Vpc } from "@pulumi/aws/ec2/vpc.js";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import {
  ComponentResource,
  type ComponentResourceOptions,
  interpolate,
  type Output,
  type Resource,
} from "@pulumi/pulumi";
import { awsEndpointService, awsPartitionOf } from "../../localisation/aws-partitions.ts";
import { subnetRanges } from "./address-ranges.ts";
import type { Keys } from "./keys.ts";
import { logGroup } from "./log-group.ts";
import type { AwsLocation } from "./place.ts";
import { policyDocument, trustOf } from "./policy-document.ts";
import { tags } from "./tags.ts";

export interface AwsNetworkArgs {
  readonly place: AwsLocation;
  readonly keys: Keys;
  /** IPv4 range of the VPC, /16 to /20. */
  readonly range: string;
  /** Whether people and machines connect from the internet. */
  readonly publicSubnets: boolean;
  /** Whether a part connects to something outside AWS. Needs `publicSubnets`. */
  readonly wayOut: boolean;
  readonly flowLogDays: number;
}

/**
 * Services of AWS that nodes, add-ons and parts use. S3 has an interface endpoint too, not a gateway endpoint: its addresses
 * are then in the network's own range, which the cluster's network policies can name.
 */
const services = [
  "ec2",
  "ecr.api",
  "ecr.dkr",
  "eks",
  "eks-auth",
  "elasticloadbalancing",
  "kms",
  "logs",
  "s3",
  "sts",
] as const;

const anywhere = "0.0.0.0/0";

export class AwsNetwork extends ComponentResource {
  readonly vpcId: Output<string>;
  /** In the order of the zones. */
  readonly privateSubnetIds: readonly Output<string>[];
  /** These must exist before anything in the network can reach AWS. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: AwsNetworkArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Network", name, {}, options);
    const inside = { parent: this };
    const { range, place, keys, flowLogDays, wayOut } = args;
    const ranges = subnetRanges(range, place.zones.length);
    const vpcId = new Vpc(
      `${name}-network`,
      { cidrBlock: range, enableDnsSupport: true, enableDnsHostnames: true, tags: tags(place.name) },
      inside,
    ).id;
    this.vpcId = vpcId;
    // AWS gives this group to everything that names none: it lets nothing in or out.
    new DefaultSecurityGroup(
      `${name}-closed`,
      { vpcId, ingress: [], egress: [], tags: tags(`${place.name}-closed`) },
      inside,
    );
    createFlowLog();
    const privateSubnetIds = createPrivateSubnets();
    this.privateSubnetIds = privateSubnetIds;
    const privateTables = createPrivateTables();
    const routes = args.publicSubnets ? createPublic() : [];
    this.ready = [...createEndpoints(), ...routes];
    this.registerOutputs({ vpcId });

    function createPrivateSubnets(): Output<string>[] {
      return place.zones.map(
        (zone, index) =>
          new Subnet(
            `${name}-private-${zone}`,
            {
              vpcId,
              availabilityZone: zone,
              cidrBlock: ranges.private[index] ?? "",
              mapPublicIpOnLaunch: false,
              tags: { ...tags(`${place.name}-private-${zone}`), "kubernetes.io/role/internal-elb": "1" },
            },
            inside,
          ).id,
      );
    }

    function createPrivateTables(): RouteTable[] {
      return place.zones.map((zone, index) => {
        const table = new RouteTable(
          `${name}-private-${zone}`,
          { vpcId, tags: tags(`${place.name}-private-${zone}`) },
          inside,
        );
        new RouteTableAssociation(
          `${name}-private-${zone}`,
          { subnetId: privateSubnetIds[index] ?? "", routeTableId: table.id },
          inside,
        );
        return table;
      });
    }

    function createFlowLog(): void {
      const flowLog = `${name}-flow-log`;
      const group = logGroup(
        flowLog,
        {
          title: "flow-log",
          path: `/rollout/${place.name}/flow`,
          keyArn: keys.arns.logs,
          retentionDays: flowLogDays,
        },
        { ...inside, dependsOn: [...keys.ready] },
      );
      const role = new Role(
        flowLog,
        {
          name: `${place.name}-flow-log`,
          assumeRolePolicy: trustOf("vpc-flow-logs.amazonaws.com", keys.account),
          tags: tags(`${place.name}-flow-log`),
        },
        inside,
      );
      const rights = new RolePolicy(
        flowLog,
        {
          role: role.name,
          policy: policyDocument([
            {
              Sid: "Write",
              Effect: "Allow",
              Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
              Resource: interpolate`${group.arn}:*`,
            },
          ]),
        },
        inside,
      );
      new FlowLog(
        flowLog,
        {
          vpcId,
          trafficType: "ALL",
          logDestinationType: "cloud-watch-logs",
          logDestination: group.arn,
          iamRoleArn: role.arn,
          maxAggregationInterval: 60,
          tags: tags(`${place.name}-flow-log`, ["logs"]),
        },
        { ...inside, dependsOn: [rights] },
      );
    }

    /** @returns what must exist before the network has its routes to the outside. */
    function createPublic(): Resource[] {
      const gateway = new InternetGateway(
        `${name}-internet`,
        { vpcId, tags: tags(`${place.name}-internet`) },
        inside,
      );
      const table = new RouteTable(`${name}-public`, { vpcId, tags: tags(`${place.name}-public`) }, inside);
      const route = new Route(
        `${name}-public`,
        { routeTableId: table.id, destinationCidrBlock: anywhere, gatewayId: gateway.id },
        inside,
      );
      return place.zones.map((zone, index) => {
        const subnet = new Subnet(
          `${name}-public-${zone}`,
          {
            vpcId,
            availabilityZone: zone,
            cidrBlock: ranges.public[index] ?? "",
            mapPublicIpOnLaunch: false,
            tags: { ...tags(`${place.name}-public-${zone}`), "kubernetes.io/role/elb": "1" },
          },
          inside,
        );
        const association = new RouteTableAssociation(
          `${name}-public-${zone}`,
          { subnetId: subnet.id, routeTableId: table.id },
          inside,
        );
        const privateTable = privateTables[index];
        if (!wayOut || privateTable === undefined) return association;
        // One NAT gateway in each zone: a zone's failure does not cut off another, and no traffic crosses zones.
        const natName = `${name}-nat-${zone}`;
        const natTags = tags(`${place.name}-nat-${zone}`);
        const address = new Eip(
          natName,
          { domain: "vpc", tags: natTags },
          { ...inside, dependsOn: [gateway] },
        );
        const nat = new NatGateway(
          natName,
          { subnetId: subnet.id, allocationId: address.id, tags: natTags },
          { ...inside, dependsOn: [route, association] },
        );
        return new Route(
          `${name}-out-${zone}`,
          { routeTableId: privateTable.id, destinationCidrBlock: anywhere, natGatewayId: nat.id },
          inside,
        );
      });
    }

    function createEndpoints(): Resource[] {
      const group = new SecurityGroup(
        `${name}-endpoints`,
        {
          name: `${place.name}-endpoints`,
          description: "Lets the network reach AWS",
          vpcId,
          egress: [],
          tags: tags(`${place.name}-endpoints`),
        },
        inside,
      );
      const rule = new SecurityGroupIngressRule(
        `${name}-endpoints`,
        {
          securityGroupId: group.id,
          description: "HTTPS from the network",
          ipProtocol: "tcp",
          fromPort: 443,
          toPort: 443,
          cidrIpv4: range,
          tags: tags(`${place.name}-endpoints`),
        },
        inside,
      );
      const endpoints = services.map(
        (service) =>
          new VpcEndpoint(
            `${name}-endpoint-${service}`,
            {
              vpcId,
              vpcEndpointType: "Interface",
              serviceName: awsEndpointService(place.region, service),
              subnetIds: [...privateSubnetIds],
              securityGroupIds: [group.id],
              privateDnsEnabled: true,
              ...(service === "s3" && {
                dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false },
                policy: storePolicy(place.region, keys.account),
              }),
              tags: tags(`${place.name}-${service}`),
            },
            inside,
          ),
      );
      return [...endpoints, rule];
    }
  }
}

/** From the network only the account's own buckets are reached, and the registry's bucket in the region with image layers. */
function storePolicy(region: string, account: Output<string>): Output<string> {
  return policyDocument([
    {
      Sid: "OwnBuckets",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:*",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceAccount": account } },
    },
    {
      Sid: "ImageLayers",
      Effect: "Allow",
      Principal: "*",
      Action: "s3:GetObject",
      Resource: `arn:${awsPartitionOf(region).id}:s3:::prod-${region}-starport-layer-bucket/*`,
    },
  ]);
}
