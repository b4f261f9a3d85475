/** Networks are not connected to a network in another region or country, or to one that the plan does not make. */
import { awsRegions } from "../../../localisation/cloud-geography.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { booleanAt, textAt } from "../../resources/properties.ts";
import { logicalName, type Resource } from "../../resources/resource.ts";
import type { ResourceSet } from "../../resources/resource-set.ts";
import { textsOf } from "../../resources/texts.ts";

const regionKey =
  /^(peerRegion|serviceRegion|supportedRegions|edgeLocations?|location|vpcRegion|serviceName)$/;

const network = ["aws:ec2/vpc:Vpc", "aws:ec2/defaultVpc:DefaultVpc"];

/** By type, what of another network each setting names, with the types of the plan that it may be. */
const others: Readonly<
  Record<string, readonly (readonly [path: string, what: string, made: readonly string[]])[]>
> = (() => {
  const gateway = [
    "transitGatewayId",
    "transit gateway",
    ["aws:ec2transitgateway/transitGateway:TransitGateway"],
  ] as const;
  const peering = [
    "vpcPeeringConnectionId",
    "peering",
    ["aws:ec2/vpcPeeringConnection:VpcPeeringConnection"],
  ] as const;
  const list = ["prefixListId", "prefix list", ["aws:ec2/managedPrefixList:ManagedPrefixList"]] as const;
  const interfaces = [
    "aws:ec2/networkInterface:NetworkInterface",
    "aws:ec2/instance:Instance",
    "aws:ec2/natGateway:NatGateway",
  ];
  return {
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection": [["peerVpcId", "network", network]],
    "aws:ec2/vpcPeeringConnectionAccepter:VpcPeeringConnectionAccepter": [peering],
    "aws:ec2/peeringConnectionOptions:PeeringConnectionOptions": [peering],
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment": [gateway],
    "aws:ec2transitgateway/connect:Connect": [gateway],
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment": [
      ["peerTransitGatewayId", gateway[1], gateway[2]],
    ],
    "aws:ec2/route:Route": [
      gateway,
      peering,
      ["networkInterfaceId", "network interface", interfaces],
      ["coreNetworkArn", "network", ["aws:networkmanager/coreNetwork:CoreNetwork"]],
    ],
    "aws:ec2/vpnConnection:VpnConnection": [
      gateway,
      ["customerGatewayId", "customer gateway", ["aws:ec2/customerGateway:CustomerGateway"]],
    ],
    "aws:directconnect/gatewayAssociation:GatewayAssociation": [
      ["dxGatewayId", "gateway", ["aws:directconnect/gateway:Gateway"]],
    ],
    "aws:route53/zoneAssociation:ZoneAssociation": [["vpcId", "network", network]],
    "aws:route53/resolverRuleAssociation:ResolverRuleAssociation": [
      ["resolverRuleId", "resolver rule", ["aws:route53/resolverRule:ResolverRule"]],
    ],
    "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": [
      [
        "resolverQueryLogConfigId",
        "query log",
        ["aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig"],
      ],
    ],
    "aws:ec2/vpcDhcpOptionsAssociation:VpcDhcpOptionsAssociation": [
      ["dhcpOptionsId", "set of DHCP options", ["aws:ec2/vpcDhcpOptions:VpcDhcpOptions"]],
    ],
    "aws:vpc/securityGroupVpcAssociation:SecurityGroupVpcAssociation": [["vpcId", "network", network]],
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [list],
  };
})();

/** Switches that let strangers connect, with what they must be. */
const closed: Readonly<Record<string, readonly [path: string, wanted: boolean | string]>> = {
  "aws:ec2transitgateway/transitGateway:TransitGateway": ["autoAcceptSharedAttachments", "disable"],
  "aws:ec2/vpcEndpointService:VpcEndpointService": ["acceptanceRequired", true],
};

export const peeringAbroad: ResourcePolicy = {
  id: "peering-abroad",
  area: "network",
  scope: "resource",
  title: "Networks are connected only within the allowed regions, and to networks of the plan.",
  risk: "No egress rule sees the traffic of a peering or a private link to a service in another region.",
  types: [
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:networkmanager/coreNetwork:CoreNetwork",
    "aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment",
    "aws:route53/zone:Zone",
    ...Object.keys(closed),
    ...Object.keys(others),
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.20", "A.8.22"], nist80053: ["AC-4", "SC-7"] },
  remediation: "Connect networks of one region.",
  check: (subject, context) => [
    ...strangers(subject, context),
    ...open(subject),
    ...textsOf(subject).flatMap((text): Violation[] => {
      const named = regionKey.test(text.key) || /^\s*\{/.test(text.value) ? regionsIn(text.value) : [];
      return named
        .filter((region) => !context.isAllowedRegion(region))
        .map((region) => ({
          path: text.path,
          value: region,
          message: `It connects the network to ${regionName(region)}.`,
          remediation: `Connect it within ${context.allowedRegions || "the country"}.`,
        }));
    }),
  ],
  examples: {
    passing: [
      {
        pulumi: `
s3: { type: aws:ec2/vpcEndpoint:VpcEndpoint, properties: { serviceName: com.amazonaws.af-south-1.s3 } }`,
      },
    ],
    failing: [
      {
        pulumi: `
office: { type: aws:ec2transitgateway/vpcAttachment:VpcAttachment, properties: { transitGatewayId: tgw-0a1b2c3d4e5f60718 } }`,
        findings: `VpcAttachment/office transitGatewayId: It connects the network to the transit gateway tgw-0a1b2c3d4e5f60718, and the plan does not make that. Connect it to a transit gateway of this plan, or add a waiver that names its owner.`,
      },
      {
        pulumi: `
office: { type: aws:ec2/vpcPeeringConnection:VpcPeeringConnection, properties: { peerRegion: eu-west-1 } }`,
        findings: `VpcPeeringConnection/office peerRegion: It connects the network to eu-west-1 (Dublin, Ireland). Connect it within af-south-1.`,
      },
      {
        pulumi: `
service: { type: aws:ec2/vpcEndpoint:VpcEndpoint,
  properties: { serviceName: com.amazonaws.vpce.us-east-1.vpce-svc-1, serviceRegion: us-east-1 } }`,
        findings: `
VpcEndpoint/service serviceName: It connects the network to the endpoint service com.amazonaws.vpce.us-east-1.vpce-svc-1, and the plan does not make that. Remove it, or add a waiver that names its owner.
VpcEndpoint/service serviceName: It connects the network to us-east-1 (Northern Virginia, United States). Connect it within af-south-1.
VpcEndpoint/service serviceRegion: It connects the network to us-east-1 (Northern Virginia, United States). Connect it within af-south-1.`,
      },
    ],
  },
};

/** What it names of another network, where no resource of the plan is that. */
function strangers(subject: Resource, { resources, country }: PolicyContext): Violation[] {
  const named = (others[subject.type] ?? []).flatMap(([path, what, made]): Violation | [] => {
    const id = textAt(subject.properties, path);
    // Lists of AWS's own services have short identifiers.
    if (id === undefined || (path === "prefixListId" && id.length < 15)) return [];
    const candidates = resources.ofTypes(made);
    if (
      candidates.some((one) => isNamed(one, id)) &&
      !(made === network && isStrange(id, candidates.length, resources))
    )
      return [];
    return {
      path,
      value: id,
      message: `It connects the network to the ${what} ${id}, and the plan does not make that.`,
      remediation: `Connect it to a ${what} of this plan, or add a waiver that names its owner.`,
    };
  });
  const service = textAt(subject.properties, "serviceName");
  if (service !== undefined && /\.vpce-svc-/.test(service) && subject.type.endsWith(":VpcEndpoint"))
    named.push({
      path: "serviceName",
      value: service,
      message: `It connects the network to the endpoint service ${service}, and the plan does not make that.`,
      remediation: "Remove it, or add a waiver that names its owner.",
    });
  const group = textAt(subject.properties, "referencedSecurityGroupId");
  const [account] = group?.split("/sg-") ?? [];
  if (account !== undefined && /^\d{12}$/.test(account) && account !== country.hosting.aws?.account)
    named.push({
      path: "referencedSecurityGroupId",
      value: group ?? "",
      message: `It lets traffic out to a security group of account ${account}.`,
      remediation: "Name a security group of the plan.",
    });
  return named;
}

/** A network that no subnet of the plan is in, where the plan has no second one that it may be. */
const isStrange = (id: string, networks: number, resources: ResourceSet): boolean =>
  /^vpc-[0-9a-f]+$/.test(id) &&
  networks < 2 &&
  !resources.ofTypes(["aws:ec2/subnet:Subnet"]).some(({ properties }) => properties.vpcId === id);

/** By its identifier, or the one that stands for it in a plan; where none is known yet, any real one may be it. */
const isNamed = (resource: Resource, id: string): boolean =>
  resource.id === undefined
    ? id === `${logicalName(resource)}-id` ||
      id === logicalName(resource) ||
      /-[0-9a-f]{8,17}$|^[0-9a-f-]{36}$/.test(id)
    : id === resource.id || id.endsWith(`/${resource.id}`);

function open({ type, properties }: Resource): Violation[] {
  const [path, wanted] = closed[type] ?? [];
  if (path === undefined || wanted === undefined) return [];
  const value = booleanAt(properties, path) ?? textAt(properties, path);
  if (value === wanted || (value === undefined && wanted === "disable")) return [];
  return [
    {
      path,
      value: String(value),
      message: "Whoever knows it connects to it, and nobody is asked.",
      remediation: `Set ${path} to ${wanted}.`,
    },
  ];
}

const regionsIn = (text: string): string[] => [
  ...new Set(
    (text.match(/[a-z]{2,4}(?:-[a-z]+)+-\d/g) ?? []).filter((word) => Object.hasOwn(awsRegions, word)),
  ),
];
