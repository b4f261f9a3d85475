/** Where routes lead, in the kinds of the Gateway API and of single controllers: hosts, other namespaces, other clusters. */
import type { PolicyContext } from "../../engine/context.ts";
import type { Violation } from "../../engine/policy.ts";
import { hostsIn } from "../../resources/hosts.ts";
import { namespaceOf, objectsIn, textAt } from "../../resources/properties.ts";
import { type Resource, typeToken } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";
import { classEdge } from "./tunnel-programs.ts";

const classPaths = [
  "spec.ingressClassName",
  "spec.gatewayClassName",
  "spec.loadBalancerClass",
  "spec.controller",
  "spec.controllerName",
];

/** Kinds whose every text may be a host. */
const readWhole = /^(?!(Service|Ingress|IngressClass|GatewayClass)$)/;

/** Texts that name no server: what is matched in a request, what is logged, or how it is spelt. */
const notServers =
  /\b(name|names|kind|group|sectionName|type|method|pathType|regex|subset|version|matchLabels|selector|labels|dnsName|recordType|secretName|certificateRefs|credentialName|path|prefix|exact)\b[^.]*$|\bheaders?\b/;

/** Names under which visitors come, and not where they are sent. */
const inbound =
  /^spec\.(hostnames|hosts|host|hostname|virtualhost|listeners\[\d+\]\.hostname|servers\[\d+\]\.hosts|tls)\b|\bmatch\b/;

/** References to what is in no pod of the namespace. */
const targets = /(backendRefs?|backendRef|extensionRef|targetRefs|services|service)(\[\d+\])?$/;
const own =
  /^(Service|Backend|HTTPRouteFilter|BackendTLSPolicy|Gateway|HTTPRoute|Middleware|TraefikService|SecurityPolicy|)$/;

const remediation = "Remove it, or register the host under residency.endpoints with its country.";

export function routedElsewhere(subject: Resource, context: PolicyContext): Violation[] {
  const { type, properties } = subject;
  const { kind } = typeToken(type);
  const violations: Violation[] = [];
  for (const path of classPaths) {
    const name = textAt(properties, path);
    const inFront = name === undefined ? undefined : classEdge(name);
    if (name !== undefined && inFront !== undefined)
      violations.push({
        path,
        value: name,
        message: `The class ${name} puts ${inFront} in front of it.`,
        remediation: "Use the class of the cluster's own gateway.",
      });
  }
  if (!readWhole.test(kind)) return violations;
  for (const { key, value, path, section } of textsOf(subject)) {
    if (section !== "spec" || notServers.test(path) || inbound.test(path) || classPaths.includes(path))
      continue;
    for (const { host } of hostsIn({ key: `${key} host`, value, path })) {
      const outside = context.outside(host);
      if (outside !== undefined)
        violations.push({ path, value, message: `It leads to ${outside}.`, remediation });
    }
  }
  return [...violations, ...referenceViolations(subject)];
}

function referenceViolations(subject: Resource): Violation[] {
  const namespace = namespaceOf(subject);
  return objectsIn(subject.properties).flatMap(({ value, path }): Violation[] => {
    if (!path.startsWith("spec.") || !targets.test(path)) return [];
    const kind = textAt(value, "kind") ?? "";
    if (!own.test(kind))
      return [
        {
          path: `${path}.kind`,
          value: kind,
          message: `It sends requests to a ${kind}, which is in no pod of the namespace.`,
          remediation: "Name a Service of the namespace.",
        },
      ];
    const other = textAt(value, "namespace");
    if (other === undefined || other === namespace) return [];
    return [
      {
        path: `${path}.namespace`,
        value: other,
        message: `It sends requests to the namespace ${other}.`,
        remediation: "Name a Service of the namespace.",
      },
    ];
  });
}
