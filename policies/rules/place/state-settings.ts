/** The places of the state and of the key of its secrets, as Pulumi's own files and states name them. */
import type { PolicyContext } from "../../engine/context.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { arnOf } from "../../resources/arn.ts";
import { textAt } from "../../resources/properties.ts";

/** Clouds whose addresses of buckets and keys name no place that could be checked. */
const placeless = /^(gs|azblob|gcpkms|azurekeyvault):/;

export const stateSettings: ResourcePolicy = {
  id: "state-settings",
  area: "place",
  scope: "resource",
  title: "Pulumi's project and stack files keep the state and its key in the country.",
  risk: "A manual `pulumi up` uses Pulumi's own service in the United States unless these files say otherwise.",
  types: ["pulumi:pulumi:Project", "pulumi:pulumi:StackSettings", "pulumi:pulumi:State"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["state", "keys"],
  controls: { iso27001: ["A.5.23", "A.8.24"], nist80053: ["SA-9(5)", "SC-12(6)", "SC-28"] },
  remediation:
    "Use a file or a bucket in the country for the state, and a passphrase or a key in an allowed region for its secrets.",
  check({ type, properties }, context) {
    if (type.endsWith(":Project")) return backendViolations(textAt(properties, "backend.url"), context);
    if (type.endsWith(":State")) {
      const provider = textAt(properties, "secretsProvider");
      if (provider === "service")
        return [ofService("secretsProvider", "The secrets of the state are encrypted")];
      const missing: Violation = {
        path: "secretsProvider",
        message: "The state has no secrets provider: its secrets are in plain text.",
        remediation: "Set one with `pulumi stack change-secrets-provider passphrase`.",
      };
      return provider === undefined
        ? [missing]
        : keyViolations(textAt(properties, "secretsAddress"), "secretsAddress", context);
    }
    const provider = textAt(properties, "secretsprovider");
    if (provider === undefined && textAt(properties, "encryptionsalt") === undefined)
      return [
        ofService("secretsprovider", "No secrets provider is named, so the stack's secrets are encrypted"),
      ];
    return keyViolations(provider, "secretsprovider", context);
  },
  examples: {
    passing: [
      {
        pulumi: `
Pulumi.yaml: { type: pulumi:pulumi:Project, properties: { backend: { url: s3://state?region=af-south-1 } } }
za-production: { type: pulumi:pulumi:StackSettings, properties: { encryptionsalt: v1:abc } }
stack: { type: pulumi:pulumi:State, properties: { secretsProvider: passphrase } }`,
      },
    ],
    failing: [
      {
        pulumi: `
Pulumi.yaml: { type: pulumi:pulumi:Project, properties: { backend: { url: https://api.pulumi.com } } }
za-production: { type: pulumi:pulumi:StackSettings }
stack: { type: pulumi:pulumi:State, properties: { secretsProvider: "" } }`,
        findings: `
Project/Pulumi.yaml backend.url: The state is kept at api.pulumi.com, which the file does not register. Use a file or a bucket in the country.
StackSettings/za-production secretsprovider: No secrets provider is named, so the stack's secrets are encrypted by Pulumi's own service abroad. Use a passphrase, or a key in an allowed region.
State/stack secretsProvider: The state has no secrets provider: its secrets are in plain text. Set one with \`pulumi stack change-secrets-provider passphrase\`.`,
      },
      {
        pulumi: `
Pulumi.yaml: { type: pulumi:pulumi:Project, properties: { backend: { url: s3://state?region=eu-west-1 } } }
za-production: { type: pulumi:pulumi:StackSettings,
  properties: { secretsprovider: awskms://alias/state?region=eu-west-1 } }
stack: { type: pulumi:pulumi:State, properties: { secretsProvider: service } }`,
        findings: `
Project/Pulumi.yaml backend.url: The state's bucket is in eu-west-1 (Dublin, Ireland), which is not one of the file's regions. Use a bucket in af-south-1.
StackSettings/za-production secretsprovider: The key of the state's secrets is in eu-west-1 (Dublin, Ireland). Use a key in af-south-1, or a passphrase.
State/stack secretsProvider: The secrets of the state are encrypted by Pulumi's own service abroad. Use a passphrase, or a key in an allowed region.`,
      },
      {
        pulumi: `
Pulumi.yaml: { type: pulumi:pulumi:Project }
za-production: { type: pulumi:pulumi:StackSettings, properties: { secretsprovider: gcpkms://projects/p/k } }`,
        findings: `
Project/Pulumi.yaml backend.url: The project names no place for its state, so the machine that runs it decides: Pulumi's own service where nothing else is set. Use a file or a bucket in the country.
StackSettings/za-production secretsprovider: gcpkms://projects/p/k is a key whose place is unknown. Use a passphrase, or a key in an allowed region.`,
      },
    ],
  },
};

const ofService = (path: string, what: string): Violation => ({
  path,
  message: `${what} by Pulumi's own service abroad.`,
  remediation: "Use a passphrase, or a key in an allowed region.",
});

function backendViolations(url: string | undefined, context: PolicyContext): Violation[] {
  const remediation = "Use a file or a bucket in the country.";
  const violation = (message: string): Violation[] => [{ path: "backend.url", message, remediation }];
  if (url === undefined)
    return violation(
      "The project names no place for its state, so the machine that runs it decides: Pulumi's own service where nothing else is set.",
    );
  if (/^file:/.test(url)) return [];
  if (placeless.test(url)) return violation(`${url} is a bucket whose place is unknown.`);
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const endpoint = address?.searchParams
    .get("endpoint")
    ?.replace(/^https?:\/\//, "")
    .split(/[:/]/)[0];
  const region = address?.searchParams.get("region");
  if (address?.protocol === "s3:" && !endpoint)
    return region && context.isAllowedRegion(region)
      ? []
      : [
          {
            path: "backend.url",
            ...(region && { value: region }),
            message: region
              ? `The state's bucket is in ${regionName(region)}, which is not one of the file's regions.`
              : "The state's bucket names no region, so the machine that runs `pulumi` decides it.",
            remediation: `Use a bucket in ${context.allowedRegions || "the country"}.`,
          },
        ];
  const host = endpoint || address?.hostname || url;
  const outside = context.outside(host.toLowerCase());
  return outside === undefined ? [] : violation(`The state is kept at ${outside}.`);
}

function keyViolations(provider: string | undefined, path: string, context: PolicyContext): Violation[] {
  if (provider === undefined || provider === "passphrase") return [];
  const remediation = "Use a passphrase, or a key in an allowed region.";
  if (placeless.test(provider))
    return [
      {
        path,
        value: provider,
        message: `${provider} is a key whose place is unknown.`,
        remediation,
      },
    ];
  const address = URL.canParse(provider) ? new URL(provider) : undefined;
  if (address?.protocol !== "awskms:") return [];
  const region = address.searchParams.get("region") ?? arnOf(provider.replace(/^awskms:\/{2,3}/, ""))?.region;
  if (region && context.isAllowedRegion(region)) return [];
  return [
    {
      path,
      ...(region && { value: region }),
      message: region
        ? `The key of the state's secrets is in ${regionName(region)}.`
        : "The key of the state's secrets names no region.",
      remediation: `Use a key in ${context.allowedRegions || "the country"}, or a passphrase.`,
    },
  ];
}
