/** Backups have a store in the country. */
import { countryNames } from "../../engine/place-names.ts";
import { type FilePolicy, notApplicable } from "../../engine/policy.ts";

export const backupDestination: FilePolicy = {
  id: "backup-destination",
  area: "governance",
  scope: "file",
  title: "Backups have a store of their own, in a country where they may be stored.",
  risk: "Without a store there is no backup; a store abroad receives all data each night.",
  severity: "critical",
  level: "mandatory",
  dataClasses: ["backups"],
  controls: { iso27001: ["A.8.13", "A.5.30"], nist80053: ["CP-6", "CP-9", "SA-9(5)"] },
  remediation: "Name an S3-compatible store in the country under `hosting.backup.destination`.",
  check(context) {
    const { target, backup } = context.country.hosting;
    const { destination } = backup;
    const allowed = context.storageCountries(["backups"]);
    if (destination === undefined) {
      if (target !== "kubernetes") return notApplicable;
      return {
        path: "hosting.backup.destination",
        message: "Nothing is backed up outside the cluster.",
        remediation: "Name an S3-compatible store in the country under hosting.backup.destination.",
      };
    }
    if (allowed.includes(destination.country)) return [];
    return {
      path: "hosting.backup.destination.country",
      value: destination.country,
      message: `Backups are stored in ${countryNames([destination.country])}; they may be stored in ${countryNames(allowed)}.`,
      remediation: "Name a store in the country.",
    };
  },
  examples: {
    passing: [{}],
    failing: [
      {
        country: {
          hosting: { backup: { destination: { endpoint: "https://s3.example.com", country: "IE" } } },
        },
        findings: `example-country.yaml hosting.backup.destination.country: Backups are stored in Ireland; they may be stored in South Africa. Name a store in the country.`,
      },
      {
        country: { hosting: { backup: { destination: null } } },
        findings: `example-country.yaml hosting.backup.destination: Nothing is backed up outside the cluster. Name an S3-compatible store in the country under hosting.backup.destination.`,
      },
    ],
  },
};
