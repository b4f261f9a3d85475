/** The pod specification in any kind of workload, and its containers. */

import { rememberLast } from "./last.ts";
import { type Item, objectAt, objectsAt, textMapAt } from "./properties.ts";
import { isObject, type JsonObject, type Resource, typeToken } from "./resource.ts";

/** Where each kind has the template of its pods. */
const templates: Readonly<Record<string, string>> = {
  Pod: "",
  Deployment: "spec.template.",
  StatefulSet: "spec.template.",
  DaemonSet: "spec.template.",
  ReplicaSet: "spec.template.",
  ReplicationController: "spec.template.",
  Job: "spec.template.",
  CronJob: "spec.jobTemplate.spec.template.",
  PodTemplate: "template.",
  Rollout: "spec.template.",
};

/** Types that hold a pod specification. */
export const workloads = [
  "kubernetes:core/*:Pod",
  "kubernetes:core/*:ReplicationController",
  "kubernetes:core/*:PodTemplate",
  "kubernetes:apps/*:Deployment",
  "kubernetes:apps/*:StatefulSet",
  "kubernetes:apps/*:DaemonSet",
  "kubernetes:apps/*:ReplicaSet",
  "kubernetes:batch/*:Job",
  "kubernetes:batch/*:CronJob",
  "kubernetes:argoproj.io/*:Rollout",
] as const;

export interface Pod {
  readonly spec: JsonObject;
  /** Path of the specification. */
  readonly path: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** The pod that a workload makes; undefined where the resource makes none. */
export const podOf = rememberLast((resource: Resource): { readonly pod: Pod | undefined } => {
  const kind = typeToken(resource.type).kind.replace(/(?<=.)Patch$/, "");
  const prefix = Object.hasOwn(templates, kind) ? templates[kind] : undefined;
  if (prefix === undefined) return { pod: undefined };
  const path = `${prefix}spec`;
  const spec = objectAt(resource.properties, path);
  if (spec === undefined) return { pod: undefined };
  return { pod: { spec, path, labels: textMapAt(resource.properties, `${prefix}metadata.labels`) } };
});

const containerLists = ["containers", "initContainers", "ephemeralContainers"] as const;

/** Every container of a pod, init and ephemeral containers included. */
export function containersOf(pod: Pod): Item<JsonObject>[] {
  return containerLists.flatMap((list) =>
    objectsAt(pod.spec, list).map(({ value, path }) => ({ value, path: `${pod.path}.${path}` })),
  );
}

export function volumesOf(pod: Pod): Item<JsonObject>[] {
  return objectsAt(pod.spec, "volumes")
    .filter((volume) => isObject(volume.value))
    .map(({ value, path }) => ({ value, path: `${pod.path}.${path}` }));
}
