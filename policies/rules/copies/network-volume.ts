/** Network volumes are in the stack's own network or at a registered host. */

import { all, field } from "../../cel/cel.ts";
import { isAllowedHost } from "../../cel/hosts.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { violationsOfDriver, violationsOfParameters, violationsOfServer } from "../../engine/csi-volumes.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { podOf, volumesOf, workloads } from "../../resources/pods.ts";
import { objectAt, textsAt } from "../../resources/properties.ts";
import type { JsonObject } from "../../resources/resource.ts";
import { zonesOfScheduling } from "../../resources/zones.ts";

const servers: readonly (readonly [kind: string, field: string])[] = [
  ["nfs", "server"],
  ["iscsi", "targetPortal"],
  ["cephfs", "monitors"],
  ["rbd", "monitors"],
  ["glusterfs", "endpoints"],
  ["quobyte", "registry"],
  ["scaleIO", "gateway"],
  ["storageos", "volumeNamespace"],
];
/** Cloud disks. Their place is not in the volume. */
const cloudDisks = [
  "awsElasticBlockStore",
  "gcePersistentDisk",
  "azureDisk",
  "azureFile",
  "cinder",
  "vsphereVolume",
];

const volumeTypes = ["kubernetes:core/*:PersistentVolume", "kubernetes:storage.k8s.io/*:StorageClass"];

export const networkVolume: ResourcePolicy = {
  id: "network-volume",
  area: "copies",
  scope: "resource",
  title: "Network volumes are in the stack's own network or at registered hosts.",
  risk: "An NFS or iSCSI volume puts a database's files on the server that it names; no storage class applies.",
  types: [...workloads, ...volumeTypes],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23", "A.8.12"], nist80053: ["SA-9(5)", "SC-28"] },
  remediation: "Use a claim with the country's storage class.",
  check(subject, context) {
    if (subject.type.endsWith(":StorageClass")) {
      const parameters = objectAt(subject.properties, "parameters") ?? {};
      return violationsOfParameters(parameters, "parameters", context);
    }
    if (subject.type.endsWith(":PersistentVolume")) {
      const spec = objectAt(subject.properties, "spec") ?? {};
      return violationsOf(
        spec,
        "spec",
        context,
        zonesOfScheduling(undefined, spec.nodeAffinity) !== undefined,
      );
    }
    const { pod } = podOf(subject);
    if (pod === undefined) return [];
    return volumesOf(pod).flatMap(({ value, path }) => violationsOf(value, path, context));
  },
  admission: {
    types: [...workloads, "kubernetes:core/*:PersistentVolume"],
    misses: "Of the drivers of volumes only the setting server is checked.",
    rules: (context) => {
      const volumes = `(object.kind == "PersistentVolume" ? [object.?spec.orValue({})] : ${field("variables.pod", "volumes", "[]")})`;
      const named = [
        ...servers.map(([kind, place]) =>
          place === "monitors"
            ? field("volume", `${kind}.${place}`, "[]")
            : `[${field("volume", `${kind}.${place}`, '""')}]`,
        ),
        `[${field("volume", "csi.volumeAttributes.server", '""')}]`,
      ].join(" + ");
      const host = 'server.matches(":[0-9]+$") ? server.substring(0, server.lastIndexOf(":")) : server';
      return [
        {
          expression: `${volumes}.all(volume, (${named}).filter(server, server != "").map(server, ${host}).all(host, ${isAllowedHost("host", context)}))`,
          message: "A volume comes from a server that the file does not register.",
        },
        {
          expression: `${volumes}.all(volume, ${all(...cloudDisks.map((kind) => `!has(volume.${kind})`))})`,
          message: "A volume is a cloud disk whose place is unknown.",
        },
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: PersistentVolume
metadata: { name: archive }
spec: { nfs: { server: 10.20.0.5, path: /archive } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: shared }
provisioner: smb.csi.k8s.io
parameters: { source: //files.example.com/share }`,
        findings: `StorageClass/shared parameters.source: It mounts a volume of files.example.com, which the file does not register. Use a claim with the country's storage class, or register files.example.com under residency.endpoints.`,
      },
      {
        manifests: `
apiVersion: v1
kind: PersistentVolume
metadata: { name: archive }
spec: { nfs: { server: nfs.example.com, path: /archive } }`,
        findings: `PersistentVolume/archive spec.nfs.server: It mounts a volume of nfs.example.com, which the file does not register. Use a claim with the country's storage class, or register nfs.example.com under residency.endpoints.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: store, namespace: rollout }
spec:
  containers: [{ name: store, image: registry.example.gov.za/sme/store:1 }]
  volumes: [{ name: data, gcePersistentDisk: { pdName: disk-1 } }]`,
        findings: `rollout/Pod/store spec.volumes[0].gcePersistentDisk: It mounts a cloud disk (gcePersistentDisk) whose place is unknown. Use a claim with the country's storage class.`,
      },
    ],
  },
};

function violationsOf(volume: JsonObject, path: string, context: PolicyContext, zoned = false): Violation[] {
  return [
    ...["csi", "flexVolume"].flatMap((kind) => {
      const holder = objectAt(volume, kind);
      return holder === undefined ? [] : violationsOfDriver(holder, `${path}.${kind}`, context, zoned);
    }),
    ...servers.flatMap(([kind, field]) =>
      textsAt(volume, `${kind}.${field}`).flatMap((server) =>
        violationsOfServer(server.value.replace(/:\d+$/, ""), `${path}.${server.path}`, context),
      ),
    ),
    ...cloudDisks
      .filter((kind) => volume[kind] !== undefined)
      .map((kind) => ({
        path: `${path}.${kind}`,
        message: `It mounts a cloud disk (${kind}) whose place is unknown.`,
        remediation: "Use a claim with the country's storage class.",
      })),
  ];
}
