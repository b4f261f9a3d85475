/** What a tool rendered of an export, and what the plan says: both as objects by kind and name, for comparing. */
import { expect } from "vitest";
import { parseAllDocuments } from "yaml";
import { manifestOf, orderedObjects } from "../../plan/manifests.ts";
import type { Plan } from "../../plan/plan.ts";

export interface ClusterObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; annotations?: Record<string, string> };
  data?: Record<string, string>;
  [key: string]: unknown;
}

export type Objects = ReadonlyMap<string, ClusterObject>;

/** As kubectl, Helm and Kustomize read YAML. */
export function parsed(yaml: string): Objects {
  const objects = new Map<string, ClusterObject>();
  for (const document of parseAllDocuments(yaml, { version: "1.1" })) {
    if (!("errors" in document)) continue;
    expect(document.errors).toEqual([]);
    const object = document.toJS() as ClusterObject | null;
    if (object === null) continue;
    const key = `${object.kind} ${object.metadata.name}`;
    expect(objects.has(key), `${key} is there twice`).toBe(false);
    objects.set(key, withoutHelmsOwn(object));
  }
  return objects;
}

export function planned(plan: Plan): Objects {
  const objects = [...orderedObjects(plan).values()].map(
    (resource) => structuredClone(manifestOf(resource)) as unknown as ClusterObject,
  );
  return new Map(objects.map((object) => [`${object.kind} ${object.metadata.name}`, object]));
}

/** The one thing that a chart adds to the plan's objects: what `helm uninstall` leaves. */
function withoutHelmsOwn(object: ClusterObject): ClusterObject {
  const { annotations } = object.metadata;
  if (annotations?.["helm.sh/resource-policy"] === undefined) return object;
  const { "helm.sh/resource-policy": _, ...others } = annotations;
  const { annotations: __, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: { ...metadata, ...(Object.keys(others).length > 0 && { annotations: others }) },
  };
}

/** Every object equals its twin; a difference names the object. */
export function expectSame(actual: Objects, expected: Objects): void {
  expect([...actual.keys()].sort()).toEqual([...expected.keys()].sort());
  for (const [key, object] of expected) expect(actual.get(key), key).toEqual(object);
}
