/** Pages and APIs are served over TLS only. */
import { field } from "../../cel/cel.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { annotationsOf, numberAt, objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";
import { backendKinds, backendViolations } from "./route-backends.ts";

const weakPolicies = /^ELBSecurityPolicy-(2015-05|2016-08|TLS-1-[01]-|FS-(2018-06|1-1-))/;

export const routeWithoutTls: ResourcePolicy = {
  id: "route-without-tls",
  area: "security",
  scope: "resource",
  title: "Routes and listeners use TLS 1.2 or newer, on to the pods too, and check their certificate.",
  risk: "Logins and answers cross mobile networks in plain text; every operator on the way can read and change them.",
  types: [
    "kubernetes:networking.k8s.io/*:Ingress",
    "kubernetes:gateway.networking.k8s.io/*:Gateway",
    "kubernetes:gateway.networking.k8s.io/*:BackendTLSPolicy",
    "kubernetes:core/*:Service",
    ...backendKinds,
    "aws:lb/listener:Listener",
    "aws:alb/listener:Listener",
    "aws:apigateway/domainName:DomainName",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.24", "A.8.21"], nist80053: ["SC-8", "SC-8(1)"] },
  remediation: "Give every host a certificate; redirect plain HTTP.",
  check(subject) {
    const behind = backendViolations(subject);
    if (subject.type.endsWith(":Ingress")) return [...ingressViolations(subject), ...behind];
    if (!/:Gateway$|^aws:/.test(subject.type)) return behind;
    if (subject.type.endsWith(":Gateway")) return gatewayViolations(subject);
    return listenerViolations(subject);
  },
  admission: {
    types: ["kubernetes:networking.k8s.io/*:Ingress", "kubernetes:gateway.networking.k8s.io/*:Gateway"],
    misses: "The way from the gateway to the pods is not checked.",
    lets: ({ message }) => /^(The gateway|No annotation|It (speaks|allows) |Any public)/.test(message),
    rules: () => {
      const annotations = field("object", "metadata.annotations", "{}");
      const covers = `host == rule.host || (rule.host.contains(".") && host == "*" + rule.host.substring(rule.host.indexOf(".")))`;
      return [
        {
          expression: `object.kind != "Ingress" || ${field("object", "spec.rules", "[]")}.all(rule, has(rule.host) && ${field("object", "spec.tls", "[]")}.exists(tls, ${field("tls", "hosts", "[]")}.exists(host, ${covers})))`,
          names: `${field("object", "spec.rules", "[]")}.map(rule, ${field("rule", "host", '"every host"')})`,
          message: "A host is served without TLS.",
        },
        {
          expression: `object.kind != "Ingress" || ${annotations}.all(key, !key.endsWith("ssl-redirect") || ${annotations}[key] != "false")`,
          message: "Plain HTTP is answered instead of redirected.",
        },
        {
          expression: `object.kind != "Gateway" || ${field("object", "spec.listeners", "[]")}.all(listener, listener.protocol in ["HTTPS", "TLS"] || listener.port == 80)`,
          message: "A port listens without TLS.",
        },
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: rollout }
spec: { tls: [{ hosts: [sme.example.gov.za], secretName: tls }], rules: [{ host: sme.example.gov.za }] }`,
      },
      {
        pulumi: `
redirect:
  type: aws:lb/listener:Listener
  properties:
    port: 80
    protocol: HTTP
    defaultActions: [{ type: redirect, redirect: { protocol: HTTPS, statusCode: HTTP_301 } }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: rollout
  annotations: { nginx.ingress.kubernetes.io/backend-protocol: HTTPS, nginx.ingress.kubernetes.io/proxy-ssl-verify: "off" }
spec: { tls: [{ hosts: [sme.example.gov.za] }], rules: [{ host: sme.example.gov.za }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: plain, namespace: rollout, annotations: { nginx.ingress.kubernetes.io/backend-protocol: HTTP } }
spec: { tls: [{ hosts: [sme.example.gov.za] }], rules: [{ host: sme.example.gov.za }] }`,
        findings: `
rollout/Ingress/web metadata.annotations["nginx.ingress.kubernetes.io/proxy-ssl-verify"]: The gateway checks no certificate of the pods (off). Set proxy-ssl-verify to on and name the authority in proxy-ssl-secret.
rollout/Ingress/plain metadata.annotations["nginx.ingress.kubernetes.io/backend-protocol"]: The gateway speaks to the pods without TLS (HTTP). Use HTTPS, or the same of the controller.`,
      },
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: rollout, annotations: { nginx.ingress.kubernetes.io/ssl-redirect: "false" } }
spec: { tls: [{ hosts: [other.example.gov.za] }], rules: [{ host: sme.example.gov.za }] }`,
        findings: `
rollout/Ingress/web spec.rules[0].host: sme.example.gov.za is served without TLS. Name the host under spec.tls with its certificate.
rollout/Ingress/web metadata.annotations["nginx.ingress.kubernetes.io/ssl-redirect"]: Plain HTTP is answered instead of redirected. Remove nginx.ingress.kubernetes.io/ssl-redirect.`,
      },
      {
        manifests: `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: web, namespace: rollout }
spec: { gatewayClassName: envoy, listeners: [{ name: machines, port: 1883, protocol: TCP }] }`,
        findings: `rollout/Gateway/web spec.listeners[0].protocol: Port 1883 listens without TLS (TCP). Use protocol HTTPS or TLS; port 80 may stay for redirects.`,
      },
      {
        pulumi: `
plain: { type: aws:lb/listener:Listener,
  properties: { port: 80, protocol: HTTP, defaultActions: [{ type: forward }] } }
old: { type: aws:lb/listener:Listener,
  properties: { port: 443, protocol: HTTPS, sslPolicy: ELBSecurityPolicy-TLS-1-0-2015-04 } }`,
        findings: `
Listener/plain protocol: Port 80 answers without TLS (HTTP). Use HTTPS or TLS, or redirect to it.
Listener/old sslPolicy: ELBSecurityPolicy-TLS-1-0-2015-04 allows TLS before 1.2. Use ELBSecurityPolicy-TLS13-1-2-2021-06.`,
      },
    ],
  },
};

function ingressViolations(subject: Resource): Violation[] {
  const covered = new Set(
    objectsAt(subject.properties, "spec.tls").flatMap(({ value }) =>
      textsAt(value, "hosts").map((host) => host.value),
    ),
  );
  const hosts = objectsAt(subject.properties, "spec.rules").map(({ value, path }) => ({
    path: `${path}.host`,
    host: textAt(value, "host"),
  }));
  const bare = hosts
    .filter(
      ({ host }) => host === undefined || !(covered.has(host) || covered.has(host.replace(/^[^.]+/, "*"))),
    )
    .map(({ host, path }) => ({
      path,
      ...(host !== undefined && { value: host }),
      message: `${host ?? "Every host"} is served without TLS.`,
      remediation: "Name the host under spec.tls with its certificate.",
    }));
  const off = [...annotationsOf(subject)]
    .filter(([key, value]) => /(ssl-redirect|force-ssl-redirect)$/.test(key) && value === "false")
    .map(([key, value]) => ({
      path: `metadata.annotations["${key}"]`,
      value,
      message: "Plain HTTP is answered instead of redirected.",
      remediation: `Remove ${key}.`,
    }));
  return [...bare, ...off];
}

function gatewayViolations(subject: Resource): Violation[] {
  return objectsAt(subject.properties, "spec.listeners")
    .filter(
      ({ value }) => !/^(HTTPS|TLS)$/.test(textAt(value, "protocol") ?? "") && numberAt(value, "port") !== 80,
    )
    .map(({ value, path }) => ({
      path: `${path}.protocol`,
      value: textAt(value, "protocol") ?? "absent",
      message: `Port ${numberAt(value, "port")} listens without TLS (${textAt(value, "protocol")}).`,
      remediation: "Use protocol HTTPS or TLS; port 80 may stay for redirects.",
    }));
}

function listenerViolations({ properties }: Resource): Violation[] {
  const violations: Violation[] = [];
  const policy = textAt(properties, "sslPolicy");
  if (policy !== undefined && weakPolicies.test(policy))
    violations.push({
      path: "sslPolicy",
      value: policy,
      message: `${policy} allows TLS before 1.2.`,
      remediation: "Use ELBSecurityPolicy-TLS13-1-2-2021-06.",
    });
  if (textAt(properties, "securityPolicy") === "TLS_1_0")
    violations.push({
      path: "securityPolicy",
      value: "TLS_1_0",
      message: "It allows TLS before 1.2.",
      remediation: "Use TLS_1_2.",
    });
  const protocol = textAt(properties, "protocol");
  const redirects = objectsAt(properties, "defaultActions").every(
    ({ value }) => textAt(value, "redirect.protocol") === "HTTPS",
  );
  const port = numberAt(properties, "port");
  // A network load balancer passes TLS through on TCP.
  const plain = protocol === "HTTP" ? !redirects : protocol === "TCP" && (port === 80 || port === 1883);
  if (plain)
    violations.push({
      path: "protocol",
      value: protocol ?? "",
      message: `Port ${port} answers without TLS (${protocol}).`,
      remediation: "Use HTTPS or TLS, or redirect to it.",
    });
  return violations;
}
