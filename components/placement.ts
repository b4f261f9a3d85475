/** Keeps pods and volumes in the country's zones and spreads replicas over them. */
import type { types } from "@pulumi/kubernetes";
import { type PartName, selectorLabels } from "./part.ts";

const zoneLabel = "topology.kubernetes.io/zone";

export interface Placement {
  /** Values of topology.kubernetes.io/zone that are in the country; none means the whole cluster. */
  readonly zones: readonly string[];
  /** Labels that a node must carry. */
  readonly nodeSelector: Readonly<Record<string, string>>;
  /** Of all volumes; the cluster's default where absent. */
  readonly storageClass?: string;
}

export function nodeAffinity({ zones }: Placement): types.input.core.v1.Affinity | undefined {
  if (zones.length === 0) return undefined;
  return {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: zoneLabel, operator: "In", values: [...zones].sort() }] },
        ],
      },
    },
  };
}

/**
 * Spreads replicas over all zones, and over different nodes where possible.
 * @param select labels of the pods that are spread; the part's where absent.
 */
export function topologySpread(
  { zones }: Placement,
  part: PartName,
  replicas: number,
  select: Record<string, string> = selectorLabels(part),
): types.input.core.v1.TopologySpreadConstraint[] {
  const labelSelector = { matchLabels: select };
  const overNodes = {
    maxSkew: 1,
    topologyKey: "kubernetes.io/hostname",
    whenUnsatisfiable: "ScheduleAnyway",
    labelSelector,
  };
  if (zones.length < 2 || replicas < 2) return [overNodes];
  return [
    {
      maxSkew: 1,
      minDomains: Math.min(zones.length, replicas),
      topologyKey: zoneLabel,
      whenUnsatisfiable: "DoNotSchedule",
      labelSelector,
    },
    overNodes,
  ];
}
