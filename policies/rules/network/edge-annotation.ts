/** Annotations of Services and routes put no content network in front of them. */
import { field, matches } from "../../cel/cel.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { annotationsOf } from "../../resources/properties.ts";

const edges: readonly (readonly [key: RegExp, value: RegExp, what: string])[] = [
  [/cloudflare-proxied$/, /^true$/, "Cloudflare's network"],
  [/^cloudflare-operator\.io\//, /./, "Cloudflare's tunnel"],
  [
    /^networking\.gke\.io\/|^cloud\.google\.com\/(backend-config|neg)/,
    /cdn|backend-?config/i,
    "Google's edge",
  ],
  [/^service\.beta\.kubernetes\.io\/azure-.*(frontdoor|cdn)/i, /./, "Azure's edge"],
  [/(^|[./-])(cdn|akamai|fastly|cloudfront|globalaccelerator)([./-]|$)/i, /./, "a content network"],
  [/^k8s\.ngrok\.com\/|^tailscale\.com\/funnel/, /./, "a tunnel"],
];

export const edgeAnnotation: ResourcePolicy = {
  id: "edge-annotation",
  area: "network",
  scope: "resource",
  title: "No annotation puts a content network or tunnel in front of the stack.",
  risk: "One annotation gives the DNS name to a network that ends TLS abroad.",
  types: [
    "kubernetes:core/*:Service",
    "kubernetes:networking.k8s.io/*:Ingress",
    "kubernetes:gateway.networking.k8s.io/*:Gateway",
    "kubernetes:gateway.networking.k8s.io/*:HTTPRoute",
    "kubernetes:externaldns.k8s.io/*:DNSEndpoint",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.20"], nist80053: ["SC-7(4)", "SA-9(5)"] },
  remediation: "Remove the annotation.",
  check: (subject) =>
    [...annotationsOf(subject)].flatMap(([key, value]) => {
      const edge = edges.find(([name, setting]) => name.test(key) && setting.test(value));
      if (edge === undefined) return [];
      return [
        {
          path: `metadata.annotations["${key}"]`,
          value,
          message: `${key}: ${value} puts ${edge[2]} in front of it.`,
          remediation: "Remove the annotation.",
        },
      ];
    }),
  admission: {
    rules: () => {
      const annotations = field("object", "metadata.annotations", "{}");
      return edges.map(([key, value, what]) => ({
        expression: `${annotations}.all(key, !(${matches("key", key)} && ${matches(`${annotations}[key]`, value)}))`,
        message: `An annotation puts ${what} in front of it.`,
      }));
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: pages
  annotations: { external-dns.alpha.kubernetes.io/cloudflare-proxied: "false" }
spec: { tls: [{ hosts: [sme.example.gov.za] }], rules: [{ host: sme.example.gov.za }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: pages
  annotations: { external-dns.alpha.kubernetes.io/cloudflare-proxied: "true" }
spec: { tls: [{ hosts: [sme.example.gov.za] }], rules: [{ host: sme.example.gov.za }] }`,
        findings: `Ingress/pages metadata.annotations["external-dns.alpha.kubernetes.io/cloudflare-proxied"]: external-dns.alpha.kubernetes.io/cloudflare-proxied: true puts Cloudflare's network in front of it. Remove the annotation.`,
      },
    ],
  },
};
