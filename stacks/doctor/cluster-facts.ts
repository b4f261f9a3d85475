/** Reads once, as plain data, what the doctor needs of a cluster; the checks then need no cluster. */
import { parseMebibytes, parseProcessors } from "../../base/quantity.ts";
import type { ClusterClient, KubernetesObject } from "../../cluster/cluster-client.ts";
import { ClusterError } from "../../cluster/cluster-error.ts";

export interface Node {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** It accepts new pods. */
  readonly open: boolean;
  /** Its size without the requests of pods of other namespaces: thousandths of a processor, MiB. */
  readonly free: { readonly cpu: number; readonly memory: number };
}

export interface ClusterFacts {
  /** `v1.34.4`. */
  readonly version: string;
  /** By how much its clock is ahead of this machine's, in milliseconds. */
  readonly clockAhead: number | undefined;
  /** This list and the others are undefined where the login may not read them. */
  readonly nodes: readonly Node[] | undefined;
  readonly storageClasses: readonly KubernetesObject[] | undefined;
  readonly csiDrivers: readonly string[] | undefined;
  readonly ingressClasses: readonly KubernetesObject[] | undefined;
  readonly gatewayClasses: readonly KubernetesObject[] | undefined;
  /** Names of the namespace's Secrets; undefined where the login may not list them. */
  readonly secrets: readonly string[] | undefined;
  readonly quotas: readonly KubernetesObject[] | undefined;
  readonly deployments: readonly KubernetesObject[] | undefined;
  readonly loadBalancerSeen: boolean | undefined;
}

/** @throws ClusterError where the cluster can't be reached at all. */
export async function readFacts(client: ClusterClient, namespace: string): Promise<ClusterFacts> {
  const { gitVersion } = await client.get<{ gitVersion: string }>("/version");
  const before = Date.now();
  const clock = await client.clock();
  const middle = (before + Date.now()) / 2;
  const read = (apiVersion: string, kind: string, within?: string) =>
    client
      .list(apiVersion, kind, within === undefined ? {} : { namespace: within })
      .catch((error: unknown): undefined => {
        if (error instanceof ClusterError && error.reason !== "unreachable") return undefined;
        throw error;
      });
  const [
    nodes,
    pods,
    storageClasses,
    csiDrivers,
    ingressClasses,
    gatewayClasses,
    secrets,
    quotas,
    deployments,
    services,
  ] = await Promise.all([
    read("v1", "Node"),
    read("v1", "Pod"),
    read("storage.k8s.io/v1", "StorageClass"),
    read("storage.k8s.io/v1", "CSIDriver"),
    read("networking.k8s.io/v1", "IngressClass"),
    read("gateway.networking.k8s.io/v1", "GatewayClass"),
    read("v1", "Secret", namespace),
    read("v1", "ResourceQuota", namespace),
    read("apps/v1", "Deployment"),
    read("v1", "Service"),
  ]);
  const names = (objects: readonly KubernetesObject[] | undefined) =>
    objects?.map(({ metadata }) => metadata.name);
  return {
    version: gitVersion,
    // The header has whole seconds: in the middle of the second the error is smallest.
    clockAhead: clock === undefined ? undefined : clock + 500 - middle,
    nodes: nodes?.map((node) =>
      nodeOf(
        node,
        (pods ?? []).filter((pod) => pod.metadata.namespace !== namespace),
      ),
    ),
    storageClasses,
    csiDrivers: names(csiDrivers),
    ingressClasses,
    gatewayClasses,
    secrets: names(secrets),
    quotas,
    deployments,
    loadBalancerSeen: services?.some((service) => {
      const { status } = service as { status?: { loadBalancer?: { ingress?: readonly unknown[] } } };
      return (status?.loadBalancer?.ingress ?? []).length > 0;
    }),
  };
}

interface NodeObject extends KubernetesObject {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly effect: string }[];
  };
  readonly status?: {
    readonly allocatable?: { readonly cpu?: string; readonly memory?: string };
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

interface PodObject extends KubernetesObject {
  readonly spec?: {
    readonly nodeName?: string;
    readonly containers?: readonly {
      readonly resources?: { readonly requests?: { readonly cpu?: string; readonly memory?: string } };
    }[];
  };
  readonly status?: { readonly phase?: string };
}

function nodeOf(object: KubernetesObject, pods: readonly KubernetesObject[]): Node {
  const { metadata, spec, status } = object as NodeObject;
  const ready = status?.conditions?.find(({ type }) => type === "Ready")?.status === "True";
  const closed = (spec?.taints ?? []).some(({ effect }) => effect === "NoSchedule" || effect === "NoExecute");
  const here = (pods as readonly PodObject[]).filter(
    (pod) =>
      pod.spec?.nodeName === metadata.name &&
      pod.status?.phase !== "Succeeded" &&
      pod.status?.phase !== "Failed",
  );
  const asked = here
    .flatMap((pod) => pod.spec?.containers ?? [])
    .map(({ resources }) => resources?.requests ?? {});
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    name: metadata.name,
    labels: metadata.labels ?? {},
    open: ready && spec?.unschedulable !== true && !closed,
    free: {
      cpu: parseProcessors(status?.allocatable?.cpu) - sum(asked.map(({ cpu }) => parseProcessors(cpu))),
      memory: Math.floor(
        parseMebibytes(status?.allocatable?.memory) - sum(asked.map(({ memory }) => parseMebibytes(memory))),
      ),
    },
  };
}
