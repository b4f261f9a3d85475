/** What the catalogue says of public control sets: each policy that it names exists, and for Kubernetes it does see what the control forbids. */
import { describe, expect, test } from "vitest";
import type { ControlSet } from "../../policies/engine/control-sets.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { askingFor, controlSets } from "../../policies/rules/control-sets/control-sets.ts";
import { checkExample } from "./check-example.ts";

const ids = new Set(policies.map(({ id }) => id));

describe.each(controlSets.map((set) => [set.id, set] as const))("%s", (_, set) => {
  test("names policies that there are, or says why none checks a control", () => {
    for (const { id, policies: named, notChecked } of set.controls) {
      expect(named.filter((policy) => !ids.has(policy), id)).toEqual([]);
      expect(named.length > 0 || notChecked !== undefined, id).toBe(true);
    }
    expect(new Set(set.controls.map(({ id }) => id)).size).toBe(set.controls.length);
  });

  test("says where and when it was read", () => {
    expect(set.source).toMatch(/^https:\/\//);
    expect(set.checked).toMatch(/^20\d\d-\d\d-\d\d$/);
  });
});

test("a policy knows which sets ask for it", () => {
  expect(askingFor("host-access").map(({ set, controls }) => [set.id, controls.map(({ id }) => id)])).toEqual(
    [
      ["cis-kubernetes", ["5.2.3", "5.2.4", "5.2.5", "5.2.11", "5.2.12"]],
      ["nsa-kubernetes", ["1.3", "1.4", "1.5"]],
    ],
  );
  expect(askingFor("waiver-expired")).toEqual([]);
});

const digest = `sha256:${"a".repeat(64)}`;
const pod = (spec: string, container = "") => `
apiVersion: v1
kind: Pod
metadata: { name: a, namespace: rollout }
spec:
  containers: [{ name: a, image: "registry.sme.example.gov.za/a@${digest}"${container} }]
  ${spec}`;
const secured = (settings: string) => pod("", `, securityContext: { ${settings} }`);
const role = (rule: string, kind = "ClusterRole") => `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata: { name: a${kind === "Role" ? ", namespace: rollout" : ""} }
rules: [{ ${rule} }]`;

/** A manifest against each control that a manifest can break, by the number of CIS or of Trivy for the NSA. */
const broken: Readonly<Record<string, string>> = {
  "5.1.1": `
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: a }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: User, name: a }]`,
  "5.1.2": role(`apiGroups: [""], resources: [secrets], verbs: [list]`),
  "5.1.3": role(`apiGroups: ["*"], resources: ["*"], verbs: [get]`, "Role"),
  "5.1.5": pod("serviceAccountName: default"),
  "5.1.6": pod("automountServiceAccountToken: true"),
  "5.1.10": role(`apiGroups: [""], resources: [nodes/proxy], verbs: [get]`),
  "5.2.1": "apiVersion: v1\nkind: Namespace\nmetadata: { name: rollout }",
  "5.2.2": secured("privileged: true"),
  "5.2.3": pod("hostPID: true"),
  "5.2.4": pod("hostIPC: true"),
  "5.2.5": pod("hostNetwork: true"),
  "5.2.6": secured("allowPrivilegeEscalation: true"),
  "5.2.7": secured("runAsUser: 0"),
  "5.2.8": secured("capabilities: { add: [NET_RAW] }"),
  "5.2.9": secured("capabilities: { add: [SYS_ADMIN] }"),
  "5.2.11": pod("volumes: [{ name: a, hostPath: { path: / } }]"),
  "5.2.12": pod("", ", ports: [{ containerPort: 80, hostPort: 80 }]"),
  "5.3.2": pod(""),
  "5.4.2": `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: a, namespace: rollout }
spec: { provider: { vault: { server: "https://vault.example.com" } } }`,
  "5.6.2": secured("seccompProfile: { type: Unconfined }"),
  "5.6.3": pod(""),
  "1.0": secured("runAsNonRoot: false"),
  "1.2": secured("privileged: true"),
  "1.4": pod("hostPID: true"),
  "1.5": pod("hostNetwork: true"),
  "1.6": secured("runAsUser: 0"),
  "1.7": secured("allowPrivilegeEscalation: true"),
  "1.10": secured("seccompProfile: { type: Unconfined }"),
  "1.11": pod("automountServiceAccountToken: true"),
  "2.0": `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: a, namespace: rollout }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{}] }`,
};

const kubernetes: readonly ControlSet[] = controlSets.filter(({ id }) => id.endsWith("-kubernetes"));
const held = kubernetes.flatMap(({ name, controls }) =>
  controls
    .filter(({ id, notChecked }) => notChecked === undefined && id in broken)
    .map((control) => [name, control.id, control.title, control] as const),
);

test.for(held)("%s %s: %s", ([, id, , { policies: named }]) => {
  const spoke = checkExample({ manifests: broken[id] ?? "" }).findings.map(({ policy }) => policy);
  expect(named.filter((policy) => spoke.includes(policy))).not.toEqual([]);
});
