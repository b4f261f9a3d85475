/** How the data of a stack that runs is divided, and what a plan would strand of it. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClusterClient } from "../../cluster/cluster-client.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { stackName } from "../../localisation/stack-name.ts";
import { kindOf, type Plan, type Properties } from "../../plan/plan.ts";
import {
  plannedTopology,
  type Topology,
  type TopologyLoss,
  topologyLosses,
  topologyOf,
} from "../../plan/topology.ts";
import { projectName } from "../country-plan.ts";
import type { RecordedResource } from "./country-stack.ts";
import { statePlace } from "./state-place.ts";

/**
 * What the namespace has now, whoever brought it there.
 * @throws ClusterError
 */
export async function topologyInCluster(cluster: ClusterClient, namespace: string): Promise<Topology> {
  const options = { namespace, labels: "app.kubernetes.io/managed-by=rollout" };
  const objects = [
    ...(await cluster.list("apps/v1", "StatefulSet", options)),
    ...(await cluster.list("v1", "ConfigMap", options)),
  ];
  return topologyOf(objects.map((object) => ({ kind: object.kind, properties: object as Properties })));
}

/**
 * What a plan would strand of the stack that the state in a folder records. A state in a bucket, or one that can't be read, says
 * nothing here: `rollout up` looks at the cluster itself.
 */
export function recordedLosses(loaded: LoadedCountry, plan: Plan): TopologyLoss[] {
  const { country, file, environment } = loaded;
  const place = statePlace(country, file);
  if (place.kind !== "file") return [];
  const name = stackName(country.country, environment);
  const path = join(place.folder, ".pulumi", "stacks", projectName, `${name}.json`);
  const recorded = topologyOf(
    resourcesIn(path).map((resource) => ({
      kind: kindOf(resource),
      properties: (resource.inputs ?? {}) as Properties,
    })),
  );
  return topologyLosses(recorded, plannedTopology(plan));
}

function resourcesIn(stateFile: string): readonly RecordedResource[] {
  if (!existsSync(stateFile)) return [];
  try {
    const state = JSON.parse(readFileSync(stateFile, "utf8")) as {
      readonly checkpoint?: { readonly latest?: { readonly resources?: readonly RecordedResource[] } };
    };
    return state.checkpoint?.latest?.resources ?? [];
  } catch {
    // The engine itself says what is wrong with it.
    return [];
  }
}
