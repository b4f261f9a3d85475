/** Certificates come from the cluster's own authority or a registered one. */
import { field } from "../../cel/cel.ts";
import { isAllowedHost } from "../../cel/hosts.ts";
import { hostViolations } from "../../engine/host-violations.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { hostsOf } from "../../resources/hosts.ts";

export const certificateAuthority: ResourcePolicy = {
  id: "certificate-authority",
  area: "network",
  scope: "resource",
  title: "Certificate authorities outside the stack are registered in the localisation file.",
  risk: "An ACME authority learns and publishes every name of the stack; an external vault also holds the signing key.",
  types: ["kubernetes:cert-manager.io/*:Issuer", "kubernetes:cert-manager.io/*:ClusterIssuer"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.24", "A.5.19"], nist80053: ["SC-12", "SA-9"] },
  remediation:
    "Register the authority under `residency.endpoints` with purpose certificates, or use the cluster's own.",
  check: (subject, context) =>
    hostViolations(
      hostsOf(subject),
      context,
      "Certificates come from",
      (host) => `Register ${host} under residency.endpoints with purpose certificates, or use issuer own-ca.`,
    ),
  admission: {
    types: ["kubernetes:cert-manager.io/*:Issuer"],
    misses: "ClusterIssuers and other addresses than the authority's own are not checked.",
    rules: (context) => ({
      expression: `[${["acme.server", "vault.server", "venafi.tpp.url", "venafi.cloud.url"].map((path) => field("object", `spec.${path}`, '""')).join(", ")}].filter(address, address != "").all(address, isURL(address) && [url(address).getHostname().lowerAscii()].all(host, ${isAllowedHost("host", context)}))`,
      message: "Certificates come from an authority that the file does not register.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: acme, namespace: rollout }
spec: { acme: { server: https://acme.example.gov.za/directory, privateKeySecretRef: { name: acme } } }`,
      },
      {
        manifests: `
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: { name: own, namespace: rollout }
spec: { ca: { secretName: own-authority } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: { name: acme }
spec: { acme: { server: https://acme-v02.api.letsencrypt.org/directory, privateKeySecretRef: { name: acme } } }`,
        findings: `ClusterIssuer/acme spec.acme.server: Certificates come from acme-v02.api.letsencrypt.org, which the file does not register. Register acme-v02.api.letsencrypt.org under residency.endpoints with purpose certificates, or use issuer own-ca.`,
      },
    ],
  },
};
