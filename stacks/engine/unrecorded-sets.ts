/** StatefulSets that an interrupted run had made and not recorded. */
import { setTimeout as delay } from "node:timers/promises";
import type { ClusterClient } from "../../cluster/cluster-client.ts";
import { ClusterError } from "../../cluster/cluster-error.ts";
import { at, type Properties } from "../../plan/plan.ts";
import type { RecordedResource } from "./country-stack.ts";

const statefulSet = "kubernetes:apps/v1:StatefulSet";

/**
 * Removes them without their pods, which the engine's new ones find again by their labels. They can't be taken over: what the
 * cluster has filled in below their claims would count as somebody else's, and their claims can't be changed.
 * @param begun what the interrupted run was making.
 * @param recorded what the state has, read from the cluster after that run.
 * @throws ClusterError
 */
export async function removeUnrecordedSets(
  cluster: ClusterClient,
  begun: readonly RecordedResource[],
  recorded: readonly RecordedResource[],
  signal: AbortSignal,
): Promise<void> {
  const known = new Set(
    recorded.filter(({ pendingReplacement }) => !pendingReplacement).map(({ urn }) => urn),
  );
  for (const { urn, type, inputs } of begun) {
    if (type !== statefulSet || known.has(urn)) continue;
    const named = (field: string) => encodeURIComponent(String(at(inputs as Properties, "metadata", field)));
    const path = `/apis/apps/v1/namespaces/${named("namespace")}/statefulsets/${named("name")}`;
    if (!(await exists(cluster, path))) continue;
    await cluster.delete(`${path}?propagationPolicy=Orphan`);
    // The cluster first writes its pods' owners anew.
    while (!signal.aborted && (await exists(cluster, path)))
      await delay(500, undefined, { signal }).catch(() => {});
  }
}

async function exists(cluster: ClusterClient, path: string): Promise<boolean> {
  try {
    await cluster.get(path);
    return true;
  } catch (error) {
    if (error instanceof ClusterError && error.reason === "not-found") return false;
    throw error;
  }
}
