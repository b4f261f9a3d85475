/** Every pod runs only in the country's zones. */
import { field, literal } from "../../cel/cel.ts";
import type { PolicyContext } from "../../engine/context.ts";
import {
  notApplicable,
  type Outcome,
  type ResourcePolicy,
  type Violation,
  violationsOf,
} from "../../engine/policy.ts";
import { podOf, workloads } from "../../resources/pods.ts";
import { objectAt, objectsAt, textAt, textMapAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";
import { zoneLabels, zoneOfNode, zonesOfScheduling } from "../../resources/zones.ts";

export const podZones: ResourcePolicy = {
  id: "pod-zones",
  area: "kubernetes",
  scope: "resource",
  title: "Every pod runs only in zones in the country.",
  risk: "The scheduler puts a pod wherever there is room; on a cluster that spans borders that may be abroad.",
  types: [...workloads, "kubernetes:postgresql.cnpg.io/*:Cluster"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.5.23", "A.8.9"], nist80053: ["SA-9(5)", "CP-7"] },
  remediation:
    "Require topology.kubernetes.io/zone to be one of `hosting.kubernetes.zones` in every term of the node affinity.",
  check(subject, context) {
    const elsewhere = virtualNodes(subject);
    const zones = zoneViolations(subject, context);
    if (elsewhere.length === 0) return zones;
    return [...elsewhere, ...(zones === notApplicable ? [] : violationsOf(zones))];
  },
  admission: {
    types: workloads,
    misses: "The operator's Cluster is not checked, its pods are; virtual nodes are not checked.",
    lets: ({ message }) => /virtual node/.test(message),
    rules: ({ clusterZones }) => {
      if (clusterZones.length === 0) return [];
      const zones = literal(clusterZones);
      const labels = literal([...zoneLabels]);
      const selector = field("variables.pod", "nodeSelector", "{}");
      const terms = field(
        "variables.pod",
        "affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms",
        "[]",
      );
      const named = `[term.?matchExpressions.orValue([]).filter(one, one.key in ${labels} && one.operator == "In")]`;
      const held = `size(named) > 0 && named[0].values.filter(zone, named.all(one, zone in one.values)).all(zone, zone in ${zones})`;
      return [
        {
          // When a pod is updated, the scheduler has already assigned its node.
          expression: `(object.kind == "Pod" && request.operation == "UPDATE") || ${field("variables.pod", "nodeName", '""')} == ""`,
          message: "The pod is assigned to a node, so the scheduler's zones don't apply.",
        },
        {
          expression: `${labels}.exists(label, label in ${selector}) ? ${labels}.all(label, !(label in ${selector}) || ${selector}[label] in ${zones}) : size(${terms}) > 0 && ${terms}.all(term, ${named}.all(named, ${held}))`,
          message: `The pod may run outside the zones ${clusterZones.join(", ")}.`,
        },
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions: [{ key: topology.kubernetes.io/zone, operator: In, values: [za-1, za-2] }]
  containers: [{ name: app, image: registry.example.gov.za/sme/app:1 }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  nodeSelector: { topology.kubernetes.io/zone: za-1, type: virtual-kubelet }
  tolerations: [{ operator: Exists }]
  containers: [{ name: app, image: app:1 }]`,
        findings: `
rollout/Pod/app spec.nodeSelector["type"]: It may run on a virtual node (type=virtual-kubelet), outside the cluster's machines. Remove it, so that the pod runs on machines of the cluster.
rollout/Pod/app spec.tolerations[0]: It tolerates every taint, those of virtual nodes too. Remove it, so that the pod runs on machines of the cluster.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Node
metadata: { name: windhoek-1, labels: { topology.kubernetes.io/zone: na-1 } }
---
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { nodeName: windhoek-1, containers: [{ name: app, image: app:1 }] }`,
        findings: `rollout/Pod/app spec.nodeName: It runs on the node windhoek-1 in the zone na-1, which is not one of the file's. Require topology.kubernetes.io/zone in za-1, za-2, za-3 in every term.`,
      },
      {
        manifests: `
apiVersion: batch/v1
kind: CronJob
metadata: { name: report, namespace: rollout }
spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: app, image: app:1 }] } } } } }`,
        findings: `rollout/CronJob/report spec.jobTemplate.spec.template.spec.affinity.nodeAffinity: It may run in any zone of the cluster. Require topology.kubernetes.io/zone in za-1, za-2, za-3 in every term.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions: [{ key: topology.kubernetes.io/zone, operator: In, values: [za-1, na-1] }]
  containers: [{ name: app, image: app:1 }]
---
apiVersion: v1
kind: Pod
metadata: { name: other, namespace: rollout }
spec:
  affinity:
    nodeAffinity:
      requiredDuringSchedulingIgnoredDuringExecution:
        nodeSelectorTerms:
          - matchExpressions: [{ key: topology.kubernetes.io/zone, operator: In, values: [za-1] }]
          - matchExpressions: [{ key: pool, operator: In, values: [spare] }]
  containers: [{ name: app, image: app:1 }]`,
        findings: `
rollout/Pod/app spec.affinity.nodeAffinity: It may run in the zone na-1, which is not one of the file's. Use za-1, za-2, za-3.
rollout/Pod/other spec.affinity.nodeAffinity: It may run in any zone of the cluster. Require topology.kubernetes.io/zone in za-1, za-2, za-3 in every term.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { nodeName: lagos-7, containers: [{ name: app, image: app:1 }] }`,
        findings: `rollout/Pod/app spec.nodeName: It is assigned to the node lagos-7, so the scheduler's zones don't apply. Remove nodeName. Require topology.kubernetes.io/zone in za-1, za-2, za-3 in every term.`,
      },
    ],
  },
};

function zoneViolations(subject: Resource, context: PolicyContext): Outcome {
  const { clusterZones } = context;
  if (clusterZones.length === 0) return notApplicable;
  const remediation = `Require topology.kubernetes.io/zone in ${clusterZones.join(", ")} in every term.`;
  const { pod } = podOf(subject);
  const spec = pod?.spec ?? objectAt(subject.properties, "spec");
  if (spec === undefined) return notApplicable;
  const at = pod?.path ?? "spec";
  const node = textAt(spec, "nodeName");
  // A running pod has a node, whose labels name the zone.
  const zone = node === undefined ? undefined : zoneOfNode(context.resources, node);
  if (node !== undefined && zone === undefined)
    return {
      path: `${at}.nodeName`,
      value: node,
      message: `It is assigned to the node ${node}, so the scheduler's zones don't apply.`,
      remediation: `Remove nodeName. ${remediation}`,
    };
  if (zone !== undefined && !clusterZones.includes(zone))
    return {
      path: `${at}.nodeName`,
      value: node ?? "",
      message: `It runs on the node ${node} in the zone ${zone}, which is not one of the file's.`,
      remediation,
    };
  const zones = zonesOfScheduling(
    spec.nodeSelector ?? objectAt(spec, "affinity.nodeSelector"),
    objectAt(spec, "affinity.nodeAffinity"),
  );
  const path = `${at}.affinity.nodeAffinity`;
  if (zones === undefined) return [{ path, message: "It may run in any zone of the cluster.", remediation }];
  return zones
    .filter((zone) => !clusterZones.includes(zone))
    .map((zone) => ({
      path,
      value: zone,
      message: `It may run in the zone ${zone}, which is not one of the file's.`,
      remediation: `Use ${clusterZones.join(", ")}.`,
    }));
}

/** Labels, taints and runtime classes of nodes that are no machine: their pods run in a cloud's container service. */
const virtualNode =
  /virtual-?(kubelet|node)|^(type|kubernetes\.io\/role)=virtual|\bfargate\b|azure\.com\/aci|liqo\.io|admiralty\.io|^(kata-remote|aci|peer-?pods?)$|interlink|eci\b|vk\.io/i;

/** Where it asks for, or tolerates, nodes that are no machine of the cluster. */
function virtualNodes(subject: Resource): Violation[] {
  const { pod } = podOf(subject);
  if (pod === undefined) return [];
  const named: { path: string; value: string }[] = [];
  for (const [key, value] of textMapAt(pod.spec, "nodeSelector"))
    named.push({ path: `${pod.path}.nodeSelector["${key}"]`, value: `${key}=${value}` });
  for (const { value, path } of objectsAt(pod.spec, "tolerations"))
    named.push({
      path: `${pod.path}.${path}`,
      value: `${textAt(value, "key") ?? ""}=${textAt(value, "value") ?? ""}`,
    });
  const runtime = textAt(pod.spec, "runtimeClassName");
  if (runtime !== undefined) named.push({ path: `${pod.path}.runtimeClassName`, value: runtime });
  // A daemon runs on every node by design.
  const isDaemon = subject.type.endsWith(":DaemonSet");
  const remediation = "Remove it, so that the pod runs on machines of the cluster.";
  return named.flatMap(({ path, value }): Violation | [] => {
    if (value === "=" && !isDaemon)
      return { path, message: "It tolerates every taint, those of virtual nodes too.", remediation };
    if (!virtualNode.test(value)) return [];
    return {
      path,
      value,
      message: `It may run on a virtual node (${value}), outside the cluster's machines.`,
      remediation,
    };
  });
}
