/** No global databases: they have a full copy in each of their regions. */
import type { ResourcePolicy } from "../../engine/policy.ts";

export const globalDatabase: ResourcePolicy = {
  id: "global-database",
  area: "copies",
  scope: "resource",
  title: "No database, cache or table is global.",
  risk: "Other regions can join a global cluster; adding a member there copies all data.",
  types: [
    "aws:rds/globalCluster:GlobalCluster",
    "aws:docdb/globalCluster:GlobalCluster",
    "aws:neptune/globalCluster:GlobalCluster",
    "aws:elasticache/globalReplicationGroup:GlobalReplicationGroup",
    "aws:memorydb/multiRegionCluster:MultiRegionCluster",
    "aws:dynamodb/globalTable:GlobalTable",
    "aws:dsql/clusterPeering:ClusterPeering",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.23"], nist80053: ["SA-9(5)", "CP-7"] },
  remediation: "Use a cluster in several zones of one region.",
  check: () => ({
    path: "",
    message: "It spreads a database over several regions.",
    remediation: "Remove it and use one cluster in several zones of the region.",
  }),
  examples: {
    passing: [
      { pulumi: "accounts: { type: aws:rds/cluster:Cluster, properties: { engine: aurora-postgresql } }" },
    ],
    failing: [
      {
        pulumi: "accounts: { type: aws:rds/globalCluster:GlobalCluster }",
        findings: `GlobalCluster/accounts: It spreads a database over several regions. Remove it and use one cluster in several zones of the region.`,
      },
      {
        pulumi: "sessions: { type: aws:dynamodb/globalTable:GlobalTable }",
        findings: `GlobalTable/sessions: It spreads a database over several regions. Remove it and use one cluster in several zones of the region.`,
      },
    ],
  },
};
