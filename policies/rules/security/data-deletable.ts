/** Taking a stack down, or a mistake, does not delete the data. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { booleanAt } from "../../resources/properties.ts";

/** By type: the setting and what it must be. */
const settings: Readonly<Record<string, readonly (readonly [path: string, wanted: boolean])[]>> = {
  "aws:rds/instance:Instance": [
    ["deletionProtection", true],
    ["skipFinalSnapshot", false],
  ],
  "aws:rds/cluster:Cluster": [
    ["deletionProtection", true],
    ["skipFinalSnapshot", false],
  ],
  "aws:dynamodb/table:Table": [["deletionProtectionEnabled", true]],
  "aws:s3/bucket:Bucket": [["forceDestroy", false]],
  "aws:s3/bucketV2:BucketV2": [["forceDestroy", false]],
  "aws:backup/vault:Vault": [["forceDestroy", false]],
  "aws:ecr/repository:Repository": [["forceDelete", false]],
};

export const dataDeletable: ResourcePolicy = {
  id: "data-deletable",
  area: "security",
  scope: "resource",
  title: "Stores are protected from deletion, and a last snapshot is kept.",
  risk: "One `down` in the wrong environment erases years of the companies' data.",
  types: Object.keys(settings),
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "backups"],
  controls: { iso27001: ["A.8.13", "A.5.33"], nist80053: ["CP-9", "SI-12"] },
  remediation: "Switch deletion protection on, and forced deletion off.",
  check: ({ type, properties }) =>
    (settings[type] ?? []).flatMap(([path, wanted]): Violation | [] => {
      const value = booleanAt(properties, path) ?? false;
      if (value === wanted) return [];
      return {
        path,
        value: String(value),
        message: wanted ? "One command can delete it." : "It is deleted with all its data.",
        remediation: `Set ${path} to ${wanted}.`,
      };
    }),
  examples: {
    passing: [{ pulumi: "backups: { type: aws:s3/bucket:Bucket }" }],
    failing: [
      {
        pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { skipFinalSnapshot: true } }",
        findings: `
Instance/accounts deletionProtection: One command can delete it. Set deletionProtection to true.
Instance/accounts skipFinalSnapshot: It is deleted with all its data. Set skipFinalSnapshot to false.`,
      },
      {
        pulumi: "backups: { type: aws:s3/bucket:Bucket, properties: { forceDestroy: true } }",
        findings: `Bucket/backups forceDestroy: It is deleted with all its data. Set forceDestroy to false.`,
      },
    ],
  },
};
