/** What every workload needs to be run well: probes, requests, a namespace of its own. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { containersOf, podOf, workloads } from "../../resources/pods.ts";
import { numberAt, objectAt, objectsAt, textAt } from "../../resources/properties.ts";
import type { JsonObject, Resource } from "../../resources/resource.ts";

/** Kinds whose pods serve until they are told to stop. */
const serves = /:(Deployment|StatefulSet|DaemonSet|ReplicaSet|ReplicationController|Rollout)$/;

export const workloadBasics: ResourcePolicy = {
  id: "workload-basics",
  area: "kubernetes",
  scope: "resource",
  title: "Workloads have probes and requests, and are in a namespace of their own.",
  risk: "A pod that hangs keeps its place; one without requests is the first to be stopped; network policies and rights of the default namespace are everybody's.",
  types: workloads,
  severity: "low",
  level: "advisory",
  dataClasses: ["machineTelemetry"],
  controls: { iso27001: ["A.8.9", "A.8.14"], nist80053: ["CM-2", "CP-10"] },
  remediation: "Add the probes and requests, and name a namespace.",
  check(subject) {
    const { pod } = podOf(subject);
    if (pod === undefined) return [];
    const namespace = textAt(subject.properties, "metadata.namespace");
    const inDefault: Violation[] =
      namespace === "default"
        ? [
            {
              path: "metadata.namespace",
              value: "default",
              message: "It is in the namespace default.",
              remediation: "Give the workload a namespace of its own.",
            },
          ]
        : [];
    return [
      ...inDefault,
      ...containersOf(pod).flatMap(({ value, path }): Violation | [] => {
        const missing = missingOf(subject, value, path, pod.spec);
        if (missing.length === 0) return [];
        return {
          path,
          value: missing.join(", "),
          message: `The container ${textAt(value, "name") ?? "?"} has no ${missing.join(", no ")}.`,
          remediation: "Add what is missing.",
        };
      }),
    ];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app, namespace: rollout }
spec:
  template:
    spec:
      containers:
        - name: app
          image: app:1
          ports: [{ containerPort: 8443 }]
          readinessProbe: { tcpSocket: { port: 8443 } }
          livenessProbe: { tcpSocket: { port: 8443 } }
          resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { memory: 64Mi } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: apps/v1
kind: Deployment
metadata: { name: app, namespace: default }
spec:
  template: { spec: { containers: [{ name: app, image: app:1, ports: [{ containerPort: 8443 }], resources: { limits: { memory: 64Mi } } }] } }`,
        findings: `
default/Deployment/app metadata.namespace: It is in the namespace default. Give the workload a namespace of its own.
default/Deployment/app spec.template.spec.containers[0]: The container app has no readiness probe, no liveness probe, no request of processors. Add what is missing.`,
      },
    ],
  },
};

/** Containers with a port are asked whether they answer; a limit is a request too. */
function missingOf({ type }: Resource, container: JsonObject, path: string, pod: JsonObject): string[] {
  const isMain = path.includes(".containers[");
  const missing: string[] = [];
  if (serves.test(type) && isMain && objectsAt(container, "ports").length > 0) {
    if (objectAt(container, "readinessProbe") === undefined) missing.push("readiness probe");
    if (objectAt(container, "livenessProbe") === undefined) missing.push("liveness probe");
  }
  const asks = (amount: string) =>
    [container, pod].some((holder) =>
      ["requests", "limits"].some((kind) => {
        const at = `resources.${kind}.${amount}`;
        return (textAt(holder, at) ?? numberAt(holder, at)) !== undefined;
      }),
    );
  if (isMain && !asks("cpu")) missing.push("request of processors");
  if (isMain && !asks("memory")) missing.push("request of memory");
  return missing;
}
