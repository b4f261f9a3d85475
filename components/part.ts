/** The parts of the stack: their names, and the labels by which services and policies select their pods. */

const partNames = [
  "broker",
  "time-series-store",
  "keeper",
  "relational-store",
  "ingest",
  "analytics",
  "diagnostic",
  "migration",
  "time-series-backup",
] as const;

export type PartName = (typeof partNames)[number];

export const partLabel = "app.kubernetes.io/name";

/** Selects the pods of a part. It must never change, because a workload's selector can't. */
export function selectorLabels(part: PartName): Record<string, string> {
  return { [partLabel]: part, "app.kubernetes.io/part-of": "country-rollout-kit" };
}

/** Recommended labels of every object. */
export function labels(part?: PartName): Record<string, string> {
  return {
    ...(part === undefined ? { "app.kubernetes.io/part-of": "country-rollout-kit" } : selectorLabels(part)),
    "app.kubernetes.io/managed-by": "rollout",
  };
}

export interface ObjectMetadata {
  name: string;
  namespace: string;
  labels: Record<string, string>;
  annotations?: Record<string, string>;
}

export function metadata(namespace: string, name: string, part?: PartName): ObjectMetadata {
  return { name, namespace, labels: labels(part) };
}
