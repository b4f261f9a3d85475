/** The schema of a file: fields with a default are optional. */

/** A JSON Schema node, as far as the localisation schema uses it. */
export interface SchemaNode {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  /** How the default follows from other fields, where it isn't a fixed value. */
  readonly derived?: string;
  /** Completes the message `"x" is not …`. */
  readonly expected?: string;
  /** The value is one text by language. */
  readonly localised?: true;
  /** The value is an overlay over a whole file. */
  readonly overlay?: true;
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
export const fileSchema = (schema: object): SchemaNode =>
  relax(JSON.parse(JSON.stringify(schema)) as SchemaNode);

function relax(schema: SchemaNode): SchemaNode {
  const { required, properties } = schema;
  return {
    ...mapChildren(schema, relax),
    ...(required && { required: required.filter((key) => !hasDefault(properties?.[key] ?? {})) }),
  };
}

/** The node with each schema directly below it changed. */
export function mapChildren(node: SchemaNode, change: (child: SchemaNode) => SchemaNode): SchemaNode {
  const each = (schemas: Readonly<Record<string, SchemaNode>>) =>
    Object.fromEntries(Object.entries(schemas).map(([key, child]) => [key, change(child)]));
  return {
    ...node,
    ...(node.properties && { properties: each(node.properties) }),
    ...(node.patternProperties && { patternProperties: each(node.patternProperties) }),
    ...(node.items && { items: change(node.items) }),
  };
}
