/** Waits until every pod of a stack is of the version that was brought, and ready. The engine's own wait knows single objects only. */
import { setTimeout as delay } from "node:timers/promises";
import { CheckError, exitCode, StoppedError } from "../../base/kit-error.ts";
import type { ClusterClient, KubernetesObject } from "../../cluster/cluster-client.ts";
import type { Conversation } from "./conversation.ts";

/** What CloudNativePG says of a cluster whose instances all run what it asks for. */
const healthyPhase = "Cluster in healthy state";

interface Workload extends KubernetesObject {
  readonly spec: { readonly replicas?: number; readonly instances?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly updatedReplicas?: number;
    readonly currentRevision?: string;
    readonly updateRevision?: string;
    readonly readyInstances?: number;
    readonly phase?: string;
  };
}

/**
 * One line for each part with pods that are of another version or not ready: `StatefulSet broker: 2 of 3`.
 * @throws ClusterError
 */
export async function partsNotReady(cluster: ClusterClient, namespace: string): Promise<string[]> {
  const options = { namespace, labels: "app.kubernetes.io/managed-by=rollout" };
  const lists = await Promise.all([
    cluster.list("apps/v1", "StatefulSet", options),
    cluster.list("apps/v1", "Deployment", options),
    cluster.list("postgresql.cnpg.io/v1", "Cluster", options),
  ]);
  return (lists.flat() as Workload[]).flatMap((workload) => {
    const { kind, metadata, spec } = workload;
    const wanted = (kind === "Cluster" ? spec.instances : spec.replicas) ?? 1;
    const ready = readyPods(workload, wanted);
    return ready === wanted ? [] : [`${kind} ${metadata.name}: ${ready} of ${wanted}`];
  });
}

/** @returns how many pods are of this version and ready; fewer than wanted while pods of the former one still run. */
function readyPods({ kind, metadata, status = {} }: Workload, wanted: number): number {
  if (kind === "Cluster") {
    const ready = status.readyInstances ?? 0;
    // While it replaces an instance, the others may be of the former version.
    return status.phase === healthyPhase ? ready : Math.min(ready, wanted - 1);
  }
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 0;
  const { replicas = 0, readyReplicas = 0, currentRevision, updateRevision } = status;
  // Kubernetes leaves out how many are updated once all are.
  const isUpdated = kind === "StatefulSet" && currentRevision === updateRevision;
  const updated = isUpdated ? replicas : (status.updatedReplicas ?? 0);
  const former = Math.max(0, replicas - updated);
  return Math.max(0, Math.min(updated, readyReplicas - former, wanted));
}

export interface Patience {
  /** Between two looks, in milliseconds. */
  readonly interval: number;
  /** How long nothing may change, in milliseconds. */
  readonly longest: number;
}

/** A broker may take ten minutes to hand over its connections before its pod is replaced. */
const standardPatience: Patience = { interval: 5_000, longest: 20 * 60_000 };

/** @throws CheckError where nothing has changed for too long, StoppedError, ClusterError */
export async function waitUntilReady(
  cluster: ClusterClient,
  namespace: string,
  conversation: Conversation,
  { interval, longest }: Patience = standardPatience,
): Promise<void> {
  await conversation.step("Pods of this version", async (tell) => {
    let before = "";
    let since = performance.now();
    for (;;) {
      const parts = await partsNotReady(cluster, namespace);
      if (parts.length === 0) return tell("all are ready");
      const text = parts.join(", ");
      tell(text);
      if (text !== before) since = performance.now();
      before = text;
      if (performance.now() - since >= longest)
        throw new CheckError(
          `Not every pod is of this version and ready: ${text}.`,
          "`kubectl describe pod` says what it waits for. Then run the same command again.",
        );
      await delay(interval, undefined, { signal: conversation.signal }).catch(() => {});
      if (conversation.signal.aborted)
        throw new StoppedError(
          `Stopped before every pod was ready: ${text}. Run the same command again to go on.`,
          exitCode.interrupted,
        );
    }
  });
}
