/** The zones that a pod or a volume may be in, by Kubernetes' rules of scheduling. */

import { objectsAt, textAt, textMapAt, textsAt } from "./properties.ts";
import { isObject, type Json, type JsonObject } from "./resource.ts";
import { objectName, type ResourceSet } from "./resource-set.ts";

export const zoneLabels: ReadonlySet<string> = new Set([
  "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/zone",
  "topology.ebs.csi.aws.com/zone",
]);

/**
 * The zones that a node selector and required affinity allow; undefined where they allow any. The terms of an affinity
 * are alternatives, and all expressions of a term apply: one term without zones allows every zone.
 */
export function zonesOfScheduling(
  nodeSelector: Json | undefined,
  nodeAffinity: Json | undefined,
): readonly string[] | undefined {
  for (const [label, value] of textMapAt({ nodeSelector: nodeSelector ?? null }, "nodeSelector"))
    if (zoneLabels.has(label)) return [value];
  const terms = objectsAt(nodeAffinity, "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
  const required = objectsAt(nodeAffinity, "required.nodeSelectorTerms");
  return zonesOfTerms([...terms, ...required].map(({ value }) => value));
}

function zonesOfTerms(terms: readonly JsonObject[]): readonly string[] | undefined {
  if (terms.length === 0) return undefined;
  const zones: string[] = [];
  for (const term of terms) {
    const named = objectsAt(term, "matchExpressions")
      .filter(({ value }) => zoneLabels.has(textAt(value, "key") ?? "") && textAt(value, "operator") === "In")
      .map(({ value }) => textsAt(value, "values").map((zone) => zone.value));
    const [first, ...others] = named;
    if (first === undefined) return undefined;
    zones.push(...first.filter((zone) => others.every((list) => list.includes(zone))));
  }
  return zones;
}

/** The zone of a running node, from its labels. */
export function zoneOfNode(resources: ResourceSet, name: string): string | undefined {
  const node = resources
    .ofTypes(["kubernetes:core/*:Node"])
    .find((candidate) => objectName(candidate) === name);
  const labels = node === undefined ? new Map() : textMapAt(node.properties, "metadata.labels");
  return [...zoneLabels].map((label) => labels.get(label)).find((zone) => zone !== undefined);
}

/** The zones of a storage class's `allowedTopologies`, which are alternatives too. */
export function zonesOfTopologies(
  topologies: Json | undefined,
  label?: string,
): readonly string[] | undefined {
  const terms = objectsAt({ topologies: topologies ?? null }, "topologies");
  if (terms.length === 0) return undefined;
  const zones: string[] = [];
  for (const { value } of terms) {
    const expression = objectsAt(value, "matchLabelExpressions").find(({ value: candidate }) => {
      const key = textAt(candidate, "key") ?? "";
      return zoneLabels.has(key) || key === label || key.endsWith("/zone");
    });
    if (expression === undefined || !isObject(expression.value)) return undefined;
    zones.push(...textsAt(expression.value, "values").map((zone) => zone.value));
  }
  return zones;
}
