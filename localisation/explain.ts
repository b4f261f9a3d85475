/** Every value in force in a country, where it comes from and what depends on it, so that a wrong default is seen. */
import { countryFile } from "./check/schema-check.ts";
import { dependentsOf } from "./dependents.ts";
import { type LoadedCountry, type LoadOptions, layersOf, loadSource } from "./load.ts";
import { formatPath, type PathSegment } from "./problem.ts";
import { type LocatedMap, nodeAt, parseDocument } from "./read/document.ts";
import { LineIndex } from "./read/line-index.ts";
import { readSource } from "./read/source.ts";
import type { SchemaNode } from "./schema/file-schema.ts";

/** Where a value comes from: the file, one of its environments, a question that stands open, or a default. */
export type Origin =
  | { readonly kind: "file" | "open"; readonly line: number }
  | { readonly kind: "environment"; readonly line: number; readonly environment: string }
  | { readonly kind: "default" }
  | { readonly kind: "derived"; readonly from: string };

export interface ExplainedValue {
  /** `telemetry.shifts[0].start` */
  readonly path: string;
  /** A text, a number, true or false, a list of these, or nothing; one text where it is the same in all languages. */
  readonly value: unknown;
  readonly origin: Origin;
}

/** The values of one part of the file, such as `telemetry.shifts`. */
export interface ExplainedPart {
  readonly path: string;
  /** What reads them. */
  readonly dependents: string;
  readonly values: readonly ExplainedValue[];
}

/** @throws LocalisationError with every problem of the file. */
export function explain(
  file: string,
  options: LoadOptions,
): { loaded: LoadedCountry; parts: readonly ExplainedPart[] } {
  const source = readSource(file);
  const loaded = loadSource(source, options);
  const [layer] = layersOf(parseDocument(source), options.environment, []);
  const explainer = new Explainer(layer?.root, new LineIndex(source.text));
  explainer.visit(loaded.country, countryFile.schema, [], undefined);
  const parts = Map.groupBy(explainer.values, ({ path }) => partOf(path));
  return {
    loaded,
    parts: [...parts].map(([path, values]) => ({ path, dependents: dependentsOf(path), values })),
  };
}

/** The first two names of a path, where the first is a group of fields. */
function partOf(path: string): string {
  const [first = "", second = ""] = path.split(/[.[]/);
  return countryFile.schema.properties?.[first]?.properties?.[second] === undefined
    ? first
    : `${first}.${second}`;
}

/** Shown as one value: a scalar, a list of scalars, nothing, or one text for all languages. */
function isPlain(value: unknown, { localised }: SchemaNode): boolean {
  if (typeof value !== "object" || value === null) return true;
  const items: unknown[] = Object.values(value);
  if (Array.isArray(value)) return items.every((item) => typeof item !== "object");
  return items.length === 0 || (localised === true && items.length > 1 && new Set(items).size === 1);
}

class Explainer {
  readonly values: ExplainedValue[] = [];
  private readonly root: LocatedMap | undefined;
  private readonly lines: LineIndex;

  constructor(root: LocatedMap | undefined, lines: LineIndex) {
    this.root = root;
    this.lines = lines;
  }

  /** @param above the default that the values follow from, where they are not written. */
  visit(value: unknown, schema: SchemaNode, path: readonly PathSegment[], above: Origin | undefined): void {
    if (schema.overlay === true || value === undefined) return;
    const origin = this.originOf(path, schema) ?? above ?? { kind: "default" };
    const below = "line" in origin ? undefined : origin;
    if (isPlain(value, schema)) {
      const shown = schema.localised === true ? Object.values(value as object)[0] : value;
      this.values.push({ path: formatPath(path), value: shown, origin });
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const shared = Object.values(schema.patternProperties ?? {})[0] ?? {};
    for (const [key, item] of Object.entries(value))
      if (Array.isArray(value)) this.visit(item, schema.items ?? {}, [...path, Number(key)], below);
      else this.visit(item, schema.properties?.[key] ?? shared, [...path, key], below);
  }

  private originOf(path: readonly PathSegment[], schema: SchemaNode): Origin | undefined {
    if (this.root !== undefined && path.length > 0) {
      const { node, depth } = nodeAt(this.root, path);
      if (depth === path.length || node.kind === "scalar") {
        const { line } = this.lines.placeOf(node.keyOffset);
        if (node.kind === "scalar" && node.todo !== undefined) return { kind: "open", line };
        const [first, second, environment] = node.path;
        return first === "hosting" && second === "environments" && environment !== undefined
          ? { kind: "environment", line, environment: String(environment) }
          : { kind: "file", line };
      }
    }
    if (schema.derived !== undefined) return { kind: "derived", from: schema.derived };
    return undefined;
  }
}
