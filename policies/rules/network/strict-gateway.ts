/** In the strict profile nothing connects the stack's network to another. */
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";

export const strictGateway: ResourcePolicy = {
  id: "strict-gateway",
  area: "network",
  scope: "resource",
  title: "In the strict profile no gateway connects the network to the internet or to another network.",
  risk: "A file with the strict profile promises that nothing leaves; one gateway breaks the promise.",
  types: [
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
    "aws:ec2/natGateway:NatGateway",
    "aws:ec2/vpnGateway:VpnGateway",
    "aws:ec2/vpnConnection:VpnConnection",
    "aws:ec2/customerGateway:CustomerGateway",
    "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
    "aws:ec2transitgateway/transitGateway:TransitGateway",
    "aws:ec2transitgateway/vpcAttachment:VpcAttachment",
    "aws:ec2clientvpn/endpoint:Endpoint",
    "aws:directconnect/gateway:Gateway",
    "aws:directconnect/gatewayAssociation:GatewayAssociation",
    "aws:networkmanager/vpcAttachment:VpcAttachment",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.20", "A.8.22"], nist80053: ["SC-7", "SC-7(10)"] },
  remediation: "Remove the gateway and use endpoints of the region, or choose the standard profile.",
  check: ({ type }, { country }) => {
    if (country.residency.profile !== "strict") return notApplicable;
    return {
      path: "",
      value: type,
      message: "It connects the stack's network to another, and the file's profile is strict.",
      remediation: "Remove it, or write residency.profile: standard.",
    };
  },
  examples: {
    passing: [{ pulumi: "internet: { type: aws:ec2/internetGateway:InternetGateway }" }],
    failing: [
      {
        country: { residency: { profile: "strict" } },
        pulumi: "out: { type: aws:ec2/natGateway:NatGateway }",
        findings: `NatGateway/out: It connects the stack's network to another, and the file's profile is strict. Remove it, or write residency.profile: standard.`,
      },
    ],
  },
};
