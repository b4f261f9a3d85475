/** Pods share nothing with their node: no network, processes or files. */
import { every, field } from "../../cel/cel.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { containersOf, podOf, volumesOf, workloads } from "../../resources/pods.ts";
import { booleanAt, numberAt, objectsAt, textAt } from "../../resources/properties.ts";

export const hostAccess: ResourcePolicy = {
  id: "host-access",
  area: "kubernetes",
  scope: "resource",
  title: "Pods share no network, process or file with their node.",
  risk: "No network policy applies on the node's network; data in a path of the node is not encrypted, backed up or erased.",
  types: workloads,
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.22", "A.8.3"], nist80053: ["SC-39", "SC-7", "SC-4"] },
  remediation: "Use the pod's own network, claims for data and emptyDir for temporary files.",
  check(subject) {
    const { pod } = podOf(subject);
    if (pod === undefined) return [];
    const shared = ["hostNetwork", "hostPID", "hostIPC"].flatMap((field): Violation | [] =>
      booleanAt(pod.spec, field) === true
        ? {
            path: `${pod.path}.${field}`,
            value: "true",
            message: `It shares the node's ${{ hostNetwork: "network", hostPID: "processes" }[field] ?? "memory"} (${field}).`,
            remediation: `Remove ${field}.`,
          }
        : [],
    );
    const paths = volumesOf(pod).flatMap(({ value, path }): Violation | [] => {
      const folder = textAt(value, "hostPath.path");
      if (folder === undefined) return [];
      return {
        path: `${path}.hostPath`,
        value: folder,
        message: `It mounts ${folder} of the node.`,
        remediation: "Use a claim for data, emptyDir for temporary files.",
      };
    });
    const ports = containersOf(pod).flatMap(({ value, path }) =>
      objectsAt(value, "ports").flatMap((port): Violation | [] => {
        const number = numberAt(port.value, "hostPort");
        if (number === undefined || number === 0) return [];
        return {
          path: `${path}.${port.path}.hostPort`,
          value: String(number),
          message: `It uses port ${number} of the node.`,
          remediation: "Remove hostPort and use a Service.",
        };
      }),
    );
    return [...shared, ...paths, ...ports];
  },
  admission: {
    rules: () => [
      ...["hostNetwork", "hostPID", "hostIPC"].map((shared) => ({
        expression: `!${field("variables.pod", shared, "false")}`,
        message: `The pod sets ${shared}.`,
      })),
      {
        ...every(
          field("variables.pod", "volumes", "[]"),
          "volume",
          "!has(volume.hostPath)",
          'volume.name + " (" + volume.hostPath.path + ")"',
        ),
        message: "The pod mounts a path of the node.",
      },
      {
        ...every(
          "variables.containers",
          "container",
          `${field("container", "ports", "[]")}.all(port, ${field("port", "hostPort", "0")} == 0)`,
          "container.name",
        ),
        message: "A container uses a port of the node.",
      },
    ],
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { containers: [{ name: app, image: app:1, ports: [{ containerPort: 8443 }] }], volumes: [{ name: tmp, emptyDir: {} }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec:
  hostNetwork: yes
  containers: [{ name: app, image: app:1, ports: [{ containerPort: 8443, hostPort: 8443 }] }]
  volumes: [{ name: data, hostPath: { path: /srv/data } }]`,
        findings: `
rollout/Pod/app spec.hostNetwork: It shares the node's network (hostNetwork). Remove hostNetwork.
rollout/Pod/app spec.volumes[0].hostPath: It mounts /srv/data of the node. Use a claim for data, emptyDir for temporary files.
rollout/Pod/app spec.containers[0].ports[0].hostPort: It uses port 8443 of the node. Remove hostPort and use a Service.`,
      },
    ],
  },
};
