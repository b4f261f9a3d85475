/** Rules for outgoing traffic allow only pods of the cluster and addresses of the file. */
import { field } from "../../cel/cel.ts";
import { isAllowedRange } from "../../cel/hosts.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { AddressSet, addressRange, isEverywhere, isInternalAddress } from "../../resources/addresses.ts";
import {
  booleanAt,
  type Item,
  objectAt,
  objectsAt,
  objectsIn,
  textAt,
  textsAt,
} from "../../resources/properties.ts";
import type { JsonObject, Resource } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

export const egressRules: ResourcePolicy = {
  id: "egress-rules",
  area: "kubernetes",
  scope: "resource",
  title: "Network policies allow outgoing traffic only to the cluster and to registered endpoints.",
  risk: "One rule to 0.0.0.0/0 cancels the default denial for the pods that it selects.",
  types: [
    "kubernetes:networking.k8s.io/*:NetworkPolicy",
    "kubernetes:cilium.io/*:CiliumNetworkPolicy",
    "kubernetes:cilium.io/*:CiliumClusterwideNetworkPolicy",
    "kubernetes:projectcalico.org/*:NetworkPolicy",
    "kubernetes:projectcalico.org/*:GlobalNetworkPolicy",
    "kubernetes:crd.projectcalico.org/*:NetworkPolicy",
    "kubernetes:crd.projectcalico.org/*:GlobalNetworkPolicy",
    "kubernetes:networking.istio.io/*:ServiceEntry",
    "kubernetes:networking.istio.io/*:Sidecar",
    "kubernetes:k8s.ovn.org/*:EgressFirewall",
    "kubernetes:policy.networking.k8s.io/*:AdminNetworkPolicy",
    "kubernetes:policy.networking.k8s.io/*:BaselineAdminNetworkPolicy",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.20", "A.8.12"], nist80053: ["SC-7(5)", "SC-7(10)", "AC-4"] },
  remediation: "Name pods, namespaces, or addresses of an endpoint of the file.",
  check(subject, context) {
    const rules = objectsAt(subject.properties, "spec.egress");
    const isKubernetes = subject.type.startsWith("kubernetes:networking.k8s.io/");
    const open = isKubernetes ? rules.flatMap(violationOfOpenRule) : openPluginRules(subject, rules);
    return [
      ...open,
      ...metadataViolations(subject, rules),
      ...addressViolations(subject, rules, context),
      ...nameViolations(subject, context),
    ];
  },
  admission: {
    types: ["kubernetes:networking.k8s.io/*:NetworkPolicy"],
    misses:
      "Policies of network plug-ins and meshes are not checked, nor the address of the cloud's metadata.",
    lets: ({ message }) => message.includes("hands out the credentials"),
    rules: (context) => {
      const rules = field("object", "spec.egress", "[]");
      return [
        {
          expression: `${rules}.all(rule, size(${field("rule", "to", "[]")}) > 0)`,
          message: "A rule names no destination, so it allows all.",
        },
        {
          expression: `${rules}.all(rule, ${field("rule", "to", "[]")}.all(peer, !has(peer.ipBlock) || (${isAllowedRange("peer.ipBlock.cidr", context)})))`,
          names: `${rules}.map(rule, ${field("rule", "to", "[]")}.filter(peer, has(peer.ipBlock) && !(${isAllowedRange("peer.ipBlock.cidr", context)})).map(peer, peer.ipBlock.cidr).join(", ")).filter(ranges, ranges != "")`,
          message: "A rule allows traffic to addresses that no endpoint covers.",
        },
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: app, namespace: rollout }
spec:
  podSelector: { matchLabels: { app: app } }
  policyTypes: [Egress]
  egress:
    - to: [{ podSelector: { matchLabels: { app: store } } }, { ipBlock: { cidr: 196.25.1.20/32 } }, { ipBlock: { cidr: 10.20.0.0/16 } }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: app, namespace: rollout }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{ ports: [{ port: 443 }] }] }`,
        findings: `rollout/NetworkPolicy/app spec.egress[0].to: The rule names no destination, so it allows all. Name pods, namespaces or the addresses of registered endpoints under to.`,
      },
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: app, namespace: rollout }
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8] } }, { ipBlock: { cidr: 203.0.113.0/24 } }] }]`,
        findings: `
rollout/NetworkPolicy/app spec.egress[0].to[0].ipBlock.cidr: It allows traffic to everywhere (0.0.0.0/0). Add the address to an endpoint under residency.endpoints, or remove it.
rollout/NetworkPolicy/app spec.egress[0].to[1].ipBlock.cidr: It allows traffic to 203.0.113.0/24, which no endpoint covers. Add the address to an endpoint under residency.endpoints, or remove it.`,
      },
      {
        manifests: `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: app, namespace: rollout }
spec: { egress: [{ toEntities: [world] }, { toFQDNs: [{ matchName: api.example.com }] }] }`,
        findings: `
rollout/CiliumNetworkPolicy/app spec.egress[0].toEntities[0]: It allows traffic to everywhere (world). Name the destinations.
rollout/CiliumNetworkPolicy/app spec.egress[1].toFQDNs[0].matchName: It allows traffic to api.example.com, which the file does not register. Remove it, or register api.example.com under residency.endpoints with its country.`,
      },
      {
        manifests: `
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: { name: out }
spec: { types: [Egress], egress: [{ action: Allow }, { action: Allow, destination: { ports: [443] } }] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: cloud, namespace: rollout }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 169.254.0.0/16 } }] }] }`,
        findings: `
GlobalNetworkPolicy/out spec.egress[0]: The rule names no destination, so it allows all. Name the destinations.
GlobalNetworkPolicy/out spec.egress[1]: The rule names no destination, so it allows all. Name the destinations.
rollout/NetworkPolicy/cloud spec.egress[0].to[0].ipBlock.cidr: It allows traffic to 169.254.169.254, where a cloud hands out the credentials of the machine. Remove it, or name the address under except.`,
      },
      {
        manifests: `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: api, namespace: rollout }
spec: { hosts: [api.example.com], ports: [{ number: 443, name: https }] }`,
        findings: `rollout/ServiceEntry/api spec.hosts[0]: It allows traffic to api.example.com, which the file does not register. Remove it, or register api.example.com under residency.endpoints with its country.`,
      },
    ],
  },
};

/** A rule without `to` allows every destination. */
function violationOfOpenRule({ value, path }: Item<JsonObject>): Violation[] {
  const peers = objectsAt(value, "to");
  if (peers.length > 0) return [];
  return [
    {
      path: `${path}.to`,
      message: "The rule names no destination, so it allows all.",
      remediation: "Name pods, namespaces or the addresses of registered endpoints under to.",
    },
  ];
}

/** What names a destination in a rule of Calico. */
const destinations = ["nets", "selector", "namespaceSelector", "serviceAccounts", "services", "domains"];

/** Rules of Calico, Cilium and admin policies that name no destination. */
function openPluginRules({ type, properties }: Resource, rules: readonly Item<JsonObject>[]): Violation[] {
  const remediation = "Name the destinations.";
  const message = "The rule names no destination, so it allows all.";
  const specs = objectsAt(properties, "specs").flatMap(({ value, path }) =>
    objectsAt(value, "egress").map((rule) => ({ value: rule.value, path: `${path}.${rule.path}` })),
  );
  const violations: Violation[] = [];
  for (const { value, path } of [...rules, ...specs]) {
    const action = textAt(value, "action");
    if (type.includes("projectcalico.org")) {
      const to = objectAt(value, "destination") ?? {};
      const named = destinations.some((key) => to[key] !== undefined && textAt(to, key) !== "all()");
      if (/^(Allow|Pass)$/.test(action ?? "") && !named) violations.push({ path, message, remediation });
    } else if (type.includes("cilium.io")) {
      // An empty rule allows nothing; one with ports alone allows them everywhere.
      const keys = Object.keys(value).filter((key) => key.startsWith("to") && key !== "toPorts");
      if (keys.length === 0 && (value.toPorts !== undefined || value.icmps !== undefined))
        violations.push({ path, message, remediation });
    }
  }
  if (booleanAt(properties, "spec.enableDefaultDeny.egress") === false)
    violations.push({
      path: "spec.enableDefaultDeny.egress",
      value: "false",
      message: "The policy denies nothing that it does not name.",
      remediation: "Remove it.",
    });
  return violations;
}

/** Addresses at which clouds hand the credentials of a machine to whoever asks. */
const metadataAddresses = ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254"];

function metadataViolations(subject: Resource, rules: readonly Item<JsonObject>[]): Violation[] {
  if (rules.length === 0) return [];
  const blocks = objectsIn(subject.properties).filter(
    ({ value, path }) => /egress/.test(path) && value.cidr !== undefined,
  );
  const except = new Map(
    blocks.map(({ value, path }) => [path, textsAt(value, "except").map((text) => text.value)]),
  );
  return textsOf(subject).flatMap((text): Violation | [] => {
    if (!rangeKey.test(text.key)) return [];
    const { path, value } = text;
    if (!/egress/.test(path) || /except|source|fromCIDR/.test(path)) return [];
    const range = addressRange(value);
    // Everywhere, and the large private ranges, are judged as such.
    if (range === undefined || range.bits < 12) return [];
    const left = new AddressSet(except.get(path.replace(/\.[^.]*$/, "")) ?? []);
    const found = metadataAddresses.find((address) => {
      const one = addressRange(address);
      return one !== undefined && new AddressSet([value]).contains(one) && !left.contains(one);
    });
    if (found === undefined) return [];
    return {
      path,
      value,
      message: `It allows traffic to ${found}, where a cloud hands out the credentials of the machine.`,
      remediation: "Remove it, or name the address under except.",
    };
  });
}

/** Keys under which the different kinds of policy keep address ranges. */
const rangeKey = /^(cidr|toCIDR|nets|cidrSelector|networks)$/;

function addressViolations(
  subject: Resource,
  rules: readonly Item<JsonObject>[],
  context: PolicyContext,
): Violation[] {
  const egress = subject.type.endsWith(":ServiceEntry") || rules.length > 0;
  if (!egress) return [];
  return textsOf(subject)
    .filter(
      (text) =>
        rangeKey.test(text.key) && /egress/.test(text.path) && !/except|source|fromCIDR/.test(text.path),
    )
    .flatMap(({ value, path }): Violation | [] => {
      const range = addressRange(value);
      if (range !== undefined && (isInternalAddress(range) || context.isRegisteredAddress(range))) return [];
      const where =
        range !== undefined && isEverywhere(range)
          ? `everywhere (${value})`
          : `${value}, which no endpoint covers`;
      return {
        path,
        value,
        message: `It allows traffic to ${where}.`,
        remediation: "Add the address to an endpoint under residency.endpoints, or remove it.",
      };
    });
}

function nameViolations(subject: Resource, context: PolicyContext): Violation[] {
  const violations: Violation[] = [];
  const isServiceEntry = subject.type.endsWith(":ServiceEntry");
  for (const text of textsOf(subject)) {
    const { value, key } = text;
    if (/^(toEntities|entities)$/.test(key) && /^(all|world|world-ipv[46])$/.test(value)) {
      violations.push({
        path: text.path,
        value,
        message: `It allows traffic to everywhere (${value}).`,
        remediation: "Name the destinations.",
      });
      continue;
    }
    if (key === "outboundTrafficPolicy" || text.path.endsWith("outboundTrafficPolicy.mode")) {
      if (value !== "ALLOW_ANY") continue;
      violations.push({
        path: text.path,
        value,
        message: "It allows traffic to everywhere (ALLOW_ANY).",
        remediation: "Set the mode to REGISTRY_ONLY.",
      });
      continue;
    }
    const isName =
      /^(matchName|matchPattern|dnsName|domainNames|domains)$/.test(key) ||
      (isServiceEntry && /^spec\.hosts\[/.test(text.path));
    const outside = isName ? context.outside(value.toLowerCase().replace(/^\*\*?\./, "")) : undefined;
    if (outside !== undefined)
      violations.push({
        path: text.path,
        value,
        message: `It allows traffic to ${outside}.`,
        remediation: `Remove it, or register ${value} under residency.endpoints with its country.`,
      });
  }
  return violations;
}
