/** How many nodes of which type the stack needs: pure formulas over the sizes of its parts. */
import type { ScaledSize, StackSize, StatefulSize } from "../sizing.ts";

export interface NodePool {
  /** EC2 instance types, best first. */
  readonly instanceTypes: readonly string[];
  /** Nodes in each zone. */
  readonly perZone: number;
  /** EKS's name for the nodes' operating system. */
  readonly imageType: "AL2023_x86_64_STANDARD" | "AL2023_ARM_64_STANDARD";
}

interface InstanceSize {
  /** Processors. */
  readonly cpu: number;
  /** MiB. */
  readonly memory: number;
}

/** General-purpose types of the fifth generation, which every region has. */
const family = "m5";
const sizes = [
  "large",
  "xlarge",
  "2xlarge",
  "4xlarge",
  "8xlarge",
  "12xlarge",
  "16xlarge",
  "24xlarge",
] as const;

/** What the operating system, kubelet and add-ons use on each node. */
const reserved = { cpu: 500, memory: 1536 } as const;

/** For new pods that start before the old ones stop, and for what operators and tests run. */
const headroom = 1.3;

/** The largest part of a node for one pod: the rest of a node that one pod fills is hard to use. */
const largestShare = 0.7;

/** @param given the file's own instance types. The first counts; they should be alike. */
export function nodePool(size: StackSize, zones: number, given: readonly string[] | undefined): NodePool {
  const pods = podsOf(size);
  const largest = {
    cpu: Math.max(...pods.map(({ cpu }) => cpu)),
    memory: Math.max(...pods.map(({ memory }) => memory)),
  };
  const instanceTypes = given ?? [
    `${family}.${
      sizes.find((name) => {
        const room = roomOf(`${family}.${name}`);
        return largest.cpu <= room.cpu * largestShare && largest.memory <= room.memory * largestShare;
      }) ?? sizes[sizes.length - 1]
    }`,
  ];
  const first = instanceTypes[0] ?? `${family}.${sizes[0]}`;
  const room = roomOf(first);
  const total = (amount: "cpu" | "memory") => pods.reduce((sum, pod) => sum + pod[amount] * pod.count, 0);
  const nodes = Math.max(
    ...(["cpu", "memory"] as const).map((amount) => (total(amount) * headroom) / room[amount]),
  );
  return {
    instanceTypes,
    perZone: Math.max(1, Math.ceil(nodes / zones)),
    imageType: isArm(first) ? "AL2023_ARM_64_STANDARD" : "AL2023_x86_64_STANDARD",
  };
}

function podsOf({ broker, keeper, timeSeries, ingest, analytics, diagnostic }: StackSize) {
  const stateful = ({ replicas, cpu, memory }: StatefulSize, times = 1) => ({
    count: replicas * times,
    cpu,
    memory,
  });
  // At their largest, because a node takes minutes to start, too long for the start of a shift.
  const scaled = ({ maximumReplicas, cpu, memory }: ScaledSize) => ({ count: maximumReplicas, cpu, memory });
  return [
    stateful(broker),
    stateful(keeper),
    stateful(timeSeries, timeSeries.shards),
    ...[ingest, analytics, diagnostic].map(scaled),
  ];
}

/** What pods may request on a node of the type, in thousandths of a processor and MiB. */
function roomOf(type: string): InstanceSize {
  const { cpu, memory } = instanceSize(type);
  return { cpu: cpu * 1000 - reserved.cpu, memory: memory - reserved.memory };
}

/**
 * By the rules of EC2's names (docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html): c, m and r have 2,
 * 4 and 8 GiB for each processor, and the number before "xlarge" counts four processors.
 */
function instanceSize(type: string): InstanceSize {
  const [kind = "", size = ""] = type.split(".");
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  const cpu = times === undefined ? 2 : 4 * Number(times || 1);
  const gibibytesPerProcessor = kind.startsWith("c") ? 2 : /^[rx]/.test(kind) ? 8 : 4;
  return { cpu, memory: cpu * gibibytesPerProcessor * 1024 };
}

/** Graviton: a "g" after the generation, as in m7g, r8gd. */
const isArm = (type: string): boolean => /^[a-z]+\d+g/.test(type) || type.startsWith("a1.");
