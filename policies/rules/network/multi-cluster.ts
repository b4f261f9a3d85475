/** No workload or Service is exported to other clusters. */
import type { ResourcePolicy } from "../../engine/policy.ts";
import { typeToken } from "../../resources/resource.ts";

export const multiCluster: ResourcePolicy = {
  id: "multi-cluster",
  area: "network",
  scope: "resource",
  title: "Nothing is exported to other clusters.",
  risk: "Multi-cluster services and federation copy workloads, Secrets and traffic to clusters that these policies don't check.",
  types: [
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
  check: ({ type }) => ({
    path: "",
    value: typeToken(type).kind,
    message: `${typeToken(type).kind} shares this cluster with others.`,
    remediation: "Remove it, or add a waiver where the other cluster is in the country.",
  }),
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
apiVersion: multicluster.x-k8s.io/v1alpha1
kind: ServiceExport
metadata: { name: broker, namespace: rollout }`,
        findings: `rollout/ServiceExport/broker: ServiceExport shares this cluster with others. Remove it, or add a waiver where the other cluster is in the country.`,
      },
    ],
  },
};
