/** How much of the cluster the namespace may use: what the stack requests at its largest, and room for an upgrade. */
import type { Quota } from "../../components/network.ts";
import type { ScaledSize, StackSize, StatefulSize } from "../../components/sizing.ts";

/** For new pods that start before the old ones stop, operators' jobs and restored volumes. */
const headroom = 1.5;

/** @param parts which of them run in the namespace. */
export function resourceQuota(
  size: StackSize,
  parts: { readonly loadBalancer: boolean; readonly relationalStore: boolean },
): Quota {
  const { broker, keeper, timeSeries } = size;
  const relational = parts.relationalStore ? size.relational : { ...size.relational, replicas: 0 };
  const stateful: StatefulSize[] = [
    broker,
    keeper,
    { ...timeSeries, replicas: timeSeries.replicas * timeSeries.shards },
    relational,
  ];
  const scaled: ScaledSize[] = [size.ingest, size.analytics, size.diagnostic];
  const sum = (amount: "cpu" | "memory") =>
    stateful.reduce((total, part) => total + part.replicas * part[amount], 0) +
    scaled.reduce((total, part) => total + (part.maximumReplicas + 1) * part[amount], 0);
  const replicas = stateful.reduce((total, part) => total + part.replicas, 0);
  // The relational store keeps its write-ahead log on a second volume of half the size.
  const storage =
    stateful.reduce((total, part) => total + part.replicas * part.storage, 0) +
    relational.replicas * Math.max(5, Math.ceil(relational.storage / 2));
  const room = (amount: number) => Math.ceil(amount * headroom);
  return {
    cpu: Math.ceil(room(sum("cpu") + 1000) / 1000) * 1000,
    memory: Math.ceil(room(sum("memory") + 2048) / 1024) * 1024,
    storage: room(storage),
    volumes: room(replicas + relational.replicas),
    pods: room(replicas + scaled.reduce((total, part) => total + part.maximumReplicas + 1, 0) + 10),
    loadBalancers: parts.loadBalancer ? 1 : 0,
    // A load balancer uses a node port for each port that it serves.
    nodePorts: 1,
  };
}
