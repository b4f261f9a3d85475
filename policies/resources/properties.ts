/**
 * Reads a property by its path from any input: a value of the wrong type counts as absent, a value that is not known yet
 * makes the verdict undetermined.
 */
import { rememberTexts } from "./last.ts";
import { isObject, isUnknown, type Json, type JsonObject, type Resource } from "./resource.ts";
import { notKnownYet } from "./undetermined.ts";

const segmentsOf = rememberTexts((path): readonly string[] =>
  path.split(/[.[\]]+/).filter((segment) => segment !== ""),
);

/** `spec.template.spec` or `rules[0].host`. */
function valueAt(root: Json | undefined, path: string): Json | undefined {
  let value = root;
  if (isUnknown(value)) throw notKnownYet(path);
  for (const segment of segmentsOf(path)) {
    value = Array.isArray(value)
      ? (value as readonly Json[])[Number(segment)]
      : isObject(value) && Object.hasOwn(value, segment)
        ? value[segment]
        : undefined;
    if (isUnknown(value)) throw notKnownYet(path);
    if (value === undefined || value === null) return undefined;
  }
  return value;
}

export function textAt(root: Json | undefined, path: string): string | undefined {
  const value = valueAt(root, path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Providers and charts also write "true" and "false". */
export function booleanAt(root: Json | undefined, path: string): boolean | undefined {
  const value = valueAt(root, path);
  if (value === true || value === "true") return true;
  return value === false || value === "false" ? false : undefined;
}

export function numberAt(root: Json | undefined, path: string): number | undefined {
  const value = valueAt(root, path);
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

export interface Item<T> {
  readonly value: T;
  readonly path: string;
}

/** The elements of a list with their paths; a single value counts as a list of one. */
export function itemsAt(root: Json | undefined, path: string): Item<Json>[] {
  const value = valueAt(root, path);
  if (value === undefined) return [];
  if (!Array.isArray(value)) return [{ value, path }];
  return (value as readonly Json[]).map((item, index) => {
    const at = `${path}[${index}]`;
    if (isUnknown(item)) throw notKnownYet(at);
    return { value: item, path: at };
  });
}

export const objectsAt = (root: Json | undefined, path: string): Item<JsonObject>[] =>
  itemsAt(root, path).filter((item): item is Item<JsonObject> => isObject(item.value));

export const textsAt = (root: Json | undefined, path: string): Item<string>[] =>
  itemsAt(root, path).filter((item): item is Item<string> => typeof item.value === "string");

export function objectAt(root: Json | undefined, path: string): JsonObject | undefined {
  const value = valueAt(root, path);
  return isObject(value) ? value : undefined;
}

/** Every object in a value, with its path. */
export function objectsIn(root: Json | undefined, path = ""): Item<JsonObject>[] {
  if (Array.isArray(root))
    return (root as readonly Json[]).flatMap((item, index) => objectsIn(item, `${path}[${index}]`));
  if (!isObject(root)) return [];
  const below = Object.entries(root).flatMap(([key, item]) =>
    objectsIn(item, path === "" ? key : `${path}.${key}`),
  );
  return path === "" ? below : [{ value: root, path }, ...below];
}

/** Labels, annotations and tags: the texts of a map. */
export function textMapAt(root: Json | undefined, path: string): Map<string, string> {
  const map = new Map<string, string>();
  for (const [key, value] of Object.entries(objectAt(root, path) ?? {}))
    if (typeof value === "string") map.set(key, value);
  return map;
}

/** JSON in a text, such as a policy document, or an object as it is; undefined where it is neither. */
export function documentAt(root: Json | undefined, path: string): JsonObject | undefined {
  const value = valueAt(root, path);
  if (isObject(value)) return value;
  return typeof value === "string" ? parsedObject(value) : undefined;
}

function parsedObject(text: string): JsonObject | undefined {
  const parsed = /^\s*\{/.test(text) ? jsonIn(text) : undefined;
  return isObject(parsed) ? parsed : undefined;
}

/** The value of a text that is JSON; undefined where it is none. */
export function jsonIn(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

export const annotationsOf = (resource: Resource): Map<string, string> =>
  textMapAt(resource.properties, "metadata.annotations");
export const namespaceOf = (resource: Resource): string =>
  textAt(resource.properties, "metadata.namespace") ?? "default";
