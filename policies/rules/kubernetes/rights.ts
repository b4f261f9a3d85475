/** Nobody may do everything, and no role is open to everybody. */
import { field, matches } from "../../cel/cel.ts";
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import { type Resource, typeToken } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";
import { storeRightsTypes, storeRightsViolations } from "./store-rights.ts";

const change = ["create", "update", "patch", "delete", "deletecollection"];

/** Rights that lead to others, or to data, wherever they are given. Resources as RBAC writes them, with their subresource. */
const powers: readonly {
  readonly resources: readonly string[];
  /** Any verb where absent. */
  readonly verbs?: readonly string[];
  readonly what: string;
}[] = [
  {
    resources: [
      "pods/exec",
      "pods/attach",
      "pods/portforward",
      "pods/ephemeralcontainers",
      "pods/proxy",
      "services/proxy",
      "nodes/proxy",
    ],
    what: "allows",
  },
  {
    resources: ["roles", "clusterroles", "rolebindings", "clusterrolebindings"],
    verbs: ["bind", "escalate"],
    what: "lets its holder give rights that it does not have, on",
  },
  {
    resources: ["users", "groups", "serviceaccounts", "uids", "userextras"],
    verbs: ["impersonate"],
    what: "lets its holder act as others, on",
  },
  { resources: ["serviceaccounts/token"], verbs: ["create"], what: "makes tokens of other accounts, on" },
  {
    resources: ["certificatesigningrequests/approval", "signers"],
    verbs: ["update", "patch", "approve", "sign"],
    what: "makes logins by certificate, on",
  },
  {
    resources: ["validatingadmissionpolicies", "validatingadmissionpolicybindings"],
    verbs: change,
    what: "switches the stack's admission policies off, by",
  },
  {
    resources: ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
    verbs: ["create", "delete", "deletecollection"],
    what: "adds or removes webhooks, by",
  },
];
const anonymous =
  /^system:(anonymous|unauthenticated|authenticated|serviceaccounts(:.+)?|authenticated:.*|masters)$/;
/** Roles of the cluster that read or change everything of a namespace. */
const wideRoles = new Set(["admin", "edit", "cluster-admin"]);

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
    ...storeRightsTypes,
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.5.15", "A.5.18", "A.8.2"], nist80053: ["AC-2", "AC-3", "AC-6"] },
  remediation:
    "Name the resources and verbs that are needed, bind them to named accounts, and add a waiver for operators that need more.",
  check(subject, context) {
    const { kind, module } = typeToken(subject.type);
    if (!module.startsWith("rbac.")) return storeRightsViolations(subject);
    return kind.includes("RoleBinding")
      ? bindingViolations(subject, context)
      : roleViolations(subject, kind.startsWith("ClusterRole"));
  },
  admission: {
    types: [
      "kubernetes:rbac.authorization.k8s.io/*:Role",
      "kubernetes:rbac.authorization.k8s.io/*:RoleBinding",
    ],
    misses: "ClusterRoles are not checked: the cluster's operators need them; of Roles, wildcards alone are.",
    lets: ({ message }) => !/^The rule gives|which is everybody\.$|\(cluster-admin\)\.$/.test(message),
    rules: () => [
      {
        expression: `${field("object", "rules", "[]")}.all(rule, !("*" in ${field("rule", "resources", "[]")}) && !("*" in ${field("rule", "verbs", "[]")}))`,
        message: "A rule gives every verb or every resource.",
      },
      {
        expression: `${field("object", "subjects", "[]")}.all(subject, !${matches("subject.name", anonymous)})`,
        names: `${field("object", "subjects", "[]")}.filter(subject, ${matches("subject.name", anonymous)}).map(subject, subject.name)`,
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
kind: Role
metadata: { name: desk, namespace: rollout }
rules:
  - { apiGroups: [""], resources: ["pods/*"], verbs: [create] }
  - { apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [bind] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: desk, namespace: rollout }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: admin }
subjects:
  - { kind: User, apiGroup: rbac.authorization.k8s.io, name: desk@vendor.example.com }
  - { kind: Group, apiGroup: rbac.authorization.k8s.io, name: operators }
  - { kind: ServiceAccount, name: default, namespace: rollout }`,
        findings: `
rollout/Role/desk rules[0]: The rule allows pods/* in the whole namespace. Use a Role in the namespace, for named people, for a limited time.
rollout/Role/desk rules[1]: The rule lets its holder give rights that it does not have, on roles in the whole namespace. Use a Role in the namespace, for named people, for a limited time.
rollout/RoleBinding/desk subjects[0].name: The role admin is given to desk@vendor.example.com of vendor.example.com, which the file does not register. Name people of the operator; record access from elsewhere under residency.remoteAccess.
rollout/RoleBinding/desk subjects[1].name: operators gets the role admin, with every Secret of the namespace and the way into its pods. Give a role with the rights that are needed, for a limited time.
rollout/RoleBinding/desk subjects[2].name: The role is given to the service account default, which every pod may use. Give it to a service account of the pods that need it.`,
      },
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, enableSuperuserAccess: true, managed: { roles: [{ name: reports, superuser: true }] } }`,
        findings: `
rollout/Cluster/accounts spec.enableSuperuserAccess: The database's superuser may log in over the network. Set enableSuperuserAccess to false.
rollout/Cluster/accounts spec.managed.roles[0].superuser: The database role reports may do everything (superuser). Remove superuser and grant what is needed.`,
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

function bindingViolations(subject: Resource, context: PolicyContext): Violation[] {
  const violations: Violation[] = textsOf(subject)
    .filter(({ value, path }) => /^subjects\[\d+\]\.name$/.test(path) && anonymous.test(value))
    .map(({ value, path }) => ({
      path,
      value,
      message: `The role is given to ${value}, which is everybody.`,
      remediation: "Name accounts or a group of people.",
    }));
  violations.push(...peopleViolations(subject, context));
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

/** People and accounts that get a role of the cluster with all rights of a namespace, or that are of another organisation. */
function peopleViolations({ properties }: Resource, context: PolicyContext): Violation[] {
  const role = textAt(properties, "roleRef.name") ?? "";
  const isWide = textAt(properties, "roleRef.kind") === "ClusterRole" && wideRoles.has(role);
  return objectsAt(properties, "subjects").flatMap(({ value, path }): Violation | [] => {
    const kind = textAt(value, "kind") ?? "";
    const name = textAt(value, "name") ?? "";
    const at = `${path}.name`;
    if (anonymous.test(name)) return [];
    if (kind === "ServiceAccount" && name === "default")
      return {
        path: at,
        value: name,
        message: "The role is given to the service account default, which every pod may use.",
        remediation: "Give it to a service account of the pods that need it.",
      };
    const host = /(?:@|^https?:\/\/)([\w.-]+\.[a-z]{2,})/i.exec(name)?.[1]?.toLowerCase();
    const outside = kind === "ServiceAccount" || host === undefined ? undefined : context.outside(host);
    if (outside !== undefined)
      return {
        path: at,
        value: name,
        message: `The role ${role} is given to ${name} of ${outside}.`,
        remediation:
          "Name people of the operator; record access from elsewhere under residency.remoteAccess.",
      };
    if (!isWide || role === "cluster-admin" || kind === "ServiceAccount" || name.startsWith("system:"))
      return [];
    return {
      path: at,
      value: name,
      message: `${name} gets the role ${role}, with every Secret of the namespace and the way into its pods.`,
      remediation: "Give a role with the rights that are needed, for a limited time.",
    };
  });
}

function aggregated({ properties }: Resource): Violation[] {
  return objectsAt(properties, "aggregationRule.clusterRoleSelectors").flatMap(
    ({ value, path }): Violation | [] =>
      Object.keys(value.matchLabels ?? {}).length > 0 || objectsAt(value, "matchExpressions").length > 0
        ? []
        : {
            path,
            message: "The role takes up the rights of every role of the cluster.",
            remediation: "Select roles by a label of their own.",
          },
  );
}

/** `pods/*` and `*\/exec` name `pods/exec` too. */
function covers(pattern: string, resource: string): boolean {
  if (pattern === resource) return true;
  if (!pattern.includes("*")) return false;
  const [kind = "", part] = pattern.split("/");
  const [wantedKind, wantedPart] = resource.split("/");
  return (
    (kind === "*" || kind === wantedKind) && (part === "*" ? wantedPart !== undefined : part === wantedPart)
  );
}

function roleViolations(subject: Resource, isClusterRole: boolean): Violation[] {
  const where = isClusterRole ? "cluster" : "namespace";
  const rules = objectsAt(subject.properties, "rules").flatMap(({ value, path }): Violation | [] => {
    const resources = textsAt(value, "resources").map((item) => item.value);
    // A rule names resources or paths of the API server.
    const paths = textsAt(value, "nonResourceURLs").map((item) => item.value);
    const verbs = textsAt(value, "verbs").map((item) => item.value);
    const reads = verbs.some((verb) => /^(get|list|watch)$/.test(verb));
    if (resources.includes("*") || verbs.includes("*"))
      return {
        path,
        value: `${verbs.join(",")} ${resources.join(",")}`,
        message: `The rule gives ${verbs.includes("*") ? "every verb" : verbs.join(", ")} on ${resources.includes("*") ? "every resource" : [...resources, ...paths.map((path) => `the path ${path}`)].join(", ")}.`,
        remediation: "Name the verbs and resources that are needed.",
      };
    const named = textsAt(value, "resourceNames").length > 0;
    if (resources.includes("secrets") && reads && !named)
      return {
        path,
        value: "secrets",
        message: `The rule reads every Secret of the ${where}.`,
        remediation: "Use a Role in the namespace, with resourceNames.",
      };
    const power = powers.find(
      ({ resources: wanted, verbs: given }) =>
        wanted.some((one) => resources.some((resource) => covers(resource, one))) &&
        (given === undefined || given.some((verb) => verbs.includes(verb))),
    );
    if (power === undefined) return [];
    const access = resources.filter((resource) => power.resources.some((one) => covers(resource, one)));
    return {
      path,
      value: access.join(","),
      message: `The rule ${power.what} ${access.join(", ")} in the whole ${where}.`,
      remediation: "Use a Role in the namespace, for named people, for a limited time.",
    };
  });
  return [...rules, ...aggregated(subject)];
}
