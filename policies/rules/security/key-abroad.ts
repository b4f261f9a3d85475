/** The keys that encrypt the data are in the country and belong to the country's account. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { arnsOf } from "../../resources/arn.ts";

export const keyAbroad: ResourcePolicy = {
  id: "key-abroad",
  area: "security",
  scope: "resource",
  title: "Keys that encrypt data are in allowed regions and belong to the account.",
  risk: "With a key abroad, data in the country can be read abroad, and is lost if the key is lost.",
  types: ["aws:*"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["keys"],
  controls: { iso27001: ["A.8.24"], nist80053: ["SC-12", "SC-12(6)", "SC-28"] },
  remediation: "Use a key of the region and the account.",
  check(subject, context) {
    const own = context.country.hosting.aws?.account;
    return arnsOf(subject)
      .filter(({ service }) => service === "kms")
      .flatMap((arn): Violation | [] => {
        // `*` in a policy means the key that the policy belongs to.
        const abroad = arn.region !== "" && arn.region !== "*" && !context.isAllowedRegion(arn.region);
        const foreign = own !== undefined && /^\d{12}$/.test(arn.account) && arn.account !== own;
        if (!abroad && !foreign) return [];
        return {
          path: arn.path,
          value: arn.text,
          message: abroad
            ? `The key ${arn.text} is in ${regionName(arn.region)}.`
            : `The key ${arn.text} belongs to account ${arn.account}; the file names ${own}.`,
          remediation: `Use a key in ${context.allowedRegions || "the country"}${own === undefined ? "" : ` of account ${own}`}.`,
        };
      });
  },
  examples: {
    passing: [
      {
        pulumi: `
readings: { type: aws:ebs/volume:Volume,
  properties: { kmsKeyId: arn:aws:kms:af-south-1:123456789012:key/1a2b } }`,
      },
    ],
    failing: [
      {
        pulumi: `
readings: { type: aws:ebs/volume:Volume,
  properties: { kmsKeyId: arn:aws:kms:eu-west-1:123456789012:key/1a2b } }
files: { type: aws:efs/fileSystem:FileSystem,
  properties: { kmsKeyId: arn:aws:kms:af-south-1:999999999999:key/1a2b } }`,
        findings: `
Volume/readings kmsKeyId: The key arn:aws:kms:eu-west-1:123456789012:key/1a2b is in eu-west-1 (Dublin, Ireland). Use a key in af-south-1 of account 123456789012.
FileSystem/files kmsKeyId: The key arn:aws:kms:af-south-1:999999999999:key/1a2b belongs to account 999999999999; the file names 123456789012. Use a key in af-south-1 of account 123456789012.`,
      },
    ],
  },
};
