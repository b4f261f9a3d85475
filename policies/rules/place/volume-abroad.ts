/** Existing volumes are in the country's zones. */
import { notApplicable, type ResourcePolicy, type Violation } from "../../engine/policy.ts";
import { objectAt, objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import type { JsonObject } from "../../resources/resource.ts";
import { zoneOfNode, zonesOfScheduling } from "../../resources/zones.ts";

/** Drivers whose volumes are wherever the cluster's own machines are, or that another policy judges by their server. */
const drivers =
  /ceph|longhorn|openebs|topolvm|linstor|local|hostpath|lvm|portworx|pxd|nfs|smb|cifs|secrets-store|s3|gcsfuse|blob|file|efs|fsx|rook|piraeus|vsphere|zfs|directpv|harvester|ovirt|trident|simplyblock|beegfs|quobyte|weka/i;
const disks = [
  "awsElasticBlockStore",
  "gcePersistentDisk",
  "azureDisk",
  "cinder",
  "vsphereVolume",
  "photonPersistentDisk",
];

/** The driver of a cloud's disk, which is in one zone; undefined for others. */
function zonalDisk(properties: JsonObject): string | undefined {
  const named = disks.find((disk) => objectAt(properties, `spec.${disk}`) !== undefined);
  const driver = textAt(properties, "spec.csi.driver");
  return named ?? (driver === undefined || drivers.test(driver) ? undefined : driver);
}

export const volumeAbroad: ResourcePolicy = {
  id: "volume-abroad",
  area: "place",
  scope: "resource",
  title: "Existing volumes are in the country's zones.",
  risk: "A volume that was made by hand, or before the storage class was corrected, stays where it is with all its data.",
  types: ["kubernetes:core/*:PersistentVolume"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23", "A.5.31"], nist80053: ["SA-9(5)", "SC-28"] },
  remediation: "Copy the data to a volume in a zone of the file, and erase this one.",
  check({ properties }, context) {
    const { clusterZones } = context;
    const affinity = objectAt(properties, "spec.nodeAffinity");
    if (clusterZones.length === 0) return notApplicable;
    if (affinity === undefined) {
      const disk = zonalDisk(properties);
      if (disk === undefined) return notApplicable;
      return {
        path: "spec.nodeAffinity",
        value: disk,
        message: `It is a disk of ${disk}, and nothing says in which zone.`,
        remediation: `Require topology.kubernetes.io/zone in ${clusterZones.join(", ")} under spec.nodeAffinity.`,
      };
    }
    const named = zonesOfScheduling(undefined, affinity) ?? [];
    // A local disk is where its machine is.
    const ofNodes = objectsAt(affinity, "required.nodeSelectorTerms")
      .flatMap(({ value }) => objectsAt(value, "matchExpressions"))
      .filter(({ value }) => textAt(value, "key") === "kubernetes.io/hostname")
      .flatMap(({ value }) => textsAt(value, "values"))
      .flatMap(({ value }) => zoneOfNode(context.resources, value) ?? []);
    return [...new Set([...named, ...ofNodes])]
      .filter((zone) => !clusterZones.includes(zone))
      .map(
        (zone): Violation => ({
          path: "spec.nodeAffinity",
          value: zone,
          message: `It is in the zone ${zone}, which is not one of the file's.`,
          remediation: `Copy the data to a volume in ${clusterZones.join(", ")}, and erase this one.`,
        }),
      );
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: PersistentVolume
metadata: { name: pvc-1 }
spec:
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: topology.kubernetes.io/zone, operator: In, values: [za-1] }] }] } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: PersistentVolume
metadata: { name: pvc-2 }
spec: { csi: { driver: ebs.csi.aws.com, volumeHandle: vol-1 } }`,
        findings: `PersistentVolume/pvc-2 spec.nodeAffinity: It is a disk of ebs.csi.aws.com, and nothing says in which zone. Require topology.kubernetes.io/zone in za-1, za-2, za-3 under spec.nodeAffinity.`,
      },
      {
        manifests: `
apiVersion: v1
kind: PersistentVolume
metadata: { name: pvc-1 }
spec:
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: topology.ebs.csi.aws.com/zone, operator: In, values: [na-1] }] }] } }`,
        findings: `PersistentVolume/pvc-1 spec.nodeAffinity: It is in the zone na-1, which is not one of the file's. Copy the data to a volume in za-1, za-2, za-3, and erase this one.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Node
metadata: { name: windhoek-1, labels: { topology.kubernetes.io/zone: na-1 } }
---
apiVersion: v1
kind: PersistentVolume
metadata: { name: local-1 }
spec:
  nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ key: kubernetes.io/hostname, operator: In, values: [windhoek-1] }] }] } }`,
        findings: `PersistentVolume/local-1 spec.nodeAffinity: It is in the zone na-1, which is not one of the file's. Copy the data to a volume in za-1, za-2, za-3, and erase this one.`,
      },
    ],
  },
};
