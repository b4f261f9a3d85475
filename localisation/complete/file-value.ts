/**
 * What a file says, as the schema takes it: a text that is the same in every language is written out for each, and in
 * place of what is still to be filled in (`!todo`) stands a value that shows it.
 */
import type { PathSegment } from "../problem.ts";
import { type LocatedMap, type LocatedNode, type LocatedScalar, plainValue } from "../read/document.ts";
import type { SchemaNode } from "../schema/file-schema.ts";
import { formats } from "../schema/formats.ts";

/** A value that is still to be filled in. */
export interface Placeholder {
  readonly node: LocatedScalar;
  /** Where it is in the file with its environment. */
  readonly path: readonly PathSegment[];
  /** What the value answers. */
  readonly question: string;
}

export interface FileValue {
  readonly value: Record<string, unknown>;
  readonly placeholders: readonly Placeholder[];
}

/** Everything else follows from these. */
const neverOpen = new Set(["apiVersion", "country", "languages"]);
/** Derived from the country where they are open. */
const derivedWhereOpen = new Set(["timezone", "currency"]);

export function fileValue(root: LocatedMap, schema: SchemaNode): FileValue {
  const placeholders: Placeholder[] = [];
  const languages = languagesOf(root);
  const value = (node: LocatedNode, of: SchemaNode, path: readonly PathSegment[]): unknown => {
    if (node.kind === "scalar") {
      if (node.todo !== undefined && !neverOpen.has(String(path[0]))) {
        const question = node.todo === "" ? (of.description ?? "A value.") : node.todo;
        placeholders.push({ node, path, question });
        return standIn(of, question, languages);
      }
      if (of.localised === true && typeof node.value === "string") return inEach(languages, node.value);
      return node.value;
    }
    if (node.kind === "list")
      return node.items.map((item, index) => value(item, of.items ?? {}, [...path, index]));
    // An overlay is checked where it lies over the file.
    if (of.overlay === true) return plainValue(node);
    const shared = Object.values(of.patternProperties ?? {})[0] ?? {};
    return Object.fromEntries(
      [...node.entries]
        .filter(([key, { kind }]) => !(path.length === 0 && kind === "scalar" && isDerived(key, node)))
        .map(([key, child]) => [key, value(child, of.properties?.[key] ?? shared, [...path, key])]),
    );
  };
  const isDerived = (key: string, { entries }: LocatedMap): boolean => {
    const node = entries.get(key);
    if (!derivedWhereOpen.has(key) || node?.kind !== "scalar" || node.todo === undefined) return false;
    placeholders.push({ node, path: [key], question: node.todo });
    return true;
  };
  return { value: value(root, schema, []) as Record<string, unknown>, placeholders };
}

/** The file's languages, as far as they can be read. */
function languagesOf(root: LocatedMap): readonly string[] {
  const node = root.entries.get("languages");
  const items = node?.kind === "list" ? node.items : [];
  const tags = items.flatMap((item) =>
    item.kind === "scalar" && typeof item.value === "string" && formats.language(item.value)
      ? [item.value]
      : [],
  );
  return tags.length > 0 ? tags : ["en"];
}

const inEach = (languages: readonly string[], text: string): Record<string, string> =>
  Object.fromEntries(languages.map((language) => [language, text]));

/** Shows the question where people read it; elsewhere it is the least that the schema allows. */
function standIn(schema: SchemaNode, question: string, languages: readonly string[]): unknown {
  const words = `TODO: ${question}`;
  if (schema.localised === true) return inEach(languages, words);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const below = (of: SchemaNode | undefined) => standIn(of ?? {}, question, languages);
  switch (schema.type) {
    case "number":
    case "integer": {
      const { minimum, exclusiveMinimum } = schema as { minimum?: number; exclusiveMinimum?: number };
      return minimum ?? (exclusiveMinimum ?? -1) + 1;
    }
    case "boolean":
      return false;
    case "array":
      return Array.from({ length: Number(schema.minItems ?? 0) }, () => below(schema.items));
    case "object":
      return Object.fromEntries((schema.required ?? []).map((key) => [key, below(schema.properties?.[key])]));
    default:
      return textFor(schema, words);
  }
}

function textFor({ format, pattern, maxLength, examples }: SchemaNode, words: string): string {
  // RFC 2606 keeps .invalid for what is no address.
  if (format === "email") return "todo@todo.invalid";
  if (format === "uri") return "https://todo.invalid";
  if (pattern?.includes("\\.)+") === true) return "todo.invalid";
  if (pattern !== undefined && new RegExp(pattern, "u").test("todo")) return "todo";
  if (format !== undefined || pattern !== undefined) return String(examples?.[0] ?? words);
  return words.slice(0, Number(maxLength ?? words.length));
}
