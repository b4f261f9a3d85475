/** The volumes of a stack in its cluster: which go with it, which are kept, and which an earlier stack of the namespace left. */
import { EnvironmentError } from "../../base/kit-error.ts";
import type { ClusterClient, KubernetesObject } from "../../cluster/cluster-client.ts";

interface Volume extends KubernetesObject {
  readonly spec: {
    readonly claimRef?: { readonly namespace?: string; readonly name?: string; readonly uid?: string };
    readonly persistentVolumeReclaimPolicy?: string;
  };
}

export interface StackVolume {
  /** Of the volume. */
  readonly name: string;
  readonly claim: string;
  /** The cluster deletes it when its claim goes. */
  readonly goesWithClaim: boolean;
}

export interface StackVolumes {
  /** Of the claims that the stack's parts made. */
  readonly own: readonly StackVolume[];
  /** Of other claims in the namespace. */
  readonly others: readonly StackVolume[];
  /** Whose claim is gone: an earlier `down` kept them. */
  readonly left: readonly StackVolume[];
}

export const noVolumes: StackVolumes = { own: [], others: [], left: [] };

/** @throws ClusterError */
export async function volumesOf(cluster: ClusterClient, namespace: string): Promise<StackVolumes> {
  const claims = await cluster.list("v1", "PersistentVolumeClaim", { namespace });
  const byUid = new Map(claims.map((claim) => [claim.metadata.uid, claim]));
  const volumes = ((await cluster.list("v1", "PersistentVolume")) as Volume[])
    .filter(({ spec }) => spec.claimRef?.namespace === namespace)
    .map(({ metadata, spec }) => {
      const claim = byUid.get(spec.claimRef?.uid);
      const { name = "" } = spec.claimRef ?? {};
      const goesWithClaim = spec.persistentVolumeReclaimPolicy === "Delete";
      return { claim, volume: { name: metadata.name, claim: name, goesWithClaim } };
    });
  const those = (matches: (claim: KubernetesObject | undefined) => boolean) =>
    volumes.filter(({ claim }) => matches(claim)).map(({ volume }) => volume);
  return {
    own: those((claim) => claim !== undefined && isOfStack(claim)),
    others: those((claim) => claim !== undefined && !isOfStack(claim)),
    left: those((claim) => claim === undefined),
  };
}

/** CloudNativePG labels the claims of its instances with the name of their Cluster. */
const isOfStack = ({ metadata: { labels = {} } }: KubernetesObject): boolean =>
  labels["app.kubernetes.io/managed-by"] === "rollout" || labels["cnpg.io/cluster"] === "relational-store";

/** Makes the cluster delete them with their claims, also when this run is interrupted before. @throws ClusterError */
export async function releaseVolumes(cluster: ClusterClient, volumes: readonly StackVolume[]): Promise<void> {
  for (const { name } of volumes)
    await cluster.patch(`/api/v1/persistentvolumes/${name}`, {
      spec: { persistentVolumeReclaimPolicy: "Delete" },
    });
}

/** Deletes those of them that are still there: nothing provisions them, so nothing deleted them. @throws ClusterError */
export async function deleteVolumes(cluster: ClusterClient, volumes: readonly StackVolume[]): Promise<void> {
  const present = new Set(
    (await cluster.list("v1", "PersistentVolume")).map(({ metadata }) => metadata.name),
  );
  for (const { name } of volumes)
    if (present.has(name)) await cluster.delete(`/api/v1/persistentvolumes/${name}`);
}

/** `data-broker-0 (pvc-1), …`. */
export const listed = (volumes: readonly StackVolume[]): string =>
  volumes.map(({ name, claim }) => `${claim} (${name})`).join(", ");

/** The refusal to remove data: a database's claims go with its Cluster, and all others with the namespace. */
export function volumesWouldGo({ own, others }: StackVolumes): EnvironmentError | undefined {
  const gone = [...own, ...others].filter(({ goesWithClaim }) => goesWithClaim);
  if (gone.length === 0) return undefined;
  return new EnvironmentError(
    `These volumes would be deleted with all data on them, because their storage class deletes them with their claims: ${listed(gone)}. Nothing was removed.`,
    "Make a backup, then add --delete-data if the data may be deleted.",
  );
}

/** What `down` says of volumes before it asks. @param deleteData whether those of the stack are deleted. */
export function lossesOfVolumes({ own, others, left }: StackVolumes, deleteData: boolean): string[] {
  const gone = deleteData ? [...own, ...others.filter(({ goesWithClaim }) => goesWithClaim)] : [];
  return [
    ...(gone.length === 0 ? [] : [`These volumes are deleted, with their data: ${listed(gone)}.`]),
    ...(left.length === 0
      ? []
      : [`These volumes are not of this stack and stay: an earlier one left them. ${listed(left)}.`]),
  ];
}
