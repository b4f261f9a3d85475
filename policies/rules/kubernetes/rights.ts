/** Nobody may do everything, and no role is open to everybody. */
import { field, matches } from "../../cel/cel.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import { type Resource, typeToken } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

/** Resources that give access into pods and nodes. */
const accessResources = new Set([
  "pods/exec",
  "pods/attach",
  "pods/portforward",
  "pods/ephemeralcontainers",
  "nodes/proxy",
]);
const anonymous = /^system:(anonymous|unauthenticated|authenticated)$/;

export const rights: ResourcePolicy = {
  id: "access-rights",
  area: "kubernetes",
  scope: "resource",
  title:
    "Nobody has all rights, cluster-wide access to Secrets or access into every pod, and no role is open to everybody.",
  risk: "A wildcard role or a binding to everybody lets a support desk abroad read every company's data.",
  types: [
    "kubernetes:rbac.authorization.k8s.io/*:ClusterRole",
    "kubernetes:rbac.authorization.k8s.io/*:Role",
    "kubernetes:rbac.authorization.k8s.io/*:ClusterRoleBinding",
    "kubernetes:rbac.authorization.k8s.io/*:RoleBinding",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.5.15", "A.5.18", "A.8.2"], nist80053: ["AC-2", "AC-3", "AC-6"] },
  remediation:
    "Name the resources and verbs that are needed, bind them to named accounts, and add a waiver for operators that need more.",
  check(subject) {
    const { kind } = typeToken(subject.type);
    return kind.includes("RoleBinding")
      ? bindingViolations(subject)
      : roleViolations(subject, kind === "ClusterRole");
  },
  admission: {
    types: [
      "kubernetes:rbac.authorization.k8s.io/*:Role",
      "kubernetes:rbac.authorization.k8s.io/*:RoleBinding",
    ],
    misses: "ClusterRoles are not checked: the cluster's operators need them.",
    rules: () => [
      {
        expression: `${field("object", "rules", "[]")}.all(rule, !("*" in ${field("rule", "resources", "[]")}) && !("*" in ${field("rule", "verbs", "[]")}))`,
        message: "A rule gives every verb or every resource.",
      },
      {
        expression: `${field("object", "subjects", "[]")}.all(subject, !${matches("subject.name", anonymous)})`,
        message: "The role is given to everybody.",
      },
      {
        expression: `${field("object", "roleRef.name", '""')} != "cluster-admin"`,
        message: "It gives all rights (cluster-admin).",
      },
    ],
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: backup, namespace: rollout }
rules: [{ apiGroups: [""], resources: [secrets], resourceNames: [backup-key], verbs: [get] }]`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: support }
rules:
  - { apiGroups: ["*"], resources: ["*"], verbs: [get, list] }
  - { apiGroups: [""], resources: [secrets], verbs: [list] }
  - { apiGroups: [""], resources: [pods/exec], verbs: [create] }`,
        findings: `
ClusterRole/support rules[0]: The rule gives get, list on every resource. Name the verbs and resources that are needed.
ClusterRole/support rules[1]: The rule reads every Secret of the cluster. Use a Role in the namespace, with resourceNames.
ClusterRole/support rules[2]: The rule allows pods/exec in the whole cluster. Use a Role in the namespace, for named people, for a limited time.`,
      },
      {
        manifests: `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: support }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: Group, apiGroup: rbac.authorization.k8s.io, name: "system:authenticated" }]`,
        findings: `
ClusterRoleBinding/support subjects[0].name: The role is given to system:authenticated, which is everybody. Name accounts or a group of people.
ClusterRoleBinding/support roleRef.name: It gives all rights over the cluster (cluster-admin). Give a role with the rights that are needed; keep a break-glass account outside the stack.`,
      },
    ],
  },
};

function bindingViolations(subject: Resource): Violation[] {
  const violations: Violation[] = textsOf(subject)
    .filter(({ value, path }) => /^subjects\[\d+\]\.name$/.test(path) && anonymous.test(value))
    .map(({ value, path }) => ({
      path,
      value,
      message: `The role is given to ${value}, which is everybody.`,
      remediation: "Name accounts or a group of people.",
    }));
  const role = textAt(subject.properties, "roleRef.name");
  if (role === "cluster-admin")
    violations.push({
      path: "roleRef.name",
      value: role,
      message: "It gives all rights over the cluster (cluster-admin).",
      remediation:
        "Give a role with the rights that are needed; keep a break-glass account outside the stack.",
    });
  return violations;
}

function roleViolations({ properties }: Resource, isClusterRole: boolean): Violation[] {
  return objectsAt(properties, "rules").flatMap(({ value, path }): Violation | [] => {
    const resources = textsAt(value, "resources").map((item) => item.value);
    // A rule names resources or paths of the API server.
    const paths = textsAt(value, "nonResourceURLs").map((item) => item.value);
    const verbs = textsAt(value, "verbs").map((item) => item.value);
    const reads = verbs.some((verb) => /^(\*|get|list|watch)$/.test(verb));
    if (resources.includes("*") || verbs.includes("*"))
      return {
        path,
        value: `${verbs.join(",")} ${resources.join(",")}`,
        message: `The rule gives ${verbs.includes("*") ? "every verb" : verbs.join(", ")} on ${resources.includes("*") ? "every resource" : [...resources, ...paths.map((path) => `the path ${path}`)].join(", ")}.`,
        remediation: "Name the verbs and resources that are needed.",
      };
    const named = textsAt(value, "resourceNames").length > 0;
    if (isClusterRole && resources.includes("secrets") && reads && !named)
      return {
        path,
        value: "secrets",
        message: "The rule reads every Secret of the cluster.",
        remediation: "Use a Role in the namespace, with resourceNames.",
      };
    const access = resources.find((resource) => accessResources.has(resource));
    if (isClusterRole && access !== undefined)
      return {
        path,
        value: access,
        message: `The rule allows ${access} in the whole cluster.`,
        remediation: "Use a Role in the namespace, for named people, for a limited time.",
      };
    return [];
  });
}
