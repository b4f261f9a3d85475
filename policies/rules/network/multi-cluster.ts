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

/** Kinds that exist to share with, or to follow, other clusters. */
const otherKinds = [
  "net.gke.io:ServiceExport ServiceImport",
  "networking.gke.io:MultiClusterIngress MultiClusterService",
  "multicluster.linkerd.io:Link",
  "multicluster.admiralty.io:Cluster ClusterTarget Target Source",
  "skupper.io:Site Listener Connector AccessGrant AccessToken AttachedConnector",
  "submariner.io:Endpoint Gateway GlobalIngressIP ClusterGlobalEgressIP",
  "liqo.io:ForeignCluster VirtualNode",
  "core.liqo.io:ForeignCluster",
  "networking.karmada.io:MultiClusterIngress MultiClusterService",
  "work.karmada.io:Work ResourceBinding",
  "policy.karmada.io:OverridePolicy ClusterOverridePolicy",
  "types.kubefed.io:FederatedService FederatedConfigMap FederatedStatefulSet FederatedIngress FederatedNamespace",
  "work.open-cluster-management.io:ManifestWork ManifestWorkReplicaSet",
  "cluster.open-cluster-management.io:Placement ManagedClusterSetBinding",
  "fleet.cattle.io:Bundle GitRepo",
  "consul.hashicorp.com:ExportedServices PeeringAcceptor PeeringDialer MeshGateway",
  "kuma.io:MeshMultiZoneService Zone ZoneEgress ZoneIngress",
  "appmesh.k8s.aws:GatewayRoute",
  "topology.clustermesh.cilium.io:ClusterMesh",
].flatMap((entry) => {
  const [group = "", kinds = ""] = entry.split(":");
  return kinds.split(" ").map((kind) => `kubernetes:${group}/*:${kind}`);
});

/** Objects that meshes and plug-ins share by a label or an annotation. */
const objects = [
  "kubernetes:core/*:Service",
  "kubernetes:core/*:Namespace",
  "kubernetes:core/*:Secret",
  "kubernetes:core/*:ConfigMap",
  "kubernetes:apps/*:Deployment",
  "kubernetes:apps/*:StatefulSet",
  "kubernetes:networking.istio.io/*:ServiceEntry",
];

const objectKeys = new Set(objects.map(typeKey));

const shared =
  /^(service|io)\.cilium(\.io)?\/(global|shared|affinity|global-service|shared-service)|^(multicluster|mirror)\.linkerd\.io\/(exported|cluster-name|remote)|^istio\.io\/global$|^topology\.istio\.io\/(network|cluster)$|^networking\.istio\.io\/exportTo$|^skupper\.io\/|^consul\.hashicorp\.com\/service-(sync|export)|^networking\.gke\.io\/(multi|export)|^(liqo|offloading\.liqo)\.io\/|^multicluster\.admiralty\.io\/|^(kubefed|federation)\.|^kubed\.appscode\.com\/sync-contexts$|^(propagationpolicy|clusterpropagationpolicy)\.karmada\.io\/|^(multicluster|mcs)\.[\w.-]+\/export|^traffic\.(cluster|mesh)\.|^lighthouse\.submariner\.io\/|^submariner\.io\/|^replicator\.v1\.mittwald\.de\/replicate-to-clusters/;
const notShared = /^(false|none|no|disabled|0)$/i;

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
    ...otherKinds,
    ...objects,
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.5.14", "A.8.22"], nist80053: ["AC-4", "CA-9"] },
  remediation,
  check(subject, context) {
    const { kind } = typeToken(subject.type);
    const key = typeKey(subject.type);
    const found = [
      ...(isInstaller.has(key) ? otherClusters(subject, context) : []),
      ...(objectKeys.has(key) ? sharing(subject) : []),
    ];
    if (isInstaller.has(key) || objectKeys.has(key)) return found;
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
apiVersion: v1
kind: Service
metadata: { name: broker, namespace: rollout, annotations: { service.cilium.io/global: "true" } }
spec: { ports: [{ port: 8883 }] }`,
        findings: `rollout/Service/broker metadata.annotations["service.cilium.io/global"]: service.cilium.io/global: true shares it with other clusters. Remove it, or add a waiver where the other cluster is in the country.`,
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

function sharing({ properties }: Resource): Violation[] {
  return ["metadata.annotations", "metadata.labels"].flatMap((place) =>
    [...textMapAt(properties, place)]
      .filter(([key, value]) => shared.test(key) && !notShared.test(value))
      .map(([key, value]) => ({
        path: `${place}["${key}"]`,
        value,
        message: `${key}: ${value} shares it with other clusters.`,
        remediation,
      })),
  );
}
