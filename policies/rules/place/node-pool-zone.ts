/** Node pools of Karpenter and of the Cluster API make nodes in the country only. */

import { foreignRegions } from "../../engine/host-violations.ts";
import { regionName } from "../../engine/place-names.ts";
import { notApplicable, type ResourcePolicy } from "../../engine/policy.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import { textsOf } from "../../resources/texts.ts";

const zoneLabels = /^(topology\.kubernetes\.io|failure-domain\.beta\.kubernetes\.io)\/zone$/;

export const nodePoolZone: ResourcePolicy = {
  id: "node-pool-zone",
  area: "place",
  scope: "resource",
  title: "Nodes are made in the country's zones only.",
  risk: "An autoscaler that may choose the zone starts nodes abroad when the country's zones are full.",
  types: [
    "kubernetes:karpenter.sh/*:NodePool",
    "kubernetes:karpenter.k8s.aws/*:EC2NodeClass",
    "kubernetes:cluster.x-k8s.io/*:MachineDeployment",
    "kubernetes:cluster.x-k8s.io/*:MachinePool",
    "kubernetes:machine.openshift.io/*:MachineSet",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.23"], nist80053: ["SA-9(5)", "CP-7"] },
  remediation: "Require topology.kubernetes.io/zone to be one of the country's zones.",
  check(subject, context) {
    const zones = context.clusterZones;
    if (zones.length === 0) return notApplicable;
    const violations = foreignRegions(textsOf(subject), context).map(({ value, path }) => ({
      path,
      value,
      message: `Nodes are made in ${regionName(value)}.`,
      remediation: `Use ${context.allowedRegions || "the country's own machines"}.`,
    }));
    const named = [
      ...objectsAt(subject.properties, "spec.template.spec.requirements").flatMap(({ value, path }) =>
        zoneLabels.test(textAt(value, "key") ?? "") && textAt(value, "operator") === "In"
          ? textsAt(value, "values").map((zone) => ({ value: zone.value, path: `${path}.${zone.path}` }))
          : [],
      ),
      ...textsOf(subject)
        .filter(({ key }) => /^(failureDomains?|availabilityZone|zone)$/.test(key))
        .map(({ value, path }) => ({ value, path })),
    ];
    const choosesZone = /:(EC2NodeClass)$/.test(subject.type);
    if (named.length === 0 && !choosesZone)
      violations.push({
        path: "spec",
        value: "",
        message: "Nodes may be made in any zone.",
        remediation: `Require topology.kubernetes.io/zone in ${zones.join(", ")}.`,
      });
    for (const { value, path } of named)
      if (!zones.includes(value))
        violations.push({
          path,
          value,
          message: `Nodes may be made in the zone ${value}, which is not one of the file's.`,
          remediation: `Use ${zones.join(", ")}.`,
        });
    return violations;
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: general }
spec:
  template:
    spec:
      requirements:
        - { key: topology.kubernetes.io/zone, operator: In, values: [za-1, za-2] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: karpenter.sh/v1
kind: NodePool
metadata: { name: general }
spec:
  template:
    spec:
      requirements:
        - { key: topology.kubernetes.io/zone, operator: In, values: [za-1, na-1] }`,
        findings: `NodePool/general spec.template.spec.requirements[0].values[1]: Nodes may be made in the zone na-1, which is not one of the file's. Use za-1, za-2, za-3.`,
      },
      {
        manifests: `
apiVersion: cluster.x-k8s.io/v1beta1
kind: MachineDeployment
metadata: { name: workers, namespace: capi }
spec: { template: { spec: { clusterName: sme } } }`,
        findings: `capi/MachineDeployment/workers spec: Nodes may be made in any zone. Require topology.kubernetes.io/zone in za-1, za-2, za-3.`,
      },
    ],
  },
};
