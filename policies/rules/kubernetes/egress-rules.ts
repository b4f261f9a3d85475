/** Rules for outgoing traffic allow only pods of the cluster and addresses of the file. */
import { field } from "../../cel/cel.ts";
import { isAllowedRange } from "../../cel/hosts.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { addressRange, isEverywhere, isInternalAddress } from "../../resources/addresses.ts";
import { type Item, objectsAt } from "../../resources/properties.ts";
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
    const open = isKubernetes ? rules.flatMap(violationOfOpenRule) : [];
    return [...open, ...addressViolations(subject, rules, context), ...nameViolations(subject, context)];
  },
  admission: {
    types: ["kubernetes:networking.k8s.io/*:NetworkPolicy"],
    misses: "Policies of network plug-ins and meshes are not checked.",
    rules: (context) => {
      const rules = field("object", "spec.egress", "[]");
      return [
        {
          expression: `${rules}.all(rule, size(${field("rule", "to", "[]")}) > 0)`,
          message: "A rule names no destination, so it allows all.",
        },
        {
          expression: `${rules}.all(rule, ${field("rule", "to", "[]")}.all(peer, !has(peer.ipBlock) || (${isAllowedRange("peer.ipBlock.cidr", context)})))`,
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
