/**
 * How a stack's data is divided: the broker's queues, and the pods of each StatefulSet with their disks. A change that has
 * fewer of them, or other disks, leaves stored data where nothing reads it.
 */

import { kitPath } from "../base/package-root.ts";
import { parseQuantity } from "../base/quantity.ts";
import { at, kindOf, type Plan, type Properties } from "./plan.ts";

/** An object of a plan, of the engine's state or of a cluster. */
export interface TopologyObject {
  /** `StatefulSet`. */
  readonly kind: string;
  /** With `metadata`, and `spec` or `data`. */
  readonly properties: Properties;
}

interface PodsWithDisks {
  readonly replicas: number;
  /** Quantity of each pod's disk, as `30Gi`. */
  readonly storage: string;
}

export interface Topology {
  /** The broker's queues of readings; undefined where the objects have no broker. */
  readonly queues: number | undefined;
  /** By the StatefulSet's name. */
  readonly sets: ReadonlyMap<string, PodsWithDisks>;
}

/** What a change would do to stored data, and what to do instead. */
export interface TopologyLoss {
  /** One sentence. */
  readonly what: string;
  readonly remediation: string;
}

/** File of the broker's ConfigMap. */
export const definitionsFile = "definitions.json";
const shardName = /^time-series-store-shard-\d+$/;

export const plannedTopology = ({ resources }: Pick<Plan, "resources">): Topology =>
  topologyOf(resources.map((resource) => ({ kind: kindOf(resource), properties: resource.properties })));

export function topologyOf(objects: Iterable<TopologyObject>): Topology {
  let queues: number | undefined;
  const sets = new Map<string, PodsWithDisks>();
  for (const { kind, properties } of objects) {
    const definitions = kind === "ConfigMap" ? at(properties, "data", definitionsFile) : undefined;
    if (typeof definitions === "string") queues = queuesOf(definitions);
    const name = at(properties, "metadata", "name");
    if (kind !== "StatefulSet" || typeof name !== "string") continue;
    const storage = at(
      properties,
      ...["spec", "volumeClaimTemplates", 0, "spec", "resources", "requests", "storage"],
    );
    const replicas = Number(at(properties, "spec", "replicas") ?? 1);
    sets.set(name, { replicas, storage: String(storage ?? "") });
  }
  return { queues, sets };
}

function queuesOf(definitions: string): number | undefined {
  try {
    const { queues } = JSON.parse(definitions) as { queues?: unknown };
    return Array.isArray(queues) ? queues.length : undefined;
  } catch {
    // Somebody else's file.
    return undefined;
  }
}

/** @returns what the change would strand or lose, one entry for each kind of change; none where it only grows. */
export function topologyLosses(before: Topology, after: Topology): TopologyLoss[] {
  // Where nothing of the stack runs, or the plan is of something else, nothing is divided otherwise.
  if (after.sets.size === 0) return [];
  return [
    ...queueLosses(before, after),
    ...brokerLosses(before, after),
    ...keeperLosses(before, after),
    ...shardLosses(before, after),
    ...diskLosses(before, after),
  ];
}

function queueLosses({ queues: had }: Topology, { queues }: Topology): TopologyLoss[] {
  if (had === undefined || queues === undefined || queues >= had) return [];
  return [
    {
      what: `${had} queues of readings become ${queues}: acknowledged readings would stay in queues that the file no longer names.`,
      remediation: `Set hosting.sizes.broker.queues to ${had}.`,
    },
  ];
}

function brokerLosses(before: Topology, after: Topology): TopologyLoss[] {
  const had = before.sets.get("broker")?.replicas ?? 0;
  const wanted = after.sets.get("broker")?.replicas ?? 0;
  if (wanted >= had) return [];
  return [
    {
      what: `${had} brokers become ${wanted}: acknowledged readings on the disks of the others would be lost, and queues would have no majority.`,
      remediation: `Set hosting.sizes.broker.replicas to ${had}.`,
    },
  ];
}

/** More keepers at once could agree without the first one, which knows the data parts. */
function keeperLosses(before: Topology, after: Topology): TopologyLoss[] {
  const had = before.sets.get("keeper")?.replicas;
  const wanted = after.sets.get("keeper")?.replicas ?? 0;
  if (had === undefined || wanted === had) return [];
  return [
    {
      what: `${had} ${had === 1 ? "keeper becomes" : "keepers become"} ${wanted}: a majority without its records would lose track of which replica has which data.`,
      remediation:
        had === 1
          ? `Leave hosting.sizes.timeSeries.shards and .replicas at 1. For a larger store make a backup and restore it into a new stack (${kitPath("docs/backup.md")}).`
          : "Keep more than one server of the time-series store under hosting.sizes.timeSeries.",
    },
  ];
}

function shardLosses(before: Topology, after: Topology): TopologyLoss[] {
  const [old, fresh] = [shardsOf(before), shardsOf(after)];
  if (old.length === 0) return [];
  const gone = old.filter(([name]) => !after.sets.has(name)).length;
  const replicas = (shards: typeof old) => Math.max(...shards.map(([, shard]) => shard.replicas));
  const fewer = old.filter(([name, { replicas }]) => replicas > (after.sets.get(name)?.replicas ?? replicas));
  return [
    ...(gone === 0
      ? []
      : [
          {
            what: `${old.length} shards of the time-series store become ${fresh.length}: the readings on ${gone} of them would vanish from every page and figure.`,
            remediation: `Set hosting.sizes.timeSeries.shards to ${old.length}.`,
          },
        ]),
    ...(fewer.length === 0
      ? []
      : [
          {
            what: `${replicas(fewer)} replicas of each shard become ${replicas(fresh)}: readings that only the removed replicas hold would be lost.`,
            remediation: `Set hosting.sizes.timeSeries.replicas to ${replicas(fewer)}.`,
          },
        ]),
  ];
}

const shardsOf = ({ sets }: Topology) => [...sets].filter(([name]) => shardName.test(name));

/** Where each part's disk is set; the keepers' has no setting. */
const diskSettings: Readonly<Record<string, string>> = {
  broker: "hosting.sizes.broker.storage",
  "time-series-store": "hosting.sizes.timeSeries.storage",
};

/** Kubernetes changes no claim of a StatefulSet: the engine would replace it with all its pods, and the old disks would come back. */
function diskLosses(before: Topology, after: Topology): TopologyLoss[] {
  const losses = new Map<string, TopologyLoss>();
  for (const [name, { storage: had }] of before.sets) {
    const wanted = after.sets.get(name)?.storage;
    if (wanted === undefined || parseQuantity(wanted) === parseQuantity(had)) continue;
    const part = shardName.test(name) ? "time-series-store" : name;
    const grows = (parseQuantity(wanted) ?? 0) > (parseQuantity(had) ?? 0);
    const setting = diskSettings[part];
    losses.set(part, {
      what: `The disks of ${part} become ${wanted} instead of ${had}: all its pods would stop at once, and come back with the disks of ${had}.`,
      remediation: [
        ...(setting === undefined ? [] : [`Set ${setting} to ${had}.`]),
        ...(grows
          ? [
              `"Larger disks" in ${kitPath("docs/rolling-out.md")} says how to enlarge them while the pods run.`,
            ]
          : []),
      ].join(" "),
    });
  }
  return [...losses.values()];
}
