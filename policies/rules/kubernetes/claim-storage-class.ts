/** Volumes are made with a storage class that the plan or the file names. */

import { field, literal } from "../../cel/cel.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { notApplicable } from "../../engine/policy.ts";
import { stackClasses } from "../../engine/storage-classes.ts";
import { amount } from "../../resources/amount.ts";
import { keepsData, lastingVolumes, storesOf } from "../../resources/data-stores.ts";
import { podOf, volumesOf, workloads } from "../../resources/pods.ts";
import { objectAt, objectsAt, textAt } from "../../resources/properties.ts";
import type { JsonObject, Resource } from "../../resources/resource.ts";

export const claimStorageClass: ResourcePolicy = {
  id: "claim-storage-class",
  area: "kubernetes",
  scope: "resource",
  title:
    "Stores keep their data on volumes, made with a storage class that the plan or the localisation file names.",
  risk: "The cluster's default class may be anything, even a disk that is replicated to another country, and it may change.",
  types: [
    ...workloads,
    "kubernetes:core/*:PersistentVolumeClaim",
    "kubernetes:postgresql.cnpg.io/*:Cluster",
    "kubernetes:rabbitmq.com/*:RabbitmqCluster",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.23", "A.8.9"], nist80053: ["SA-9(5)", "CM-2"] },
  remediation: "Set storageClassName to `hosting.kubernetes.storageClass` or to a class of the plan.",
  check(subject, context) {
    const claims = claimsOf(subject);
    const lost = withoutDisk(subject);
    if (claims.length === 0) return lost.length > 0 ? lost : notApplicable;
    const known = stackClasses(context);
    const remediation =
      known.length === 0
        ? "Name a storage class under hosting.kubernetes.storageClass, or a driver under storageProvisioner."
        : `Set it to ${known.join(" or ")}.`;
    const unnamed = claims.flatMap(({ path, name }): Violation | [] => {
      if (name !== undefined && known.includes(name)) return [];
      return {
        path,
        ...(name !== undefined && { value: name }),
        message:
          name === undefined
            ? "The cluster's default storage class decides where the volume is."
            : `The volume is made with the storage class ${name}, which neither the plan nor the file names.`,
        remediation,
      };
    });
    return [...unnamed, ...lost];
  },
  admission: {
    misses: "A store without a volume is not found.",
    lets: ({ path }) => /(volumeMounts|requests\.storage|spec\.volumeClaimTemplates)$/.test(path),
    rules: (context) => {
      const known = literal(stackClasses(context));
      const isKnown = (root: string, path: string) => `${field(root, path, '""')} in ${known}`;
      return {
        expression: [
          `object.kind == "PersistentVolumeClaim" ? ${isKnown("object", "spec.storageClassName")}`,
          `object.kind == "RabbitmqCluster" ? ${isKnown("object", "spec.persistence.storageClassName")}`,
          `object.kind == "Cluster" ? (${["storage", "walStorage"].map((volume) => `(!has(object.spec.${volume}) || ${isKnown("object", `spec.${volume}.storageClass`)})`).join(" && ")})`,
          `${field("object", "spec.volumeClaimTemplates", "[]")}.all(claim, ${isKnown("claim", "spec.storageClassName")}) && ${field("variables.pod", "volumes", "[]")}.all(volume, !has(volume.ephemeral) || ${isKnown("volume", "ephemeral.volumeClaimTemplate.spec.storageClassName")})`,
        ].join(" : "),
        message: "A volume is made with a storage class that neither the stack nor the file names.",
      };
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: rollout, annotations: { rollout/data-classes: machineTelemetry } }
spec: { storageClassName: fast-local, accessModes: [ReadWriteOnce] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: rollout }
spec:
  template:
    spec:
      containers: [{ name: store, image: clickhouse/clickhouse-server:26.3, volumeMounts: [{ name: data, mountPath: /var/lib/clickhouse }] }]
      volumes: [{ name: data, emptyDir: {} }]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: small, namespace: rollout }
spec:
  template: { spec: { containers: [{ name: store, image: postgres:18, volumeMounts: [{ name: data, mountPath: /var/lib/postgresql }] }] } }
  volumeClaimTemplates: [{ metadata: { name: data }, spec: { storageClassName: fast-local, resources: { requests: { storage: 100Mi } } } }]`,
        findings: `
rollout/StatefulSet/store spec.template.spec.containers[0].volumeMounts: The data of clickhouse-server is on no volume that outlives the pod. Give it a claim under volumeClaimTemplates and mount it.
rollout/StatefulSet/small spec.volumeClaimTemplates[0].spec.resources.requests.storage: The volume of a store has only 100Mi. Use the size that the kit computes, or one under hosting.sizes.`,
      },
      {
        manifests: `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store, namespace: rollout }
spec:
  template: { spec: { containers: [{ name: store, image: store:1 }] } }
  volumeClaimTemplates: [{ metadata: { name: data }, spec: { accessModes: [ReadWriteOnce] } }]`,
        findings: `rollout/StatefulSet/store spec.volumeClaimTemplates[0].spec.storageClassName: The cluster's default storage class decides where the volume is. Set it to fast-local.`,
      },
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, storage: { size: 10Gi, storageClass: premium-geo } }`,
        findings: `rollout/Cluster/accounts spec.storage.storageClass: The volume is made with the storage class premium-geo, which neither the plan nor the file names. Set it to fast-local.`,
      },
    ],
  },
};

interface Claim {
  readonly path: string;
  readonly name: string | undefined;
}

function claimsOf(subject: Resource): Claim[] {
  const { properties, type } = subject;
  const claim = (path: string) => ({ path, name: textAt(properties, path) });
  if (type.endsWith(":PersistentVolumeClaim")) return [claim("spec.storageClassName")];
  if (type.endsWith(":RabbitmqCluster")) return [claim("spec.persistence.storageClassName")];
  if (type.endsWith(":Cluster"))
    return ["spec.storage", "spec.walStorage"]
      .filter((path) => objectAt(properties, path) !== undefined)
      .map((path) => claim(`${path}.storageClass`));
  const templates = objectsAt(properties, "spec.volumeClaimTemplates").map(({ path }) =>
    claim(`${path}.spec.storageClassName`),
  );
  const { pod } = podOf(subject);
  const ephemeral =
    pod === undefined ? [] : volumesOf(pod).filter(({ value }) => value.ephemeral !== undefined);
  return [
    ...templates,
    ...ephemeral.map(({ path }) => claim(`${path}.ephemeral.volumeClaimTemplate.spec.storageClassName`)),
  ];
}

/** Smallest volume of a store. */
const smallest = 1024 ** 3;

/** Stores whose data is lost with their pod, or that have hardly room for any. */
function withoutDisk(subject: Resource): Violation[] {
  const { type, properties } = subject;
  if (!/:(StatefulSet|Deployment|DaemonSet|ReplicaSet|Pod|Rollout)$/.test(type)) return [];
  const lasting = lastingVolumes(subject);
  const mounts = (container: JsonObject) =>
    objectsAt(container, "volumeMounts").some(({ value }) => lasting.has(textAt(value, "name") ?? ""));
  const violations = storesOf(subject)
    .filter(({ value }) => !mounts(value))
    .map(
      ({ path, program }): Violation => ({
        path: `${path}.volumeMounts`,
        message: `The data of ${program} is on no volume that outlives the pod.`,
        remediation: "Give it a claim under volumeClaimTemplates and mount it.",
      }),
    );
  if (!keepsData(subject)) return violations;
  if (lasting.size === 0 && violations.length === 0)
    violations.push({
      path: "spec.volumeClaimTemplates",
      message: "The workload says that it stores data, and has no volume that outlives its pods.",
      remediation: "Give it a claim under volumeClaimTemplates and mount it.",
    });
  for (const { value, path } of objectsAt(properties, "spec.volumeClaimTemplates")) {
    const size = textAt(value, "spec.resources.requests.storage");
    if (size !== undefined && (amount(size) ?? smallest) < smallest)
      violations.push({
        path: `${path}.spec.resources.requests.storage`,
        value: size,
        message: `The volume of a store has only ${size}.`,
        remediation: "Use the size that the kit computes, or one under hosting.sizes.",
      });
  }
  return violations;
}
