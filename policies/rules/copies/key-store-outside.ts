/** A key store outside the cloud is at a registered host in the country. */
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";

export const keyStoreOutside: ResourcePolicy = {
  id: "key-store-outside",
  area: "copies",
  scope: "resource",
  title: "External key stores are at registered hosts.",
  risk: "Every decryption needs the external key store: its operator can read the data and can lock the country out.",
  types: ["aws:kms/customKeyStore:CustomKeyStore"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.24"], nist80053: ["SC-12(6)", "SA-9(5)"] },
  remediation: "Register the key store's host under `residency.endpoints`, or use keys of the region.",
  check({ properties }, context) {
    const address = textAt(properties, "xksProxyUriEndpoint");
    const host = address === undefined ? undefined : URL.parse(address)?.hostname;
    const outside = host === undefined ? undefined : context.outside(host);
    if (host === undefined || outside === undefined) return [];
    return {
      path: "xksProxyUriEndpoint",
      value: host,
      message: `The keys are at ${outside}.`,
      remediation: `Register ${host} under residency.endpoints, or use keys of the region.`,
    };
  },
  examples: {
    passing: [
      {
        pulumi: `
hsm: { type: aws:kms/customKeyStore:CustomKeyStore, properties: { cloudHsmClusterId: cluster-1 } }`,
      },
    ],
    failing: [
      {
        pulumi: `
hsm: { type: aws:kms/customKeyStore:CustomKeyStore,
  properties: { xksProxyUriEndpoint: https://keys.example.com } }`,
        findings: `CustomKeyStore/hsm xksProxyUriEndpoint: The keys are at keys.example.com, which the file does not register. Register keys.example.com under residency.endpoints, or use keys of the region.`,
      },
    ],
  },
};
