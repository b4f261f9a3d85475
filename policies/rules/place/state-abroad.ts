/** Pulumi's state, and the key that encrypts its secrets, are stored in the country. */
import { countryNames, regionName } from "../../engine/place-names.ts";
import type { FilePolicy, Violation } from "../../engine/policy.ts";
import { arnOf } from "../../resources/arn.ts";

export const stateAbroad: FilePolicy = {
  id: "state-abroad",
  area: "place",
  scope: "file",
  title: "The state of the stack, and the key of its secrets, are stored in the country.",
  risk: "The state holds every setting and, encrypted, every secret of the stack; a bucket abroad gives both away.",
  severity: "critical",
  level: "mandatory",
  dataClasses: ["state", "keys"],
  controls: { iso27001: ["A.5.23", "A.8.24"], nist80053: ["SA-9(5)", "SC-12(6)", "SC-28"] },
  remediation:
    "Keep the state in a file or a bucket in the country, encrypted with a passphrase or a key in an allowed region.",
  check(context) {
    const { state } = context.country.hosting;
    const violations: Violation[] = [];
    const region = state.url === undefined ? undefined : new URL(state.url).searchParams.get("region");
    const endpoint = state.url === undefined ? undefined : new URL(state.url).searchParams.get("endpoint");
    if (state.backend === "bucket" && region && !endpoint && !context.isAllowedRegion(region))
      violations.push({
        path: "hosting.state.url",
        value: region,
        message: `The state's bucket is in ${regionName(region)}, which is not one of the file's regions.`,
        remediation: `Use a bucket in ${context.allowedRegions || "the country"}.`,
      });
    const allowed = context.storageCountries(["state"]);
    if (state.backend === "bucket" && state.country !== undefined && !allowed.includes(state.country))
      violations.push({
        path: "hosting.state.country",
        value: state.country,
        message: `The state is stored in ${countryNames([state.country])}; it may be stored in ${countryNames(allowed)}.`,
        remediation: "Move the bucket, or keep the state in a file.",
      });
    const key = state.secrets === "aws-kms" ? arnOf(state.key) : undefined;
    if (key !== undefined && !context.isAllowedRegion(key.region))
      violations.push({
        path: "hosting.state.key",
        value: key.text,
        message: `The key of the state's secrets is in ${regionName(key.region)}.`,
        remediation: `Use a key in ${context.allowedRegions || "the country, or secrets: passphrase"}.`,
      });
    return violations;
  },
  examples: {
    passing: [
      {},
      {
        country: {
          hosting: { state: { backend: "bucket", url: "s3://state?region=af-south-1", country: "ZA" } },
        },
      },
    ],
    failing: [
      {
        country: {
          hosting: {
            state: {
              backend: "bucket",
              url: "s3://state?region=eu-central-1",
              country: "DE",
              secrets: "aws-kms",
              key: "arn:aws:kms:eu-central-1:123456789012:key/1a2b",
            },
          },
        },
        findings: `
example-country.yaml hosting.state.url: The state's bucket is in eu-central-1 (Frankfurt, Germany), which is not one of the file's regions. Use a bucket in af-south-1.
example-country.yaml hosting.state.country: The state is stored in Germany; it may be stored in South Africa. Move the bucket, or keep the state in a file.
example-country.yaml hosting.state.key: The key of the state's secrets is in eu-central-1 (Frankfurt, Germany). Use a key in af-south-1.`,
      },
    ],
  },
};
