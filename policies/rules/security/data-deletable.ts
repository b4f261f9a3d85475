/** Taking a stack down, or a mistake, does not delete the data. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { booleanAt, textAt } from "../../resources/properties.ts";
import type { JsonObject } from "../../resources/resource.ts";

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

const kubernetesTypes = [
  "kubernetes:storage.k8s.io/*:StorageClass",
  "kubernetes:core/*:PersistentVolume",
  "kubernetes:apps/*:StatefulSet",
];

export const dataDeletable: ResourcePolicy = {
  id: "data-deletable",
  area: "security",
  scope: "resource",
  title: "Stores are protected from deletion, and a last snapshot is kept.",
  risk: "One `down` in the wrong environment erases years of the companies' data.",
  types: [...Object.keys(settings), ...kubernetesTypes],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "backups"],
  controls: { iso27001: ["A.8.13", "A.5.33"], nist80053: ["CP-9", "SI-12"] },
  remediation: "Switch deletion protection on, and forced deletion off.",
  check: ({ type, properties }, { resources }) =>
    type.startsWith("kubernetes:")
      ? volumeViolations(type, properties, resources.source.kind === "live")
      : (settings[type] ?? []).flatMap(([path, wanted]): Violation | [] => {
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
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: fast-local }
provisioner: rbd.csi.ceph.com
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: rollout }
spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: Delete }, template: { spec: { containers: [{ name: store, image: store:1 }] } } }`,
        findings: `
StorageClass/fast-local reclaimPolicy: A volume of the class is deleted with its claim. Set reclaimPolicy to Retain.
rollout/StatefulSet/store spec.persistentVolumeClaimRetentionPolicy.whenDeleted: The volumes are deleted with the workload. Set it to Retain.`,
      },
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

/** Volumes that are deleted with what uses them. */
function volumeViolations(type: string, properties: JsonObject, isRunning: boolean): Violation[] {
  if (type.endsWith(":StatefulSet"))
    return ["whenDeleted", "whenScaled"]
      .map((when) => `spec.persistentVolumeClaimRetentionPolicy.${when}`)
      .filter((path) => textAt(properties, path) === "Delete")
      .map((path) => ({
        path,
        value: "Delete",
        message: `The volumes are deleted ${path.endsWith("Scaled") ? "when fewer replicas run" : "with the workload"}.`,
        remediation: "Set it to Retain.",
      }));
  const isClass = type.endsWith(":StorageClass");
  // A running volume has the policy of its class, which is checked itself.
  if (!isClass && isRunning) return [];
  const path = isClass ? "reclaimPolicy" : "spec.persistentVolumeReclaimPolicy";
  const policy = textAt(properties, path) ?? (isClass ? "Delete" : "Retain");
  if (policy === "Retain") return [];
  return [
    {
      path,
      value: policy,
      message: isClass
        ? "A volume of the class is deleted with its claim."
        : `The volume is deleted with its claim (${policy}).`,
      remediation: `Set ${isClass ? path : "it"} to Retain.`,
    },
  ];
}
