/** Each namespace with pods closes every flow that no policy opens, both ways. */
import type { PolicyContext } from "../../engine/context.ts";
import type { StackPolicy, Violation } from "../../engine/policy.ts";
import { workloads } from "../../resources/pods.ts";
import { namespaceOf, objectAt, textsAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";
import { objectName } from "../../resources/resource-set.ts";

type Direction = "Egress" | "Ingress";

const workload = `
apiVersion: v1
kind: Pod
metadata: { name: app, namespace: rollout }
spec: { containers: [{ name: app, image: app:1 }] }
---
`;

export const defaultDenyEgress: StackPolicy = {
  id: "default-deny-egress",
  area: "kubernetes",
  scope: "stack",
  title: "Every namespace with pods closes traffic out that no policy opens.",
  risk: "Without a closing policy each pod may send anything to anywhere; allow rules of other policies close nothing for it.",
  types: workloads,
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.20", "A.8.22", "A.8.12"], nist80053: ["SC-7(5)", "SC-7(10)", "AC-4"] },
  remediation: "Add a NetworkPolicy with podSelector {} and policyTypes [Ingress, Egress], without rules.",
  check: (context) => openNamespaces(context, "Egress"),
  examples: {
    passing: [
      {
        manifests: `${workload}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: rollout }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }`,
      },
    ],
    failing: [
      {
        manifests: workload,
        findings: [
          "rollout/Pod/app metadata.namespace: No policy closes traffic out of the namespace rollout, where app runs. Add a NetworkPolicy to rollout with podSelector {} and policyTypes [Egress], without rules.",
        ],
      },
      {
        manifests: `${workload}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: rollout }
spec: { podSelector: { matchLabels: { app: other } }, policyTypes: [Ingress, Egress] }`,
        findings: [
          "rollout/Pod/app metadata.namespace: No policy closes traffic out of the namespace rollout, where app runs. Add a NetworkPolicy to rollout with podSelector {} and policyTypes [Egress], without rules.",
        ],
      },
    ],
  },
};

export const defaultDenyIngress: StackPolicy = {
  ...defaultDenyEgress,
  id: "default-deny-ingress",
  title: "Every namespace with pods closes traffic in that no policy opens.",
  risk: "Any pod of the cluster, of another tenant too, reaches the databases' ports.",
  severity: "high",
  controls: { iso27001: ["A.8.20", "A.8.22"], nist80053: ["SC-7(5)", "AC-4"] },
  check: (context) => openNamespaces(context, "Ingress"),
  examples: {
    passing: defaultDenyEgress.examples.passing,
    failing: [
      {
        manifests: `${workload}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: rollout }
spec: { podSelector: {}, policyTypes: [Egress] }`,
        findings: [
          "rollout/Pod/app metadata.namespace: No policy closes traffic into the namespace rollout, where app runs. Add a NetworkPolicy to rollout with podSelector {} and policyTypes [Ingress], without rules.",
        ],
      },
    ],
  },
};

function openNamespaces(context: PolicyContext, direction: Direction): Violation[] {
  const policies = context.resources.ofTypes(["kubernetes:networking.k8s.io/*:NetworkPolicy"]);
  const closed = new Set(policies.filter((policy) => closes(policy, direction)).map(namespaceOf));
  const open = new Map<string, Resource>();
  for (const pod of context.resources.ofTypes(workloads)) {
    const namespace = namespaceOf(pod);
    if (!closed.has(namespace) && !open.has(namespace)) open.set(namespace, pod);
  }
  const way = direction === "Egress" ? "out" : "in";
  return [...open].map(([namespace, pod]) => ({
    path: "metadata.namespace",
    value: namespace,
    message:
      `No policy closes traffic ${way} of the namespace ${namespace}, where ${objectName(pod)} runs.`.replace(
        "in of",
        "into",
      ),
    remediation: `Add a NetworkPolicy to ${namespace} with podSelector {} and policyTypes [${direction}], without rules.`,
    resource: pod,
  }));
}

/** Selects every pod and opens nothing in this direction. */
function closes({ properties }: Resource, direction: Direction): boolean {
  const spec = objectAt(properties, "spec");
  if (spec === undefined) return false;
  const selector = objectAt(spec, "podSelector") ?? {};
  const selectsAll =
    Object.keys(objectAt(selector, "matchLabels") ?? {}).length === 0 &&
    (selector.matchExpressions === undefined || textsAt(selector, "matchExpressions").length === 0) &&
    !Array.isArray(selector.matchExpressions);
  const types = textsAt(spec, "policyTypes").map(({ value }) => value);
  const rules = direction === "Egress" ? spec.egress : spec.ingress;
  const applies =
    types.length === 0 ? direction === "Ingress" || rules !== undefined : types.includes(direction);
  return (
    selectsAll &&
    applies &&
    (rules === undefined || rules === null || (Array.isArray(rules) && rules.length === 0))
  );
}
