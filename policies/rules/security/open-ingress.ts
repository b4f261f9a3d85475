/** Only the pages and the broker are open to the internet. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { addressRange, isEverywhere } from "../../resources/addresses.ts";
import { numberAt, objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import type { Json } from "../../resources/resource.ts";

/** HTTPS, its redirect, certificate challenges, MQTT over TLS. */
const publicPorts = [80, 443, 8443, 8883];

export const openIngress: ResourcePolicy = {
  id: "open-ingress",
  area: "security",
  scope: "resource",
  title: "Security groups open to the internet only HTTPS and MQTT over TLS.",
  risk: "Databases, shells and plain MQTT are found by scanners within minutes.",
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.20", "A.8.21"], nist80053: ["SC-7", "SC-7(5)"] },
  remediation: "Open ports 443 and 8883 only; reach everything else from inside the network.",
  check({ type, properties }) {
    if (type.endsWith(":SecurityGroupIngressRule")) return violationsOf(properties, "");
    if (type.endsWith(":SecurityGroupRule"))
      return textAt(properties, "type") === "ingress" ? violationsOf(properties, "") : [];
    return objectsAt(properties, "ingress").flatMap(({ value, path }) => violationsOf(value, `${path}.`));
  },
  examples: {
    passing: [
      {
        pulumi: `
machines: { type: aws:ec2/securityGroup:SecurityGroup,
  properties: { ingress: [{ protocol: tcp, fromPort: 8883, toPort: 8883, cidrBlocks: [0.0.0.0/0] }] } }`,
      },
    ],
    failing: [
      {
        pulumi: `
database: { type: aws:ec2/securityGroup:SecurityGroup,
  properties: { ingress: [{ protocol: tcp, fromPort: 5432, toPort: 5432, cidrBlocks: [0.0.0.0/0] }] } }`,
        findings: `SecurityGroup/database ingress[0].cidrBlocks[0]: It opens ports 5432 to 5432 to the internet (0.0.0.0/0). Name the addresses that need it, or open only 443 and 8883.`,
      },
      {
        pulumi: `
all: { type: aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule,
  properties: { ipProtocol: "-1", cidrIpv6: ::/0 } }`,
        findings: `SecurityGroupIngressRule/all cidrIpv6: It opens all ports to the internet (::/0). Name the addresses that need it, or open only 443 and 8883.`,
      },
    ],
  },
};

function violationsOf(rule: Json, prefix: string): Violation[] {
  const from = numberAt(rule, "fromPort");
  const to = numberAt(rule, "toPort");
  const protocol = textAt(rule, "protocol") ?? textAt(rule, "ipProtocol");
  if (from !== undefined && from === to && publicPorts.includes(from) && protocol !== "-1") return [];
  const ports =
    protocol === "-1" || from === undefined || to === undefined ? "all ports" : `ports ${from} to ${to}`;
  return ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"].flatMap((at) =>
    textsAt(rule, at)
      .filter(({ value }) => {
        const range = addressRange(value);
        return range !== undefined && isEverywhere(range);
      })
      .map(({ value, path }) => ({
        path: `${prefix}${path}`,
        value,
        message: `It opens ${ports} to the internet (${value}).`,
        remediation: "Name the addresses that need it, or open only 443 and 8883.",
      })),
  );
}
