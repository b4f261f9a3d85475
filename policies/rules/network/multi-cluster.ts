/** No workload or Service is exported to other clusters. */
import { formatPath } from "../../../localisation/problem.ts";
import type { PolicyContext } from "../../engine/context.ts";
import { installerTypes } from "../../engine/operator-types.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { objectsBelow } from "../../resources/program-settings.ts";
import { textMapAt } from "../../resources/properties.ts";
import { isObject, type Resource, typeKey, typeToken } from "../../resources/resource.ts";

const remediation = "Remove it, or add a waiver where the other cluster is in the country.";
/** Also a Secret may hold the login to another cluster for Argo CD. */
const installers = [
  ...installerTypes.filter((type) => !type.includes("helm.sh")),
  "kubernetes:core/*:Secret",
];
const isInstaller = new Set(installers.map(typeKey));

export const multiCluster: ResourcePolicy = {
  id: "multi-cluster",
  area: "network",
  scope: "resource",
  title: "Nothing is exported to other clusters.",
  risk: "Multi-cluster services and federation copy workloads, Secrets and traffic to clusters that these policies don't check.",
  types: [
    ...installers,
    "kubernetes:multicluster.x-k8s.io/*:ServiceExport",
    "kubernetes:multicluster.x-k8s.io/*:ServiceImport",
    "kubernetes:policy.karmada.io/*:PropagationPolicy",
    "kubernetes:policy.karmada.io/*:ClusterPropagationPolicy",
    "kubernetes:submariner.io/*:Cluster",
    "kubernetes:offloading.liqo.io/*:NamespaceOffloading",
    "kubernetes:types.kubefed.io/*:FederatedDeployment",
    "kubernetes:types.kubefed.io/*:FederatedSecret",
    "kubernetes:cilium.io/*:CiliumClusterMesh",
    "kubernetes:skupper.io/*:Link",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.5.14", "A.8.22"], nist80053: ["AC-4", "CA-9"] },
  remediation: "Remove it, or add a waiver where the other cluster is in the country.",
  check(subject, context) {
    const { kind } = typeToken(subject.type);
    if (isInstaller.has(typeKey(subject.type))) return otherClusters(subject, context);
    return { path: "", value: kind, message: `${kind} shares this cluster with others.`, remediation };
  },
  admission: {
    types: [
      "kubernetes:multicluster.x-k8s.io/*:ServiceExport",
      "kubernetes:multicluster.x-k8s.io/*:ServiceImport",
      "kubernetes:policy.karmada.io/*:PropagationPolicy",
      "kubernetes:offloading.liqo.io/*:NamespaceOffloading",
      "kubernetes:types.kubefed.io/*:FederatedDeployment",
      "kubernetes:types.kubefed.io/*:FederatedSecret",
      "kubernetes:skupper.io/*:Link",
    ],
    misses: "Objects outside the stack's namespace are not checked.",
    rules: () => [{ expression: "false", message: "The object shares this cluster with others." }],
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: broker, namespace: rollout }
spec: { ports: [{ port: 8883 }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: copy, namespace: rollout }
spec: { path: ./, kubeConfig: { secretRef: { name: other } }, sourceRef: { kind: GitRepository, name: stack } }`,
        findings: `rollout/Kustomization/copy spec.kubeConfig: Kustomization installs into another cluster. Remove it, or add a waiver where the other cluster is in the country.`,
      },
      {
        manifests: `
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceExport
metadata: { name: broker, namespace: rollout }`,
        findings: `rollout/ServiceExport/broker: ServiceExport shares this cluster with others. Remove it, or add a waiver where the other cluster is in the country.`,
      },
    ],
  },
};

/** Flux' kubeConfig, Argo CD's destination and logins: what is installed goes to another cluster. */
function otherClusters(subject: Resource, context: PolicyContext): Violation[] {
  const { kind } = typeToken(subject.type);
  const violation = (path: string, value?: string): Violation => ({
    path,
    ...(value !== undefined && { value }),
    message:
      kind === "Secret"
        ? "It is Argo CD's login to another cluster."
        : `${kind} installs into another cluster.`,
    remediation,
  });
  if (kind === "Secret") {
    const label = textMapAt(subject.properties, "metadata.labels").get("argocd.argoproj.io/secret-type");
    return label === "cluster" ? [violation("metadata.labels")] : [];
  }
  return [...objectsBelow(subject.properties.spec, ["spec"])].flatMap(
    ({ object, segments, key }): Violation[] => {
      if (isObject(object.kubeConfig)) return [violation(formatPath([...segments, "kubeConfig"]))];
      // Generators of an ApplicationSet name clusters of Argo CD.
      if (key === "generators" && isObject(object.clusters))
        return [violation(formatPath([...segments, "clusters"]))];
      if (key !== "destination") return [];
      const { server, name } = object;
      if (typeof name === "string" && name !== "" && name !== "in-cluster")
        return [violation(formatPath([...segments, "name"]), name)];
      if (typeof server !== "string" || server === "") return [];
      const host = URL.parse(server)?.hostname;
      return host !== undefined && host !== "" && context.locationOf(host).kind === "own"
        ? []
        : [violation(formatPath([...segments, "server"]), server)];
    },
  );
}
