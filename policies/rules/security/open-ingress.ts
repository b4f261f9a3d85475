/** Only the pages and the broker are open to the internet. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { addressRange, isEverywhere } from "../../resources/addresses.ts";
import {
  type Item,
  itemsAt,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textsAt,
} from "../../resources/properties.ts";
import type { Json, JsonObject } from "../../resources/resource.ts";
import { textsIn } from "../../resources/texts.ts";

/** HTTPS, its redirect, certificate challenges, MQTT over TLS. */
const publicPorts = [80, 443, 8443, 8883];

const networkPolicies = [
  "kubernetes:networking.k8s.io/*:NetworkPolicy",
  "kubernetes:cilium.io/*:CiliumNetworkPolicy",
  "kubernetes:cilium.io/*:CiliumClusterwideNetworkPolicy",
  "kubernetes:projectcalico.org/*:NetworkPolicy",
  "kubernetes:projectcalico.org/*:GlobalNetworkPolicy",
  "kubernetes:crd.projectcalico.org/*:NetworkPolicy",
  "kubernetes:crd.projectcalico.org/*:GlobalNetworkPolicy",
  "kubernetes:policy.networking.k8s.io/*:AdminNetworkPolicy",
];

/** Ports of stores and of their peers, which other namespaces never need. */
const storePorts = [
  1433, 2181, 2379, 2380, 3306, 4369, 5432, 5671, 5672, 6379, 8123, 9009, 9010, 9042, 9092, 9181, 9200, 9234,
  9281, 9440, 15671, 15672, 25672, 27017,
];

export const openIngress: ResourcePolicy = {
  id: "open-ingress",
  area: "security",
  scope: "resource",
  title: "Security groups and network policies open to everybody only HTTPS and MQTT over TLS.",
  risk: "Databases, shells and plain MQTT are found by scanners within minutes.",
  types: [
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:ec2/securityGroupRule:SecurityGroupRule",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ...networkPolicies,
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.20", "A.8.21"], nist80053: ["SC-7", "SC-7(5)"] },
  remediation: "Open ports 443 and 8883 only; reach everything else from inside the network.",
  check({ type, properties }) {
    if (type.startsWith("kubernetes:")) return policyViolations(type, properties);
    if (type.endsWith(":SecurityGroupIngressRule")) return violationsOf(properties, "");
    if (type.endsWith(":SecurityGroupRule"))
      return textAt(properties, "type") === "ingress" ? violationsOf(properties, "") : [];
    return objectsAt(properties, "ingress").flatMap(({ value, path }) => violationsOf(value, `${path}.`));
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: machines, namespace: rollout }
spec:
  podSelector: { matchLabels: { app: broker } }
  policyTypes: [Ingress]
  ingress:
    - { from: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{ port: 8883 }] }
    - { from: [{ namespaceSelector: {} }], ports: [{ port: 15692 }] }`,
      },
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
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: database, namespace: rollout }
spec:
  podSelector: {}
  policyTypes: [Ingress]
  ingress:
    - {}
    - { from: [{ ipBlock: { cidr: 0.0.0.0/0 } }], ports: [{ port: 8883 }, { port: 5432 }] }
    - { from: [{ namespaceSelector: {} }], ports: [{ port: 5432 }] }
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: database, namespace: rollout }
spec: { endpointSelector: {}, ingress: [{ fromEntities: [world] }] }`,
        findings: `
rollout/NetworkPolicy/database spec.ingress[0]: It opens all ports to everybody. Name who needs it under from, or open only 443 and 8883.
rollout/NetworkPolicy/database spec.ingress[1].from[0].ipBlock.cidr: It opens port 5432 to the internet (0.0.0.0/0). Name who needs it under from, or open only 443 and 8883.
rollout/NetworkPolicy/database spec.ingress[2].from[0].namespaceSelector: It opens port 5432 to every namespace of the cluster. Name who needs it under from, or open only 443 and 8883.
rollout/CiliumNetworkPolicy/database spec.ingress[0].fromEntities[0]: It opens all ports to the internet (world). Name who needs it under from, or open only 443 and 8883.`,
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

/** Rules of a network policy that let everybody, or every namespace, reach more than the public ports. */
function policyViolations(type: string, properties: JsonObject): Violation[] {
  const remediation = "Name who needs it under from, or open only 443 and 8883.";
  return objectsAt(properties, "spec.ingress").flatMap(({ value, path }): Violation[] => {
    const action = textAt(value, "action");
    if (action !== undefined && !/^(Allow|Pass)$/.test(action)) return [];
    const ports = portsOf(value);
    const beyond = ports?.filter(
      (port) => !publicPorts.includes(port as number) && !/^(https?|mqtts)$/.test(String(port)),
    );
    const what = beyond === undefined ? "all ports" : `port ${beyond.join(", ")}`;
    const open = openSources(type, value);
    if (open === undefined || beyond?.length === 0) return inside(value, path, ports, remediation);
    const violation = (at: string, to: string): Violation => ({
      path: `${path}${at}`,
      message: `It opens ${what} to ${to}.`,
      remediation,
    });
    return open.length === 0
      ? [violation("", "everybody")]
      : open.map((source) => ({
          ...violation(`.${source.path}`, `the internet (${source.value})`),
          value: source.value,
        }));
  });
}

/** Ranges and entities of a rule that are everybody; an empty list where it names no source; undefined where it names others alone. */
function openSources(type: string, rule: JsonObject): Item<string>[] | undefined {
  const texts = textsIn(rule).filter(({ key, value, path }) => {
    if (/except|destination|toPorts/.test(path)) return false;
    if (/^(fromEntities|entities)$/.test(key)) return /^(all|world|world-ipv[46])$/.test(value);
    const range = /cidr|nets|networks/i.test(key) ? addressRange(value) : undefined;
    return range !== undefined && isEverywhere(range);
  });
  if (texts.length > 0) return texts.map(({ value, path }) => ({ value, path }));
  const named = type.includes("calico")
    ? ["nets", "selector", "namespaceSelector", "serviceAccounts"].some(
        (key) => objectAt(rule, "source")?.[key] !== undefined,
      )
    : type.includes("cilium")
      ? Object.keys(rule).length === 0 || Object.keys(rule).some((key) => key.startsWith("from"))
      : itemsAt(rule, "from").length > 0;
  return named ? undefined : [];
}

/** A rule for every namespace of the cluster, with a port of a store or all ports. */
function inside(
  rule: JsonObject,
  path: string,
  ports: readonly (number | string)[] | undefined,
  remediation: string,
): Violation[] {
  const stores = ports?.filter((port) => storePorts.includes(port as number));
  if (stores?.length === 0) return [];
  return objectsAt(rule, "from").flatMap(({ value, path: at }): Violation | [] => {
    const selector = objectAt(value, "namespaceSelector");
    const isEvery =
      selector !== undefined &&
      Object.keys(selector.matchLabels ?? {}).length === 0 &&
      objectsAt(selector, "matchExpressions").length === 0;
    if (!isEvery || value.podSelector !== undefined) return [];
    return {
      path: `${path}.${at}.namespaceSelector`,
      message: `It opens ${stores === undefined ? "all ports" : `port ${stores.join(", ")}`} to every namespace of the cluster.`,
      remediation,
    };
  });
}

/** The ports of a rule, in the forms of Kubernetes, Calico and Cilium; undefined where it opens all. */
function portsOf(rule: JsonObject): readonly (number | string)[] | undefined {
  const lists = [
    ...objectsAt(rule, "ports"),
    ...objectsAt(rule, "toPorts").flatMap(({ value }) => objectsAt(value, "ports")),
  ];
  const plain = itemsAt(rule, "destination.ports").map(({ value }) => value);
  const ports = [...lists.map(({ value }) => value.port ?? objectAt(value, "portNumber")?.port), ...plain];
  if (ports.length === 0) return undefined;
  const ranges = lists.some(({ value }) => numberAt(value, "endPort") !== undefined);
  const named = ports.filter(
    (port) => (typeof port === "number" && port > 0) || (typeof port === "string" && port !== "0"),
  );
  if (ranges || named.length < ports.length) return undefined;
  return named.map((port) => (/^\d+$/.test(String(port)) ? Number(port) : (port as string)));
}
