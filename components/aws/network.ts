/**
 * The network: a VPC over the file's zones. Pods, nodes and databases stand in private subnets and reach AWS by endpoints
 * inside the network, so that this traffic never leaves it. Public subnets hold load balancers, and where the stack has to
 * reach something outside a NAT gateway in each zone. Every flow is logged in the region.
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
  /** Whether people and machines come in from the internet. */
  readonly publicSubnets: boolean;
  /** Whether a part reaches something outside of AWS. Needs `publicSubnets`. */
  readonly wayOut: boolean;
  readonly flowLogDays: number;
}

/**
 * What nodes, add-ons and parts ask of AWS. S3 is one of them rather than a gateway endpoint: its addresses then lie in the
 * network's own range, which the cluster's network policies can name.
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

export class AwsNetwork extends ComponentResource {
  readonly vpcId: Output<string>;
  /** In the order of the zones. */
  readonly privateSubnetIds: readonly Output<string>[];
  /** What must be there before anything in the network can reach AWS. */
  readonly ready: readonly Resource[];

  constructor(name: string, args: AwsNetworkArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Network", name, {}, options);
    const { place } = args;
    const vpc = new Vpc(
      "network",
      {
        cidrBlock: args.range,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: tags(place.name),
      },
      { parent: this },
    );
    this.vpcId = vpc.id;
    // The group that AWS gives to whatever names none lets nothing in or out.
    new DefaultSecurityGroup(
      "closed",
      { vpcId: vpc.id, ingress: [], egress: [], tags: tags(`${place.name}-closed`) },
      { parent: this },
    );
    this.#flowLog(args, vpc);
    const ranges = subnetRanges(args.range, place.zones.length);
    const subnets = place.zones.map(
      (zone, index) =>
        new Subnet(
          `private-${zone}`,
          {
            vpcId: vpc.id,
            availabilityZone: zone,
            cidrBlock: ranges.private[index] ?? "",
            mapPublicIpOnLaunch: false,
            tags: { ...tags(`${place.name}-private-${zone}`), "kubernetes.io/role/internal-elb": "1" },
          },
          { parent: this },
        ),
    );
    this.privateSubnetIds = subnets.map(({ id }) => id);
    const tables = place.zones.map((zone, index) => {
      const table = new RouteTable(
        `private-${zone}`,
        { vpcId: vpc.id, tags: tags(`${place.name}-private-${zone}`) },
        { parent: this },
      );
      new RouteTableAssociation(
        `private-${zone}`,
        { subnetId: this.privateSubnetIds[index] ?? "", routeTableId: table.id },
        { parent: this },
      );
      return table;
    });
    const ways = args.publicSubnets ? this.#public(args, vpc, ranges.public, tables) : [];
    this.ready = [...this.#endpoints(args, vpc), ...ways];
    this.registerOutputs({ vpcId: this.vpcId });
  }

  #flowLog({ place, keys, flowLogDays }: AwsNetworkArgs, vpc: Vpc): void {
    const group = logGroup(
      "flow-log",
      { path: `/rollout/${place.name}/flow`, keyArn: keys.arns.logs, retentionDays: flowLogDays },
      { parent: this, dependsOn: [...keys.ready] },
    );
    const role = new Role(
      "flow-log",
      {
        name: `${place.name}-flow-log`,
        assumeRolePolicy: trustOf("vpc-flow-logs.amazonaws.com", keys.account),
        tags: tags(`${place.name}-flow-log`),
      },
      { parent: this },
    );
    const rights = new RolePolicy(
      "flow-log",
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
      { parent: this },
    );
    new FlowLog(
      "flow-log",
      {
        vpcId: vpc.id,
        trafficType: "ALL",
        logDestinationType: "cloud-watch-logs",
        logDestination: group.arn,
        iamRoleArn: role.arn,
        maxAggregationInterval: 60,
        tags: tags(`${place.name}-flow-log`, ["logs"]),
      },
      { parent: this, dependsOn: [rights] },
    );
  }

  #public(
    { place, wayOut }: AwsNetworkArgs,
    vpc: Vpc,
    ranges: readonly string[],
    privateTables: readonly RouteTable[],
  ): Resource[] {
    const gateway = new InternetGateway(
      "internet",
      { vpcId: vpc.id, tags: tags(`${place.name}-internet`) },
      { parent: this },
    );
    const table = new RouteTable(
      "public",
      { vpcId: vpc.id, tags: tags(`${place.name}-public`) },
      { parent: this },
    );
    const anywhere = "0.0.0.0/0";
    const route = new Route(
      "public",
      { routeTableId: table.id, destinationCidrBlock: anywhere, gatewayId: gateway.id },
      { parent: this },
    );
    return place.zones.flatMap((zone, index): Resource[] => {
      const subnet = new Subnet(
        `public-${zone}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone,
          cidrBlock: ranges[index] ?? "",
          mapPublicIpOnLaunch: false,
          tags: { ...tags(`${place.name}-public-${zone}`), "kubernetes.io/role/elb": "1" },
        },
        { parent: this },
      );
      const association = new RouteTableAssociation(
        `public-${zone}`,
        { subnetId: subnet.id, routeTableId: table.id },
        { parent: this },
      );
      const privateTable = privateTables[index];
      if (!wayOut || privateTable === undefined) return [association];
      const address = new Eip(
        `nat-${zone}`,
        { domain: "vpc", tags: tags(`${place.name}-nat-${zone}`) },
        { parent: this, dependsOn: [gateway] },
      );
      // One in each zone: no zone's failure closes another's way out, and no traffic crosses zones on it.
      const nat = new NatGateway(
        `nat-${zone}`,
        { subnetId: subnet.id, allocationId: address.id, tags: tags(`${place.name}-nat-${zone}`) },
        { parent: this, dependsOn: [route, association] },
      );
      return [
        new Route(
          `out-${zone}`,
          { routeTableId: privateTable.id, destinationCidrBlock: anywhere, natGatewayId: nat.id },
          { parent: this },
        ),
      ];
    });
  }

  #endpoints({ place, keys, range }: AwsNetworkArgs, vpc: Vpc): Resource[] {
    const group = new SecurityGroup(
      "endpoints",
      {
        name: `${place.name}-endpoints`,
        description: "Lets the network reach AWS",
        vpcId: vpc.id,
        egress: [],
        tags: tags(`${place.name}-endpoints`),
      },
      { parent: this },
    );
    const rule = new SecurityGroupIngressRule(
      "endpoints",
      {
        securityGroupId: group.id,
        description: "HTTPS from the network",
        ipProtocol: "tcp",
        fromPort: 443,
        toPort: 443,
        cidrIpv4: range,
        tags: tags(`${place.name}-endpoints`),
      },
      { parent: this },
    );
    const endpoints = services.map(
      (service) =>
        new VpcEndpoint(
          `endpoint-${service}`,
          {
            vpcId: vpc.id,
            vpcEndpointType: "Interface",
            serviceName: `com.amazonaws.${place.region}.${service}`,
            subnetIds: [...this.privateSubnetIds],
            securityGroupIds: [group.id],
            privateDnsEnabled: true,
            ...(service === "s3" && {
              dnsOptions: { privateDnsOnlyForInboundResolverEndpoint: false },
              policy: storePolicy(place.region, keys.account),
            }),
            tags: tags(`${place.name}-${service}`),
          },
          { parent: this },
        ),
    );
    return [...endpoints, rule];
  }
}

/** No bucket of anybody else is reached from the network, but the one of the region's registry that holds image layers. */
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
      Resource: `arn:aws:s3:::prod-${region}-starport-layer-bucket/*`,
    },
  ]);
}
