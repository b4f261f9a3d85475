/** AWS Backup copies only to vaults of this account in allowed regions. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { arnsOf } from "../../resources/arn.ts";

export const backupVaultCopy: ResourcePolicy = {
  id: "backup-vault-copy",
  area: "copies",
  scope: "resource",
  title: "Backups are copied only to vaults of the account in allowed regions.",
  risk: "A copy action sends every recovery point of the plan to a vault in another region or account.",
  types: [
    "aws:backup/plan:Plan",
    "aws:backup/restoreTestingPlan:RestoreTestingPlan",
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["backups"],
  controls: { iso27001: ["A.8.13", "A.5.23"], nist80053: ["CP-6", "CP-9", "SA-9(5)"] },
  remediation: "Copy to a vault of this account in an allowed region.",
  check(subject, context) {
    const own = context.country.hosting.aws?.account;
    return arnsOf(subject)
      .filter(({ service }) => service === "backup")
      .flatMap((arn): Violation | [] => {
        const abroad = arn.region !== "" && !context.isAllowedRegion(arn.region);
        const foreign = own !== undefined && arn.account !== "" && arn.account !== own;
        if (!abroad && !foreign) return [];
        return {
          path: arn.path,
          value: arn.text,
          message: abroad
            ? `Backups are copied to the vault ${arn.text} in ${regionName(arn.region)}.`
            : `Backups are copied to the vault ${arn.text} of account ${arn.account}; the file names ${own}.`,
          remediation: `Copy to a vault in ${context.allowedRegions || "the country"}${own === undefined ? "" : ` of account ${own}`}.`,
        };
      });
  },
  examples: {
    passing: [
      {
        pulumi: `
nightly:
  type: aws:backup/plan:Plan
  properties:
    rules:
      - { copyActions: [{ destinationVaultArn: arn:aws:backup:af-south-1:123456789012:backup-vault:second }] }`,
      },
    ],
    failing: [
      {
        pulumi: `
nightly:
  type: aws:backup/plan:Plan
  properties:
    rules:
      - copyActions:
          - { destinationVaultArn: arn:aws:backup:eu-west-1:123456789012:backup-vault:second }
          - { destinationVaultArn: arn:aws:backup:af-south-1:999999999999:backup-vault:third }`,
        findings: `
Plan/nightly rules[0].copyActions[0].destinationVaultArn: Backups are copied to the vault arn:aws:backup:eu-west-1:123456789012:backup-vault:second in eu-west-1 (Dublin, Ireland). Copy to a vault in af-south-1 of account 123456789012.
Plan/nightly rules[0].copyActions[1].destinationVaultArn: Backups are copied to the vault arn:aws:backup:af-south-1:999999999999:backup-vault:third of account 999999999999; the file names 123456789012. Copy to a vault in af-south-1 of account 123456789012.`,
      },
    ],
  },
};
