/** Secrets come from stores in the country, and are not copied to other stores. */

import { foreignRegions, hostViolations } from "../../engine/host-violations.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { hostsOf } from "../../resources/hosts.ts";
import { objectAt, textAt } from "../../resources/properties.ts";
import { textsOf } from "../../resources/texts.ts";

/** Stores whose address the settings name. Any other provider is a service, and its maker decides where it is. */
const named = new Set([
  "vault",
  "kubernetes",
  "aws",
  "fake",
  "webhook",
  "conjur",
  "openbao",
  "passbolt",
  "delinea",
  "secretserver",
  "senhasegura",
  "previder",
]);
const kedaServices = ["azureKeyVault", "gcpSecretManager"];

export const secretStore: ResourcePolicy = {
  id: "secret-store",
  area: "flows",
  scope: "resource",
  title: "Secrets come from stores in the country and are not copied to other stores.",
  risk: "A secret store abroad holds the passwords of every database of the stack.",
  types: [
    "kubernetes:external-secrets.io/*:SecretStore",
    "kubernetes:external-secrets.io/*:ClusterSecretStore",
    "kubernetes:external-secrets.io/*:PushSecret",
    "kubernetes:secrets-store.csi.x-k8s.io/*:SecretProviderClass",
    "kubernetes:secrets.hashicorp.com/*:VaultConnection",
    "kubernetes:keda.sh/*:TriggerAuthentication",
    "kubernetes:keda.sh/*:ClusterTriggerAuthentication",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.5.17", "A.8.24"], nist80053: ["IA-5", "SC-12(6)"] },
  remediation: "Use the cluster's Secrets, or a store at a registered host in the country.",
  check(subject, context) {
    const remediation = "Use the cluster's Secrets, or a store at a registered host in the country.";
    if (subject.type.endsWith(":PushSecret"))
      return [{ path: "", message: "It copies Secrets of the cluster to another store.", remediation }];
    const provider = objectAt(subject.properties, "spec.provider") ?? {};
    const csi = textAt(subject.properties, "spec.provider");
    const service =
      Object.keys(provider).find((name) => !named.has(name)) ??
      (csi === undefined || named.has(csi) ? undefined : csi);
    const keda = kedaServices.find((name) => objectAt(subject.properties, `spec.${name}`) !== undefined);
    if (keda !== undefined)
      return [
        {
          path: `spec.${keda}`,
          value: keda,
          message: `Secrets come from a foreign service (${keda}).`,
          remediation,
        },
      ];
    const violations: Violation[] =
      service === undefined
        ? []
        : [
            {
              path: csi === undefined ? `spec.provider.${service}` : "spec.provider",
              value: service,
              message: `Secrets come from a foreign service (${service}).`,
              remediation,
            },
          ];
    for (const { value, path } of foreignRegions(textsOf(subject), context))
      violations.push({ path, value, message: `Secrets come from ${regionName(value)}.`, remediation });
    const hosts = hostsOf(subject).filter(({ path }) => !path.startsWith("metadata."));
    return [...violations, ...hostViolations(hosts, context, "Secrets come from", () => remediation)];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault, namespace: rollout }
spec: { provider: { vault: { server: "https://vault.vault.svc:8200", path: secret } } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault, namespace: rollout }
spec: { provider: { vault: { server: "https://vault.example.com", path: secret } } }`,
        findings: `rollout/SecretStore/vault spec.provider.vault.server: Secrets come from vault.example.com, which the file does not register. Use the cluster's Secrets, or a store at a registered host in the country.`,
      },
      {
        manifests: `
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: aws }
spec: { provider: { aws: { service: SecretsManager, region: eu-west-1 } } }`,
        findings: `ClusterSecretStore/aws spec.provider.aws.region: Secrets come from eu-west-1 (Dublin, Ireland). Use the cluster's Secrets, or a store at a registered host in the country.`,
      },
      {
        manifests: `
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: doppler }
spec: { provider: { doppler: {} } }`,
        findings: `ClusterSecretStore/doppler spec.provider.doppler: Secrets come from a foreign service (doppler). Use the cluster's Secrets, or a store at a registered host in the country.`,
      },
    ],
  },
};
