/** Namespaces refuse pods that do not meet the Pod Security Standard restricted. */
import { literal } from "../../cel/cel.ts";
import type { ResourcePolicy } from "../../engine/policy.ts";
import { textMapAt } from "../../resources/properties.ts";

const label = "pod-security.kubernetes.io/enforce";

export const namespaceSecurity: ResourcePolicy = {
  id: "namespace-security",
  area: "kubernetes",
  scope: "resource",
  title: "Namespaces enforce the Pod Security Standard restricted.",
  risk: "Otherwise nothing checks the pods that people or operators start later.",
  types: ["kubernetes:core/*:Namespace"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.9", "A.8.2"], nist80053: ["CM-7", "AC-6"] },
  remediation: `Label the namespace ${label}: restricted.`,
  check({ properties }) {
    const enforced = textMapAt(properties, "metadata.labels").get(label);
    if (enforced === "restricted") return [];
    return {
      path: `metadata.labels["${label}"]`,
      ...(enforced !== undefined && { value: enforced }),
      message: `It enforces ${enforced === undefined ? "no Pod Security Standard" : `the standard ${enforced} only`}.`,
      remediation: `Set the label to restricted.`,
    };
  },
  admission: {
    rules: () => ({
      expression: `object.metadata.?labels[?${literal(label)}].orValue("") == "restricted"`,
      message: "The namespace enforces less than the standard restricted.",
    }),
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Namespace
metadata: { name: rollout, labels: { pod-security.kubernetes.io/enforce: restricted } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: Namespace
metadata: { name: rollout }`,
        findings: `Namespace/rollout metadata.labels["pod-security.kubernetes.io/enforce"]: It enforces no Pod Security Standard. Set the label to restricted.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Namespace
metadata: { name: rollout, labels: { pod-security.kubernetes.io/enforce: privileged } }`,
        findings: `Namespace/rollout metadata.labels["pod-security.kubernetes.io/enforce"]: It enforces the standard privileged only. Set the label to restricted.`,
      },
    ],
  },
};
