/** A database survives the loss of one machine, unless the file asks for less outside production. */
import { field } from "../../cel/cel.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { booleanAt, numberAt, textAt } from "../../resources/properties.ts";
import {
  clusterViolations,
  isExpected,
  isWorkload,
  redundancyTypes,
  workloadViolations,
} from "./redundancy.ts";

export const singleInstance: ResourcePolicy = {
  id: "single-instance",
  area: "security",
  scope: "resource",
  title: "Databases and the broker run on more than one machine, and a write is kept by more than one.",
  risk: "When a disk breaks, the accounts are unavailable until a backup is restored, and newer data is lost.",
  types: [
    "kubernetes:postgresql.cnpg.io/*:Cluster",
    "kubernetes:rabbitmq.com/*:RabbitmqCluster",
    "aws:rds/instance:Instance",
    ...redundancyTypes,
  ],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.14", "A.5.30"], nist80053: ["CP-9", "CP-10"] },
  remediation: "Use at least three instances, or multiAz.",
  check(subject, context) {
    const { type, properties } = subject;
    if (!isExpected(context) || textAt(properties, "replicateSourceDb") !== undefined) return notApplicable;
    if (isWorkload(type)) return workloadViolations(subject, context);
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
    const others = clusterViolations(subject, instances);
    if (instances >= 2) return others;
    const single = {
      path,
      value: String(instances),
      message: `It runs ${instances} instance.`,
      remediation: `Set ${path} to 3.`,
    };
    return [single, ...others];
  },
  admission: {
    types: ["kubernetes:postgresql.cnpg.io/*:Cluster", "kubernetes:rabbitmq.com/*:RabbitmqCluster"],
    misses: "Only in production, and only the number of instances is checked.",
    lets: ({ path }) => !/^spec\.(instances|replicas)$/.test(path),
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
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout, annotations: { cnpg.io/hibernation: "on" } }
spec: { instances: 3, enablePDB: false, postgresql: { synchronous: { method: any, number: 1, dataDurability: preferred } } }
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: rollout, annotations: { rollout/data-classes: machineTelemetry } }
spec: { replicas: 3, template: { metadata: { labels: { app: store } }, spec: { containers: [{ name: store, image: store:1 }] } } }
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: { name: store, namespace: rollout }
spec: { maxUnavailable: 100%, selector: { matchLabels: { app: store } } }`,
        findings: `
rollout/Cluster/accounts spec.enablePDB: Maintenance may stop all instances at once. Remove enablePDB.
rollout/Cluster/accounts metadata.annotations["cnpg.io/hibernation"]: The database is stopped (on). Remove the annotation.
rollout/Cluster/accounts spec.postgresql.synchronous.dataDurability: A write counts as kept before a second instance has it (preferred). Set it to required.
rollout/StatefulSet/store spec.template.spec.topologySpreadConstraints: All replicas may run on one machine. Spread them over topology.kubernetes.io/zone or kubernetes.io/hostname.
rollout/PodDisruptionBudget/store spec.maxUnavailable: Maintenance may stop all pods at once (100%). Set maxUnavailable to 1.`,
      },
      {
        manifests: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: rollout, annotations: { rollout/data-classes: machineTelemetry } }
spec: { replicas: 1, template: { spec: { containers: [{ name: store, image: store:1 }] } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ingest, namespace: rollout }
spec: { replicas: 0, template: { spec: { containers: [{ name: ingest, image: ingest:1 }] } } }`,
        findings: `
rollout/StatefulSet/store spec.replicas: It runs 1 replica. Set spec.replicas to 3.
rollout/Deployment/ingest spec.replicas: No pod of it runs. Set spec.replicas to 2.`,
      },
      {
        environment: "production",
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 1, postgresql: { synchronous: { number: 1, dataDurability: required } } }`,
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
