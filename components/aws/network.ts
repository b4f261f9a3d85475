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
  readonly #name: string;
  readonly #args: AwsNetworkArgs;

  constructor(name: string, args: AwsNetworkArgs, options: ComponentResourceOptions) {
    super("rollout:aws:Network", name, {}, options);
    this.#name = name;
    this.#args = args;
    const ranges = subnetRanges(args.range, args.place.zones.length);
    this.vpcId = this.#vpc();
    this.#closedDefaultGroup();
    this.#flowLog();
    this.privateSubnetIds = this.#privateSubnets(ranges.private);
    const tables = this.#privateTables();
    const routes = args.publicSubnets ? this.#public(ranges.public, tables) : [];
    this.ready = [...this.#endpoints(), ...routes];
    this.registerOutputs({ vpcId: this.vpcId });
  }

  #vpc(): Output<string> {
    const { range, place } = this.#args;
    return new Vpc(
      `${this.#name}-network`,
      {
        cidrBlock: range,
        enableDnsSupport: true,
        enableDnsHostnames: true,
        tags: tags(place.name),
      },
      { parent: this },
    ).id;
  }

  /** AWS gives this group to everything that names none: it lets nothing in or out. */
  #closedDefaultGroup(): void {
    new DefaultSecurityGroup(
      `${this.#name}-closed`,
      { vpcId: this.vpcId, ingress: [], egress: [], tags: tags(`${this.#args.place.name}-closed`) },
      { parent: this },
    );
  }

  #privateSubnets(ranges: readonly string[]): Output<string>[] {
    const { place } = this.#args;
    return place.zones.map(
      (zone, index) =>
        new Subnet(
          `${this.#name}-private-${zone}`,
          {
            vpcId: this.vpcId,
            availabilityZone: zone,
            cidrBlock: ranges[index] ?? "",
            mapPublicIpOnLaunch: false,
            tags: { ...tags(`${place.name}-private-${zone}`), "kubernetes.io/role/internal-elb": "1" },
          },
          { parent: this },
        ).id,
    );
  }

  #privateTables(): RouteTable[] {
    const { place } = this.#args;
    return place.zones.map((zone, index) => {
      const table = new RouteTable(
        `${this.#name}-private-${zone}`,
        { vpcId: this.vpcId, tags: tags(`${place.name}-private-${zone}`) },
        { parent: this },
      );
      new RouteTableAssociation(
        `${this.#name}-private-${zone}`,
        { subnetId: this.privateSubnetIds[index] ?? "", routeTableId: table.id },
        { parent: this },
      );
      return table;
    });
  }

  #flowLog(): void {
    const { place, keys, flowLogDays } = this.#args;
    const name = `${this.#name}-flow-log`;
    const group = logGroup(
      name,
      {
        title: "flow-log",
        path: `/rollout/${place.name}/flow`,
        keyArn: keys.arns.logs,
        retentionDays: flowLogDays,
      },
      { parent: this, dependsOn: [...keys.ready] },
    );
    const role = new Role(
      name,
      {
        name: `${place.name}-flow-log`,
        assumeRolePolicy: trustOf("vpc-flow-logs.amazonaws.com", keys.account),
        tags: tags(`${place.name}-flow-log`),
      },
      { parent: this },
    );
    const rights = new RolePolicy(
      name,
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
      name,
      {
        vpcId: this.vpcId,
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

  /** @returns what must exist before the network has its routes to the outside. */
  #public(ranges: readonly string[], privateTables: readonly RouteTable[]): Resource[] {
    const { place, wayOut } = this.#args;
    const gateway = new InternetGateway(
      `${this.#name}-internet`,
      { vpcId: this.vpcId, tags: tags(`${place.name}-internet`) },
      { parent: this },
    );
    const table = new RouteTable(
      `${this.#name}-public`,
      { vpcId: this.vpcId, tags: tags(`${place.name}-public`) },
      { parent: this },
    );
    const route = new Route(
      `${this.#name}-public`,
      { routeTableId: table.id, destinationCidrBlock: anywhere, gatewayId: gateway.id },
      { parent: this },
    );
    return place.zones.map((zone, index) => {
      const { subnet, association } = this.#publicSubnet(zone, ranges[index] ?? "", table);
      const privateTable = privateTables[index];
      if (!wayOut || privateTable === undefined) return association;
      return this.#natRoute(zone, subnet, privateTable, [gateway], [route, association]);
    });
  }

  #publicSubnet(zone: string, cidrBlock: string, table: RouteTable) {
    const subnet = new Subnet(
      `${this.#name}-public-${zone}`,
      {
        vpcId: this.vpcId,
        availabilityZone: zone,
        cidrBlock,
        mapPublicIpOnLaunch: false,
        tags: { ...tags(`${this.#args.place.name}-public-${zone}`), "kubernetes.io/role/elb": "1" },
      },
      { parent: this },
    );
    const association = new RouteTableAssociation(
      `${this.#name}-public-${zone}`,
      { subnetId: subnet.id, routeTableId: table.id },
      { parent: this },
    );
    return { subnet, association };
  }

  /** One NAT gateway in each zone: a zone's failure does not cut off another, and no traffic crosses zones. */
  #natRoute(
    zone: string,
    subnet: Subnet,
    privateTable: RouteTable,
    beforeAddress: Resource[],
    beforeGateway: Resource[],
  ): Route {
    const name = `${this.#name}-nat-${zone}`;
    const natTags = tags(`${this.#args.place.name}-nat-${zone}`);
    const address = new Eip(
      name,
      { domain: "vpc", tags: natTags },
      { parent: this, dependsOn: beforeAddress },
    );
    const nat = new NatGateway(
      name,
      { subnetId: subnet.id, allocationId: address.id, tags: natTags },
      { parent: this, dependsOn: beforeGateway },
    );
    return new Route(
      `${this.#name}-out-${zone}`,
      { routeTableId: privateTable.id, destinationCidrBlock: anywhere, natGatewayId: nat.id },
      { parent: this },
    );
  }

  #endpoints(): Resource[] {
    const { place, keys, range } = this.#args;
    const group = new SecurityGroup(
      `${this.#name}-endpoints`,
      {
        name: `${place.name}-endpoints`,
        description: "Lets the network reach AWS",
        vpcId: this.vpcId,
        egress: [],
        tags: tags(`${place.name}-endpoints`),
      },
      { parent: this },
    );
    const rule = new SecurityGroupIngressRule(
      `${this.#name}-endpoints`,
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
          `${this.#name}-endpoint-${service}`,
          {
            vpcId: this.vpcId,
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
      Resource: `arn:aws:s3:::prod-${region}-starport-layer-bucket/*`,
    },
  ]);
}
