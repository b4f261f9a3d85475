/**
 * What runs in the stack's namespace of a cluster, and the objects of the cluster that belong to it: volumes, storage
 * classes, nodes, role bindings. It only reads.
 */
import type { ClusterClient, KubernetesObject } from "../../cluster/cluster-client.ts";
import { ClusterError } from "../../cluster/cluster-error.ts";
import { displayName, isObject, type JsonObject, type Resource, typeToken } from "../resources/resource.ts";

export interface Live {
  readonly resources: readonly Resource[];
  /** Kinds that the login may not list, such as `Secret`. */
  readonly unreadable: readonly string[];
}

/** Kinds that the cluster keeps for itself and that hold no setting of the stack. */
const clusterKinds = new Set(["Event", "Lease", "ControllerRevision", "PodMetrics", "NodeMetrics"]);

/**
 * @param planned resources that are also looked up by name outside the namespace.
 * @throws ClusterError
 */
export async function readLive(
  client: ClusterClient,
  namespace: string,
  planned: readonly Resource[],
): Promise<Live> {
  const unreadable = new Set<string>();
  const list = async (apiVersion: string, kind: string, within?: string): Promise<KubernetesObject[]> => {
    try {
      return await client.list(apiVersion, kind, within === undefined ? {} : { namespace: within });
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== "forbidden") throw error;
      unreadable.add(kind);
      return [];
    }
  };
  const kinds = await namespacedKinds(client);
  const inside = (
    await Promise.all(kinds.map(({ apiVersion, kind }) => list(apiVersion, kind, namespace)))
  ).flat();
  const elsewhere = await Promise.all(
    plannedElsewhere(planned, namespace).map(async ({ apiVersion, kind, within, names }) =>
      (await list(apiVersion, kind, within)).filter(({ metadata }) => names.has(metadata.name)),
    ),
  );
  const [nodes, volumes, classes, bindings] = await Promise.all([
    list("v1", "Node"),
    list("v1", "PersistentVolume"),
    list("storage.k8s.io/v1", "StorageClass"),
    list("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
  ]);
  const claimed = volumes.filter(({ spec }) => fieldOf(fieldOf(spec, "claimRef"), "namespace") === namespace);
  const used = new Set([
    ...claimed.map(({ spec }) => fieldOf(spec, "storageClassName")),
    ...inside
      .filter(({ kind }) => kind === "PersistentVolumeClaim")
      .map(({ spec }) => fieldOf(spec, "storageClassName")),
  ]);
  const given = bindings.filter(
    ({ subjects }) =>
      Array.isArray(subjects) && subjects.some((one) => fieldOf(one, "namespace") === namespace),
  );
  const found = [
    ...elsewhere.flat(),
    ...nodes,
    ...claimed,
    ...classes.filter(({ metadata }) => used.has(metadata.name)),
    ...given,
    ...inside.filter(runs),
  ].map(liveResource);
  const once = new Map(found.map((resource) => [resource.urn, resource]));
  return { resources: [...once.values()], unreadable: [...unreadable].sort() };
}

interface PlannedElsewhere {
  readonly apiVersion: string;
  readonly kind: string;
  readonly within: string | undefined;
  readonly names: Set<string>;
}

/** Planned objects outside of the stack's namespace, by kind. */
function plannedElsewhere(planned: readonly Resource[], namespace: string): PlannedElsewhere[] {
  const kinds = new Map<string, PlannedElsewhere>();
  for (const { type, properties } of planned) {
    const token = typeToken(type);
    const { metadata } = properties;
    if (token.package !== "kubernetes" || !isObject(metadata) || typeof metadata.name !== "string") continue;
    if (metadata.namespace === namespace) continue;
    const within = typeof metadata.namespace === "string" ? metadata.namespace : undefined;
    const key = `${type} ${within ?? ""}`;
    const apiVersion = token.module.replace(/^core\//, "");
    const known = kinds.get(key) ?? { apiVersion, kind: token.kind, within, names: new Set<string>() };
    known.names.add(metadata.name);
    kinds.set(key, known);
  }
  return [...kinds.values()];
}

async function namespacedKinds(client: ClusterClient): Promise<{ apiVersion: string; kind: string }[]> {
  const { groups } = await client.get<{ groups: { preferredVersion: { groupVersion: string } }[] }>("/apis");
  const versions = ["v1", ...groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const lists = await Promise.all(
    versions.map(async (apiVersion) =>
      (await client.resources(apiVersion))
        .filter(
          ({ name, kind, namespaced, verbs }) =>
            namespaced && verbs.includes("list") && !name.includes("/") && !clusterKinds.has(kind),
        )
        .map(({ kind }) => ({ apiVersion, kind })),
    ),
  );
  return lists.flat();
}

/** Pods that have ended don't count, nor do ReplicaSets of a Deployment, which repeat the Deployment. */
function runs({ kind, status, metadata }: KubernetesObject): boolean {
  if (kind === "Pod") return !["Succeeded", "Failed"].includes(String(fieldOf(status, "phase")));
  return kind !== "ReplicaSet" || !metadata.ownerReferences?.some((owner) => owner.kind === "Deployment");
}

export function liveResource({ apiVersion, kind, status, ...object }: KubernetesObject): Resource {
  const { managedFields: _, ...metadata } = object.metadata as KubernetesObject["metadata"] & {
    readonly managedFields?: unknown;
  };
  const annotations = { ...metadata.annotations };
  // It repeats the whole object as kubectl last applied it.
  delete annotations["kubectl.kubernetes.io/last-applied-configuration"];
  const loadBalancer = fieldOf(status, "loadBalancer");
  const properties = {
    apiVersion,
    kind,
    ...object,
    metadata: { ...metadata, ...(metadata.annotations !== undefined && { annotations }) },
    // The addresses that the cluster assigned.
    ...(loadBalancer !== undefined && { status: { loadBalancer } }),
  } as unknown as JsonObject;
  const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  const name = displayName(type, metadata.name, properties);
  return { type, name, urn: `urn:live::${type}::${name}`, properties };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
