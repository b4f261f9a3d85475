/** The schema of a file as it is written: what has a default may be left out. */

/** A JSON Schema node, as far as the localisation's definition uses it. */
export interface SchemaNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  /** How the default follows from other fields, where it isn't a fixed value. */
  readonly derived?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly [keyword: string]: unknown;
}

export const hasDefault = (schema: SchemaNode): boolean => "default" in schema || "derived" in schema;

/** Plain JSON, with the fields that have a default no longer required. */
export function fileSchema(schema: object): SchemaNode {
  return relax(JSON.parse(JSON.stringify(schema)) as SchemaNode);
}

function relax(schema: SchemaNode): SchemaNode {
  const each = (schemas: Readonly<Record<string, SchemaNode>>) =>
    Object.fromEntries(Object.entries(schemas).map(([key, value]) => [key, relax(value)]));
  const { properties, patternProperties, items, required } = schema;
  return {
    ...schema,
    ...(properties && { properties: each(properties) }),
    ...(patternProperties && { patternProperties: each(patternProperties) }),
    ...(items && { items: relax(items) }),
    ...(required && { required: required.filter((key) => !hasDefault(properties?.[key] ?? {})) }),
  };
}
