/** Certificates come from the cluster's own authority or a registered one. */
import { durationDays } from "../../../base/period.ts";
import { field } from "../../cel/cel.ts";
import { isAllowedHost } from "../../cel/hosts.ts";
import { hostViolations } from "../../engine/host-violations.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { hostsOf } from "../../resources/hosts.ts";
import { booleanAt, numberAt, objectAt, textAt, textsAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

export const certificateAuthority: ResourcePolicy = {
  id: "certificate-authority",
  area: "network",
  scope: "resource",
  title:
    "Certificates are strong and short-lived, and authorities outside the stack are registered in the localisation file.",
  risk: "An ACME authority learns and publishes every name of the stack; an external vault also holds the signing key.",
  types: [
    "kubernetes:cert-manager.io/*:Issuer",
    "kubernetes:cert-manager.io/*:ClusterIssuer",
    "kubernetes:cert-manager.io/*:Certificate",
  ],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.24", "A.5.19"], nist80053: ["SC-12", "SA-9"] },
  remediation:
    "Register the authority under `residency.endpoints` with purpose certificates, or use the cluster's own.",
  check: (subject, context) =>
    subject.type.endsWith(":Certificate")
      ? weaknesses(subject)
      : hostViolations(
          hostsOf(subject),
          context,
          "Certificates come from",
          (host) =>
            `Register ${host} under residency.endpoints with purpose certificates, or use issuer own-ca.`,
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
kind: Certificate
metadata: { name: web, namespace: rollout }
spec:
  secretName: web
  dnsNames: [sme.example.gov.za]
  duration: 87600h
  isCA: true
  privateKey: { algorithm: RSA, size: 1024, rotationPolicy: Never }
  usages: [server auth, cert sign]
  issuerRef: { name: own }`,
        findings: `
rollout/Certificate/web spec.privateKey.size: The key is an RSA key of 1024 bits. Use ECDSA with 256 bits, or RSA with 3072.
rollout/Certificate/web spec.duration: The certificate is valid for 3650 days. Use at most 398 days, 2160h for parts of the stack.
rollout/Certificate/web spec.privateKey.rotationPolicy: Each new certificate keeps the old key. Set rotationPolicy to Always.
rollout/Certificate/web spec.isCA: A certificate of a server can sign others. Remove isCA and the usage cert sign.`,
      },
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

/** Longest that browsers accept, and longest for an authority of the cluster's own. */
const longestDays = { server: 398, authority: 3660 } as const;

function weaknesses({ properties }: Resource): Violation[] {
  const violations: Violation[] = [];
  const add = (path: string, value: string, message: string, remediation: string) =>
    violations.push({ path: `spec.${path}`, value, message, remediation });
  const spec = objectAt(properties, "spec") ?? {};
  const algorithm = textAt(spec, "privateKey.algorithm") ?? "RSA";
  const size = numberAt(spec, "privateKey.size") ?? (algorithm === "RSA" ? 2048 : 256);
  if (algorithm === "RSA" ? size < 2048 : algorithm === "ECDSA" ? size < 256 : algorithm !== "Ed25519")
    add(
      "privateKey.size",
      String(size),
      `The key is an ${algorithm} key of ${size} bits.`,
      "Use ECDSA with 256 bits, or RSA with 3072.",
    );
  const signature = textAt(spec, "signatureAlgorithm");
  if (signature !== undefined && /SHA1|MD5/i.test(signature))
    add("signatureAlgorithm", signature, `The signature is ${signature}.`, "Remove signatureAlgorithm.");
  const isAuthority = booleanAt(spec, "isCA") === true;
  const serves = textsAt(spec, "dnsNames").length + textsAt(spec, "ipAddresses").length > 0;
  const days = durationDays(textAt(spec, "duration") ?? "2160h");
  const longest = isAuthority && !serves ? longestDays.authority : longestDays.server;
  if (days !== undefined && days > longest)
    add(
      "duration",
      textAt(spec, "duration") ?? "",
      `The certificate is valid for ${days} days.`,
      `Use at most ${longest} days, 2160h for parts of the stack.`,
    );
  const rotation = textAt(spec, "privateKey.rotationPolicy");
  if (rotation === "Never" && (!isAuthority || serves))
    add(
      "privateKey.rotationPolicy",
      rotation,
      "Each new certificate keeps the old key.",
      "Set rotationPolicy to Always.",
    );
  const usages = textsAt(spec, "usages").map(({ value }) => value);
  if (serves && (isAuthority || usages.includes("cert sign")))
    add(
      "isCA",
      String(isAuthority),
      "A certificate of a server can sign others.",
      "Remove isCA and the usage cert sign.",
    );
  else if (usages.includes("any"))
    add("usages", "any", "The certificate may be used for everything.", "Name server auth or client auth.");
  return violations;
}
