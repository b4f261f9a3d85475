/** In production a database survives the loss of one machine. */
import { field } from "../../cel/cel.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { booleanAt, numberAt, textAt } from "../../resources/properties.ts";

export const singleInstance: ResourcePolicy = {
  id: "single-instance",
  area: "security",
  scope: "resource",
  title: "In production, databases run on more than one machine.",
  risk: "When a disk breaks, the accounts are unavailable until a backup is restored, and newer data is lost.",
  types: [
    "kubernetes:postgresql.cnpg.io/*:Cluster",
    "kubernetes:rabbitmq.com/*:RabbitmqCluster",
    "aws:rds/instance:Instance",
  ],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.14", "A.5.30"], nist80053: ["CP-9", "CP-10"] },
  remediation: "Use at least three instances, or multiAz.",
  check({ type, properties }, { inProduction }) {
    if (!inProduction || textAt(properties, "replicateSourceDb") !== undefined) return notApplicable;
    if (type.startsWith("aws:"))
      return booleanAt(properties, "multiAz") === true
        ? []
        : {
            path: "multiAz",
            value: "false",
            message: "The database is in one zone.",
            remediation: "Set multiAz to true.",
          };
    const path = type.includes("rabbitmq") ? "spec.replicas" : "spec.instances";
    const instances = numberAt(properties, path) ?? 1;
    if (instances >= 2) return [];
    return {
      path,
      value: String(instances),
      message: `It runs ${instances} instance.`,
      remediation: `Set ${path} to 3.`,
    };
  },
  admission: {
    types: ["kubernetes:postgresql.cnpg.io/*:Cluster", "kubernetes:rabbitmq.com/*:RabbitmqCluster"],
    rules: ({ inProduction }) =>
      inProduction
        ? {
            expression: `(object.kind == "Cluster" ? ${field("object", "spec.instances", "1")} : ${field("object", "spec.replicas", "1")}) >= 2`,
            message: "The database runs on one machine.",
          }
        : [],
  },
  examples: {
    passing: [
      {
        environment: "production",
        pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { multiAz: true } }",
      },
    ],
    failing: [
      {
        environment: "production",
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 1 }`,
        findings: `rollout/Cluster/accounts spec.instances: It runs 1 instance. Set spec.instances to 3.`,
      },
      {
        environment: "production",
        pulumi: "accounts: { type: aws:rds/instance:Instance }",
        findings: `Instance/accounts multiAz: The database is in one zone. Set multiAz to true.`,
      },
    ],
  },
};
