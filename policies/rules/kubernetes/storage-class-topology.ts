/** Storage classes make volumes in the country's zones only. */
import { field, literal } from "../../cel/cel.ts";
import { notApplicable, type ResourcePolicy, type Violation } from "../../engine/policy.ts";
import { textAt } from "../../resources/properties.ts";
import { zoneLabels, zonesOfTopologies } from "../../resources/zones.ts";

export const storageClassTopology: ResourcePolicy = {
  id: "storage-class-topology",
  area: "kubernetes",
  scope: "resource",
  title: "Storage classes make volumes in the country's zones only.",
  risk: "With a class without topologies, or with immediate binding, the driver chooses where the disk is.",
  types: ["kubernetes:storage.k8s.io/*:StorageClass"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.5.23"], nist80053: ["SA-9(5)", "SC-28"] },
  remediation: "Set allowedTopologies to the country's zones and volumeBindingMode to WaitForFirstConsumer.",
  check({ properties }, { clusterZones, country }) {
    if (clusterZones.length === 0) return notApplicable;
    const label = country.hosting.kubernetes?.storageProvisioner?.zoneLabel;
    const zones = zonesOfTopologies(properties.allowedTopologies, label);
    const violations: Violation[] = [];
    if (zones === undefined)
      violations.push({
        path: "allowedTopologies",
        message: "It makes volumes in any zone.",
        remediation: `Set allowedTopologies to ${clusterZones.join(", ")}.`,
      });
    for (const zone of zones ?? [])
      if (!clusterZones.includes(zone))
        violations.push({
          path: "allowedTopologies",
          value: zone,
          message: `It makes volumes in the zone ${zone}, which is not one of the file's.`,
          remediation: `Use ${clusterZones.join(", ")}.`,
        });
    const mode = textAt(properties, "volumeBindingMode") ?? "Immediate";
    if (mode !== "WaitForFirstConsumer")
      violations.push({
        path: "volumeBindingMode",
        value: mode,
        message: "It makes volumes before it is known where their pod runs.",
        remediation: "Set volumeBindingMode to WaitForFirstConsumer.",
      });
    return violations;
  },
  admission: {
    misses: "Storage classes that the stack does not make itself are not checked.",
    rules: ({ clusterZones, country }) => {
      if (clusterZones.length === 0) return [];
      const label = country.hosting.kubernetes?.storageProvisioner?.zoneLabel;
      const labels = literal([...zoneLabels, ...(label === undefined ? [] : [label])]);
      const topologies = field("object", "allowedTopologies", "[]");
      const named = `[topology.?matchLabelExpressions.orValue([]).filter(one, one.key in ${labels} || one.key.endsWith("/zone"))]`;
      return [
        {
          expression: `size(${topologies}) > 0 && ${topologies}.all(topology, ${named}.all(named, size(named) > 0 && named[0].values.all(zone, zone in ${literal(clusterZones)})))`,
          message: `The class makes volumes outside the zones ${clusterZones.join(", ")}.`,
        },
        {
          expression: `${field("object", "volumeBindingMode", '"Immediate"')} == "WaitForFirstConsumer"`,
          message: "The class makes volumes before it is known where their pod runs.",
        },
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: in-country }
provisioner: rbd.csi.ceph.com
parameters: { encrypted: "true" }
volumeBindingMode: WaitForFirstConsumer
allowedTopologies: [{ matchLabelExpressions: [{ key: topology.kubernetes.io/zone, values: [za-1, za-2] }] }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: anywhere }
provisioner: rbd.csi.ceph.com`,
        findings: `
StorageClass/anywhere allowedTopologies: It makes volumes in any zone. Set allowedTopologies to za-1, za-2, za-3.
StorageClass/anywhere volumeBindingMode: It makes volumes before it is known where their pod runs. Set volumeBindingMode to WaitForFirstConsumer.`,
      },
      {
        manifests: `
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: { name: wide }
provisioner: rbd.csi.ceph.com
volumeBindingMode: WaitForFirstConsumer
allowedTopologies: [{ matchLabelExpressions: [{ key: topology.kubernetes.io/zone, values: [za-1, na-1] }] }]`,
        findings: `StorageClass/wide allowedTopologies: It makes volumes in the zone na-1, which is not one of the file's. Use za-1, za-2, za-3.`,
      },
    ],
  },
};
