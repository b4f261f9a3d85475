/** Fills in the fixed defaults of a schema for fields that a file omits. */
import type { SchemaNode } from "../schema/file-schema.ts";

/** A copy with every fixed default of the schema in place; values of the wrong type stay as they are. */
export function fillDefaults(schema: SchemaNode, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { items, properties, patternProperties } = schema;
  if (Array.isArray(value))
    return items === undefined ? [...value] : value.map((item) => fillDefaults(items, item));
  // A map may have any key. It has no prototype, so that a key only finds what the file says.
  const filled = (properties === undefined ? Object.create(null) : {}) as Record<string, unknown>;
  const shared = patternProperties === undefined ? {} : (Object.values(patternProperties)[0] ?? {});
  for (const key in value) {
    const of = properties?.[key] ?? shared;
    filled[key] = fillDefaults(of, (value as Record<string, unknown>)[key]);
  }
  for (const key in properties) {
    const of = properties[key];
    if (of !== undefined && "default" in of && !(key in filled)) filled[key] = fillDefaults(of, of.default);
  }
  return filled;
}
