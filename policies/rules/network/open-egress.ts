/** Security groups allow outgoing traffic to named addresses only. */

import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { addressRange, isEverywhere, isInternalAddress } from "../../resources/addresses.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import type { Json } from "../../resources/resource.ts";

const rangePaths = ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"];

export const openEgress: ResourcePolicy = {
  id: "open-egress",
  area: "network",
  scope: "resource",
  title: "Security groups allow outgoing traffic only inside the network and to registered addresses.",
  risk: "With egress to everywhere, an attacker in one pod can send the country's data anywhere.",
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    "aws:ec2/managedPrefixList:ManagedPrefixList",
    "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.20", "A.8.12"], nist80053: ["SC-7(5)", "SC-7(10)"] },
  remediation: "Name the addresses: the network's own range and those of `residency.endpoints`.",
  check({ type, properties }, context) {
    if (type.endsWith(":ManagedPrefixListEntry")) return violationsOfList(properties, "", context);
    if (type.endsWith(":ManagedPrefixList"))
      return objectsAt(properties, "entries").flatMap(({ value, path }) =>
        violationsOfList(value, `${path}.`, context),
      );
    if (type.endsWith(":SecurityGroupEgressRule")) return violationsOf(properties, "", context);
    if (type.endsWith(":SecurityGroupRule"))
      return textAt(properties, "type") === "egress" ? violationsOf(properties, "", context) : [];
    return objectsAt(properties, "egress").flatMap(({ value, path }) =>
      violationsOf(value, `${path}.`, context),
    );
  },
  examples: {
    passing: [
      {
        pulumi: `
nodes:
  type: aws:ec2/securityGroup:SecurityGroup
  properties:
    egress: [{ protocol: tcp, fromPort: 443, toPort: 443, cidrBlocks: [10.60.0.0/16, 196.25.1.20/32] }]`,
      },
    ],
    failing: [
      {
        pulumi: `
partners: { type: aws:ec2/managedPrefixList:ManagedPrefixList, properties: { entries: [{ cidr: 203.0.113.0/24 }] } }`,
        findings: `ManagedPrefixList/partners entries[0].cidr: Traffic may go out to 203.0.113.0/24, which no endpoint of the file covers. Name the network's own range and the addresses of residency.endpoints.`,
      },
      {
        pulumi: `
nodes: { type: aws:ec2/securityGroup:SecurityGroup,
  properties: { egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: [0.0.0.0/0] }] } }`,
        findings: `SecurityGroup/nodes egress[0].cidrBlocks[0]: Traffic may go out to everywhere (0.0.0.0/0). Name the network's own range and the addresses of residency.endpoints.`,
      },
      {
        pulumi: `
out: { type: aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule,
  properties: { ipProtocol: tcp, cidrIpv4: 203.0.113.0/24 } }`,
        findings: `SecurityGroupEgressRule/out cidrIpv4: Traffic may go out to 203.0.113.0/24, which no endpoint of the file covers. Name the network's own range and the addresses of residency.endpoints.`,
      },
    ],
  },
};

/** A list may also say who may come in. */
function violationsOfList(entry: Json, prefix: string, context: PolicyContext): Violation[] {
  const { kubernetes, aws } = context.country.hosting;
  const sources = new Set([
    ...(kubernetes?.mqtt?.allowedSources ?? []),
    ...(aws?.mqtt?.allowedSources ?? []),
  ]);
  return violationsOf(entry, prefix, context, ["cidr"]).filter(({ value = "" }) => !sources.has(value));
}

function violationsOf(
  rule: Json,
  prefix: string,
  context: PolicyContext,
  paths: readonly string[] = rangePaths,
): Violation[] {
  return paths.flatMap((at) =>
    textsAt(rule, at).flatMap(({ value, path }) => {
      const range = addressRange(value);
      if (range !== undefined && (isInternalAddress(range) || context.isRegisteredAddress(range))) return [];
      const everywhere = range !== undefined && isEverywhere(range);
      return [
        {
          path: `${prefix}${path}`,
          value,
          message: everywhere
            ? `Traffic may go out to everywhere (${value}).`
            : `Traffic may go out to ${value}, which no endpoint of the file covers.`,
          remediation: "Name the network's own range and the addresses of residency.endpoints.",
        },
      ];
    }),
  );
}
