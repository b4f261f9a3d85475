/** The texts of a country's file, each with its place: of a text in several languages, each language's. */
import type { PathSegment } from "../problem.ts";
import type { SchemaNode } from "../schema/file-schema.ts";

export interface TextField {
  readonly text: string;
  readonly path: readonly PathSegment[];
  /** The path without languages and positions: `residency.laws[].title`. */
  readonly place: string;
}

export function* textFieldsOf(
  schema: SchemaNode,
  value: unknown,
  path: readonly PathSegment[] = [],
  place = "",
): Generator<TextField> {
  if (typeof value === "string") yield { text: value, path, place };
  else if (Array.isArray(value))
    for (const [index, item] of value.entries())
      yield* textFieldsOf(schema.items ?? {}, item, [...path, index], `${place}[]`);
  else if (typeof value === "object" && value !== null && schema.overlay !== true)
    for (const [key, item] of Object.entries(value)) {
      const below = schema.properties?.[key] ?? {};
      const name = place === "" ? key : `${place}.${key}`;
      yield* textFieldsOf(below, item, [...path, key], schema.localised === true ? place : name);
    }
}
