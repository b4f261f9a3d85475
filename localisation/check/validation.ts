/** Checks a located tree against a JSON Schema and describes each problem at its place. */
import type { ErrorObject } from "ajv";
import { nearest } from "../../base/nearest.ts";
import type { PathSegment, Problem } from "../problem.ts";
import { quote } from "../problem.ts";
import { type LocatedDocument, type LocatedMap, nodeAt } from "../read/document.ts";
import type { SchemaNode } from "../schema/file-schema.ts";
import type { CompiledSchema } from "./schema-check.ts";
import { describeValue } from "./value-messages.ts";

export interface Validation {
  readonly problems: readonly Problem[];
  /** Paths whose values can't be relied on. */
  readonly invalid: readonly (readonly PathSegment[])[];
}

/** More would not be read at once, and describing them takes time. */
const maximumFindings = 200;

interface Finding {
  readonly error: ErrorObject;
  readonly path: readonly string[];
}

/** @param value the plain value of `root`. */
export function validate(
  compiled: CompiledSchema,
  value: unknown,
  document: LocatedDocument,
  root: LocatedMap,
): Validation {
  if (compiled.check(value)) return { problems: [], invalid: [] };
  const all = (compiled.check.errors ?? []).map((error) => ({ error, path: segments(error.instancePath) }));
  const findings = all.slice(0, maximumFindings);
  const unknownKeys = findings.filter(({ error }) => error.keyword === "additionalProperties");
  const meant = new Set<string>();
  const problems: Problem[] = [];
  const invalid: (readonly string[])[] = [];
  for (const finding of unknownKeys) {
    const { problem, meantKey } = unknownKey(finding, compiled.schema, document, root);
    problems.push(problem);
    if (meantKey !== undefined) meant.add([...finding.path, meantKey].join("/"));
  }
  const described = new Set<string>();
  for (const { error, path } of findings) {
    if (error.keyword === "additionalProperties") continue;
    if (error.keyword === "required") {
      const key = String(error.params.missingProperty);
      invalid.push([...path, key]);
      const parent = nodeAt(root, path).node;
      const incomplete = parent.kind === "map" && parent.incomplete === true;
      if (!incomplete && !meant.has([...path, key].join("/")))
        problems.push(missingKey(key, path, compiled.schema, document, root));
      continue;
    }
    invalid.push(path);
    // One value that breaks several rules is one problem.
    const where = path.join("/");
    if (described.has(where)) continue;
    described.add(where);
    const node = nodeAt(root, path).node;
    const { message, remediation, at } = describeValue(error, schemaAt(compiled.schema, path), node);
    problems.push(document.problemAt(at ?? node, "value", message, remediation));
  }
  // The later checks must not trust values whose problems are not reported.
  invalid.push(...all.slice(maximumFindings).map(({ path }) => path));
  if (all.length > maximumFindings)
    problems.push(
      document.problemAt(
        root,
        "key",
        `There are ${all.length - maximumFindings} more problems than these.`,
        "Fix these first.",
      ),
    );
  return { problems, invalid };
}

const segments = (pointer: string): string[] =>
  pointer
    .split("/")
    .slice(1)
    .map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));

/** The schema of the value at a path; the definition has no alternatives, so there is one. */
function schemaAt(schema: SchemaNode, path: readonly string[]): SchemaNode {
  let at = schema;
  for (const segment of path)
    at = at.items ?? at.properties?.[segment] ?? Object.values(at.patternProperties ?? {})[0] ?? {};
  return at;
}

function unknownKey(
  { error, path }: Finding,
  root: SchemaNode,
  document: LocatedDocument,
  tree: LocatedMap,
): { problem: Problem; meantKey?: string } {
  const key = String(error.params.additionalProperty);
  const schema = schemaAt(root, path);
  const node = nodeAt(tree, [...path, key]).node;
  if (schema.properties === undefined) {
    const example = Object.keys((schema.examples?.[0] as object | undefined) ?? {})[0];
    const remediation = example === undefined ? "" : `Write it like ${quote(example)}.`;
    return {
      problem: document.problemAt(node, "key", `${quote(key)} is not ${schema.expected}.`, remediation),
    };
  }
  const known = Object.keys(schema.properties);
  const parent = nodeAt(tree, path).node;
  const free = known.filter((name) => parent.kind === "map" && !parent.entries.has(name));
  const near = nearest(key, free) ?? nearest(key, known);
  const elsewhere = placesOf(root, key);
  let remediation = `Known here: ${known.join(", ")}.`;
  if (/^\d+$/.test(key))
    remediation = "If it belongs to the number before it, write a point for decimals, not a comma.";
  else if (near !== undefined) remediation = `Did you mean ${quote(near)}?`;
  else if (elsewhere.length === 1)
    remediation =
      elsewhere[0] === ""
        ? "It belongs at the left margin, not here."
        : `It belongs under ${elsewhere[0]}; check the indentation.`;
  const problem = document.problemAt(node, "key", `${quote(key)} is not a known key.`, remediation);
  return near === undefined ? { problem } : { problem, meantKey: near };
}

function missingKey(
  key: string,
  path: readonly string[],
  root: SchemaNode,
  document: LocatedDocument,
  tree: LocatedMap,
): Problem {
  const property = schemaAt(root, path).properties?.[key];
  const node = nodeAt(tree, path).node;
  const example = property?.const ?? property?.examples?.[0] ?? property?.enum?.[0];
  const form = example === undefined ? "" : `, for example ${key}: ${inline(example)}`;
  const purpose = property?.description === undefined ? "" : ` ${property.description}`;
  const problem = document.problemAt(node, "key", `${quote(key)} is missing.`, `Add it${form}.${purpose}`);
  return problem;
}

/** An example as it would be typed in a YAML file. */
export function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, item]) => `${key}: ${inline(item)}`)
      .join(", ")} }`;
  if (typeof value !== "string") return String(value);
  return /^[A-Za-z][\w @./+-]*$/.test(value) && !/^(true|false|null)$/i.test(value)
    ? value
    : JSON.stringify(value);
}

const places = new WeakMap<SchemaNode, Map<string, string[]>>();

/** Other places of a key in the schema, as dotted paths. */
function placesOf(schema: SchemaNode, key: string): readonly string[] {
  let index = places.get(schema);
  if (index === undefined) {
    index = new Map();
    indexKeys(schema, [], index);
    places.set(schema, index);
  }
  return index.get(key) ?? [];
}

function indexKeys(schema: SchemaNode, path: readonly string[], index: Map<string, string[]>): void {
  for (const [key, property] of Object.entries(schema.properties ?? {})) {
    const known = index.get(key) ?? [];
    known.push(path.join("."));
    index.set(key, known);
    indexKeys(property, [...path, key], index);
  }
  if (schema.items !== undefined) indexKeys(schema.items, path, index);
}
