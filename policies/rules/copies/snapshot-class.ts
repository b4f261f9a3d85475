/** Kubernetes volume snapshots stay where the volumes are. */

import { awsRegions } from "../../../localisation/cloud-geography.ts";
import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { hostsIn } from "../../resources/hosts.ts";
import { textMapAt } from "../../resources/properties.ts";

export const snapshotClass: ResourcePolicy = {
  id: "snapshot-class",
  area: "copies",
  scope: "resource",
  title: "Volume snapshots stay in the country.",
  risk: "Snapshot drivers take a target region or an upload address as a parameter; a snapshot holds the whole disk.",
  types: [
    "kubernetes:snapshot.storage.k8s.io/*:VolumeSnapshotClass",
    "kubernetes:groupsnapshot.storage.k8s.io/*:VolumeGroupSnapshotClass",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["backups"],
  controls: { iso27001: ["A.8.13", "A.5.23"], nist80053: ["CP-9", "SA-9(5)"] },
  remediation: "Remove the parameter, or name a place in the country.",
  check: ({ properties }, context) =>
    [...textMapAt(properties, "parameters")].flatMap(([key, value]) => {
      const path = `parameters.${key}`;
      const regions = value.split(/[\s,]+/).filter((word) => Object.hasOwn(awsRegions, word));
      const abroad = regions.filter((region) => !context.isAllowedRegion(region));
      const hosts = hostsIn({ key: "endpoint", value, path }).filter(({ host }) => context.outside(host));
      // Other clouds have their own names of places.
      const placed =
        /location|region|zone/i.test(key) && regions.length === 0 && !context.clusterZones.includes(value);
      if (abroad.length === 0 && hosts.length === 0 && !placed) return [];
      const where = abroad[0] !== undefined ? regionName(abroad[0]) : (hosts[0]?.host ?? value);
      return [
        {
          path,
          value,
          message: `Snapshots go to ${where}, which the file does not allow.`,
          remediation: "Remove the parameter: snapshots then stay with the volume.",
        },
      ];
    }),
  examples: {
    passing: [
      {
        manifests: `
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata: { name: local }
driver: rbd.csi.ceph.com
deletionPolicy: Delete
parameters: { clusterID: rook }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: snapshot.storage.k8s.io/v1
kind: VolumeSnapshotClass
metadata: { name: far }
driver: pd.csi.storage.gke.io
deletionPolicy: Delete
parameters: { storage-locations: europe-west1 }`,
        findings: `VolumeSnapshotClass/far parameters.storage-locations: Snapshots go to europe-west1, which the file does not allow. Remove the parameter: snapshots then stay with the volume.`,
      },
    ],
  },
};
