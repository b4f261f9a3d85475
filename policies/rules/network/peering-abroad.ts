/** Networks are not connected to a network in another region or country. */
import { awsRegions } from "../../../localisation/cloud-geography.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { textsOf } from "../../resources/texts.ts";

const regionKey = /^(peerRegion|serviceRegion|supportedRegions|edgeLocations?|location|vpcRegion)$/;

export const peeringAbroad: ResourcePolicy = {
  id: "peering-abroad",
  area: "network",
  scope: "resource",
  title: "Networks are connected only within the allowed regions.",
  risk: "No egress rule sees the traffic of a peering or a private link to a service in another region.",
  types: [
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:ec2/vpcEndpointService:VpcEndpointService",
    "aws:networkmanager/coreNetwork:CoreNetwork",
    "aws:networkmanager/coreNetworkPolicyAttachment:CoreNetworkPolicyAttachment",
    "aws:route53/zoneAssociation:ZoneAssociation",
    "aws:route53/zone:Zone",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.20", "A.8.22"], nist80053: ["AC-4", "SC-7"] },
  remediation: "Connect networks of one region.",
  check: (subject, context) =>
    textsOf(subject).flatMap((text): Violation[] => {
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
office: { type: aws:ec2/vpcPeeringConnection:VpcPeeringConnection, properties: { peerRegion: eu-west-1 } }`,
        findings: `VpcPeeringConnection/office peerRegion: It connects the network to eu-west-1 (Dublin, Ireland). Connect it within af-south-1.`,
      },
      {
        pulumi: `
service: { type: aws:ec2/vpcEndpoint:VpcEndpoint,
  properties: { serviceName: com.amazonaws.vpce.us-east-1.vpce-svc-1, serviceRegion: us-east-1 } }`,
        findings: `VpcEndpoint/service serviceRegion: It connects the network to us-east-1 (Northern Virginia, United States). Connect it within af-south-1.`,
      },
    ],
  },
};

const regionsIn = (text: string): string[] => [
  ...new Set(
    (text.match(/[a-z]{2,4}(?:-[a-z]+)+-\d/g) ?? []).filter((word) => Object.hasOwn(awsRegions, word)),
  ),
];
