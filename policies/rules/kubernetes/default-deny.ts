/** Each namespace with pods denies by default: incoming and outgoing traffic needs a policy that allows it. */
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
  title: "In every namespace with pods, outgoing traffic that no policy allows is denied.",
  risk: "Without a policy that denies by default each pod may send anything anywhere; policies for other pods don't restrict it.",
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
        findings: `rollout/Pod/app metadata.namespace: No policy denies outgoing traffic of the namespace rollout, where app runs. Add a NetworkPolicy to rollout with podSelector {} and policyTypes [Egress], without rules.`,
      },
      {
        manifests: `${workload}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: closed, namespace: rollout }
spec: { podSelector: { matchLabels: { app: other } }, policyTypes: [Ingress, Egress] }`,
        findings: `rollout/Pod/app metadata.namespace: No policy denies outgoing traffic of the namespace rollout, where app runs. Add a NetworkPolicy to rollout with podSelector {} and policyTypes [Egress], without rules.`,
      },
    ],
  },
};

export const defaultDenyIngress: StackPolicy = {
  ...defaultDenyEgress,
  id: "default-deny-ingress",
  title: "In every namespace with pods, incoming traffic that no policy allows is denied.",
  risk: "Any pod of the cluster, even of another tenant, reaches the databases' ports.",
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
        findings: `rollout/Pod/app metadata.namespace: No policy denies incoming traffic of the namespace rollout, where app runs. Add a NetworkPolicy to rollout with podSelector {} and policyTypes [Ingress], without rules.`,
      },
    ],
  },
};

function openNamespaces(context: PolicyContext, direction: Direction): Violation[] {
  const policies = context.resources.ofTypes(["kubernetes:networking.k8s.io/*:NetworkPolicy"]);
  const denied = new Set(policies.filter((policy) => denies(policy, direction)).map(namespaceOf));
  const open = new Map<string, Resource>();
  for (const pod of context.resources.ofTypes(workloads)) {
    const namespace = namespaceOf(pod);
    if (!denied.has(namespace) && !open.has(namespace)) open.set(namespace, pod);
  }
  const way = direction === "Egress" ? "outgoing" : "incoming";
  return [...open].map(([namespace, pod]) => ({
    path: "metadata.namespace",
    value: namespace,
    message: `No policy denies ${way} traffic of the namespace ${namespace}, where ${objectName(pod)} runs.`,
    remediation: `Add a NetworkPolicy to ${namespace} with podSelector {} and policyTypes [${direction}], without rules.`,
    resource: pod,
  }));
}

/** Whether it selects every pod and allows nothing in this direction. */
function denies({ properties }: Resource, direction: Direction): boolean {
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
