/** Replicas and automated backups of databases stay in the region of their source. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { arnOf } from "../../resources/arn.ts";
import { textAt, textsAt } from "../../resources/properties.ts";
import { effectiveRegion } from "../../resources/region.ts";

const sourcePaths = ["replicateSourceDb", "replicationSourceIdentifier", "sourceDbInstanceArn", "sourceArn"];

export const databaseReplica: ResourcePolicy = {
  id: "database-replica",
  area: "copies",
  scope: "resource",
  title: "Database replicas and automated backups stay in the region of their source.",
  risk: "A read replica in another region is a live copy of the whole database; so are replicated automated backups.",
  types: [
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    "aws:rds/integration:Integration",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "backups"],
  controls: { iso27001: ["A.5.23", "A.8.14"], nist80053: ["SA-9(5)", "CP-9"] },
  remediation: "Replicate between zones of the region.",
  check(subject, context) {
    const sources = sourcePaths.flatMap((path): Violation | [] => {
      const source = arnOf(textAt(subject.properties, path));
      if (source === undefined || source.region === effectiveRegion(subject)) return [];
      return {
        path,
        value: source.text,
        message: `It replicates ${source.text} from ${regionName(source.region)} to ${regionName(effectiveRegion(subject))}.`,
        remediation: "Replicate within one region.",
      };
    });
    const backups = textsAt(subject.properties, "replicaRegions")
      .filter(({ value }) => !context.isAllowedRegion(value))
      .map(({ value, path }) => ({
        path,
        value,
        message: `It replicates to ${regionName(value)}.`,
        remediation: `Use ${context.allowedRegions || "the country"} only.`,
      }));
    return [...sources, ...backups];
  },
  examples: {
    passing: [
      {
        pulumi: `
accounts-reader: { type: aws:rds/instance:Instance,
  properties: { replicateSourceDb: arn:aws:rds:af-south-1:123456789012:db:accounts } }`,
      },
    ],
    failing: [
      {
        region: "eu-west-1",
        pulumi: `
accounts: { type: aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication,
  properties: { sourceDbInstanceArn: arn:aws:rds:af-south-1:123456789012:db:accounts } }`,
        findings: `InstanceAutomatedBackupsReplication/accounts sourceDbInstanceArn: It replicates arn:aws:rds:af-south-1:123456789012:db:accounts from af-south-1 (Cape Town, South Africa) to eu-west-1 (Dublin, Ireland). Replicate within one region.`,
      },
    ],
  },
};
