/** Pods mount a token of the cluster's API only from a service account of their own. */

import { field } from "../../cel/cel.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { podOf, workloads } from "../../resources/pods.ts";
import { booleanAt, namespaceOf, textAt } from "../../resources/properties.ts";
import { objectName } from "../../resources/resource-set.ts";

export const serviceAccountToken: ResourcePolicy = {
  id: "service-account-token",
  area: "kubernetes",
  scope: "resource",
  title: "Pods mount no token of the namespace's default service account.",
  risk: "An attacker in the pod can use the API server with all rights of the default account.",
  types: workloads,
  severity: "medium",
  level: "mandatory",
  dataClasses: ["keys", "state"],
  controls: { iso27001: ["A.8.3", "A.5.17"], nist80053: ["AC-6", "IA-5"] },
  remediation: "Set automountServiceAccountToken to false, or give the pod an account of its own.",
  check(subject, context) {
    const { pod } = podOf(subject);
    if (pod === undefined) return [];
    const account = textAt(pod.spec, "serviceAccountName") ?? textAt(pod.spec, "serviceAccount") ?? "default";
    const mounts = booleanAt(pod.spec, "automountServiceAccountToken");
    const declared = context.resources
      .ofTypes(["kubernetes:core/*:ServiceAccount"])
      .find((other) => objectName(other) === account && namespaceOf(other) === namespaceOf(subject));
    const byAccount = declared && booleanAt(declared.properties, "automountServiceAccountToken");
    if (account !== "default" || (mounts ?? byAccount) === false) return [];
    return {
      path: `${pod.path}.automountServiceAccountToken`,
      message: "It mounts a token of the service account default.",
      remediation: "Set automountServiceAccountToken to false.",
    };
  },
  admission: {
    types: ["kubernetes:core/*:Pod"],
    misses: "Objects that make pods are not checked; the pods are.",
    rules: () => ({
      // At admission the server has already added the token, unless the pod or its account opts out.
      expression: `${field("variables.pod", "serviceAccountName", '"default"')} != "default" || ${field("variables.pod", "volumes", "[]")}.all(volume, ${field("volume", "projected.sources", "[]")}.all(source, !has(source.serviceAccountToken)))`,
      message: "The pod mounts a token of the service account default.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { automountServiceAccountToken: false, containers: [{ name: app, image: app:1 }] }`,
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: operator, namespace: rollout }
spec: { serviceAccountName: operator, containers: [{ name: app, image: app:1 }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { containers: [{ name: app, image: app:1 }] }`,
        findings: `rollout/Pod/app spec.automountServiceAccountToken: It mounts a token of the service account default. Set automountServiceAccountToken to false.`,
      },
    ],
  },
};
