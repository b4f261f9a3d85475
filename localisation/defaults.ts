/** Fills in what a file leaves out: the schema's fixed defaults, then those that follow from other fields. */
import type { SchemaNode } from "./schema/file-schema.ts";

/** A copy with every fixed default of the schema in place; values of the wrong type stay as they are. */
export function fillDefaults(schema: SchemaNode, value: unknown): unknown {
  if (Array.isArray(value))
    return schema.items ? value.map((item) => fillDefaults(schema.items ?? {}, item)) : value;
  if (typeof value !== "object" || value === null) return value;
  const given = value as Record<string, unknown>;
  const filled = (schema.properties ? {} : Object.create(null)) as Record<string, unknown>;
  for (const [key, item] of Object.entries(given)) {
    const of = schema.properties?.[key] ?? Object.values(schema.patternProperties ?? {})[0] ?? {};
    filled[key] = fillDefaults(of, item);
  }
  for (const [key, of] of Object.entries(schema.properties ?? {}))
    if (!(key in filled) && "default" in of) filled[key] = fillDefaults(of, structuredClone(of.default));
  return filled;
}
