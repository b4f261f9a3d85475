/**
 * Parses YAML 1.2 (core schema) into a tree in which every value has its place in the file. It refuses what is ambiguous
 * or could exhaust memory: duplicate keys, merge keys, tags, exploding aliases.
 */

import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import { kitPath } from "../../base/package-root.ts";
import { formatPath, LocalisationError, type PathSegment, type Problem, quote } from "../problem.ts";
import { compose, type Locate, maximumDepth, todo, tooDeep } from "./compose.ts";
import { invisibleIn, nameOfSign, withoutInvisible } from "./invisible-signs.ts";
import { LineIndex } from "./line-index.ts";
import { mergeConflicts } from "./merge-conflict.ts";
import type { Source } from "./source.ts";

const maximumNodes = 50_000;
const maximumProblems = 200;
/** Names of inherited properties of objects; as keys they would mislead libraries. */
const namesOfObjects: ReadonlySet<string> = new Set([
  ...Object.getOwnPropertyNames(Object.prototype),
  "prototype",
]);

interface Located {
  /** Where the value starts, and its key where it has one. */
  readonly offset: number;
  readonly keyOffset: number;
  /** Its path in the file. */
  readonly path: readonly PathSegment[];
}
export interface LocatedMap extends Located {
  readonly kind: "map";
  readonly entries: ReadonlyMap<string, LocatedNode>;
  /** A merge key (<<) was to bring more keys, which are not known. */
  readonly incomplete?: boolean;
}
export interface LocatedList extends Located {
  readonly kind: "list";
  readonly items: readonly LocatedNode[];
}
export interface LocatedScalar extends Located {
  readonly kind: "scalar";
  readonly value: string | number | boolean | null;
  /** The plain text as it was typed, e.g. `01` for the number 1. */
  readonly typed: string | undefined;
  /** The value is still to be filled in (`!todo`); the question that it answers. */
  readonly todo?: string;
}
export type LocatedNode = LocatedMap | LocatedList | LocatedScalar;

export interface LocatedDocument {
  readonly source: Source;
  readonly root: LocatedMap;
  /** Problems that leave the tree usable, so that further checks can add theirs. */
  readonly problems: readonly Problem[];
  problemAt(node: Located, target: "key" | "value", message: string, remediation: string): Problem;
}

/** @throws LocalisationError where the text is not one YAML map. */
export function parseDocument(source: Source): LocatedDocument {
  const conflicts = mergeConflicts(source.file, source.text);
  if (conflicts.length > 0) throw new LocalisationError(conflicts);
  const lines = new LineIndex(source.text);
  const place = (offset: number) => ({ file: source.file, ...lines.placeOf(offset) });
  const yaml = compose(source, place);
  const problems: Problem[] = [];
  const root = new TreeBuilder(yaml, problems, place).build();
  if (root?.kind !== "map") {
    const offset = root?.offset ?? 0;
    const empty = root === undefined || (root.kind === "scalar" && root.value === null);
    problems.push({
      ...place(empty ? 0 : offset),
      path: "",
      message: empty ? "The file is empty." : "The file holds no keys with values.",
      remediation: `Start from ${kitPath("countries/template.yaml")}.`,
    });
    throw new LocalisationError(problems);
  }
  return {
    source,
    root,
    problems,
    problemAt: (node, target, message, remediation) => ({
      ...place(target === "key" ? node.keyOffset : node.offset),
      path: formatPath(node.path),
      message,
      remediation,
    }),
  };
}

/** Turns YAML nodes into located ones. Every use of an alias counts towards the maximum number of nodes. */
class TreeBuilder {
  private nodes = 0;
  private readonly yaml: Document.Parsed;
  private readonly problems: Problem[];
  private readonly place: Locate;

  constructor(yaml: Document.Parsed, problems: Problem[], place: Locate) {
    this.yaml = yaml;
    this.problems = problems;
    this.place = place;
  }

  build(): LocatedNode | undefined {
    if (this.yaml.contents === null) return undefined;
    return this.node(this.yaml.contents, { path: [], keyOffset: 0 });
  }

  private node(
    node: Node,
    at: { path: readonly PathSegment[]; keyOffset: number; offset?: number },
  ): LocatedNode {
    const offset = at.offset ?? node.range?.[0] ?? at.keyOffset;
    const located = { offset, keyOffset: at.keyOffset, path: at.path };
    this.nodes += 1;
    if (this.nodes > maximumNodes)
      this.refuse(
        offset,
        `The file holds more than ${maximumNodes} values.`,
        "Remove what repeats; check aliases (*name).",
      );
    if (at.path.length > maximumDepth)
      throw new LocalisationError([...this.problems, tooDeep(this.place(offset))]);
    if (isAlias(node)) {
      const target = node.resolve(this.yaml);
      if (target === undefined)
        this.refuse(offset, `The alias "*${node.source}" names no anchor.`, `Write the value itself.`);
      return this.node(target, { ...at, offset });
    }
    if (isMap(node))
      return {
        kind: "map",
        ...located,
        entries: this.entries(node.items as Pair<Node, Node | null>[], located),
        ...(node.items.some(({ key }) => isScalar(key) && key.value === "<<") && { incomplete: true }),
      };
    if (isSeq(node))
      return {
        kind: "list",
        ...located,
        items: node.items.map((item, index) =>
          this.node(item as Node, {
            path: [...at.path, index],
            keyOffset: (item as Node).range?.[0] ?? offset,
            ...(at.offset === undefined ? {} : { offset: at.offset }),
          }),
        ),
      };
    const typed = typeof node.source === "string" ? node.source : undefined;
    const value = scalarValue(node);
    return {
      kind: "scalar",
      ...located,
      value,
      typed,
      ...(node.tag === todo.tag && { todo: String(value ?? "") }),
    };
  }

  private entries(pairs: readonly Pair<Node, Node | null>[], parent: Located): Map<string, LocatedNode> {
    const entries = new Map<string, LocatedNode>();
    for (const pair of pairs) {
      const keyOffset = pair.key.range?.[0] ?? parent.offset;
      if (!isScalar(pair.key)) {
        this.refuse(keyOffset, "This key is not a word.", "Write a plain word before the colon.");
        continue;
      }
      const typed =
        typeof pair.key.value === "string" ? pair.key.value : (pair.key.source ?? String(pair.key.value));
      const sign = invisibleIn(typed);
      const key = sign === undefined ? typed : withoutInvisible(typed);
      const path = [...parent.path, key];
      if (sign !== undefined)
        this.report(
          keyOffset + typed.indexOf(sign),
          path,
          `The key holds ${nameOfSign(sign)}, which can't be seen.`,
          `Type it anew: ${key}.`,
        );
      if (namesOfObjects.has(key)) {
        this.report(keyOffset, path, `${quote(key)} is not allowed as a key.`, "Remove it.");
        continue;
      }
      if (key === "<<") {
        this.report(keyOffset, path, "Merge keys (<<) are not supported.", "Write the keys out.");
        continue;
      }
      if (entries.has(key)) {
        const first = this.place(entries.get(key)?.keyOffset ?? 0).line;
        this.report(
          keyOffset,
          path,
          `The key ${quote(key)} is a duplicate.`,
          `Keep this one or the one in line ${first}.`,
        );
        continue;
      }
      const value = pair.value;
      entries.set(
        key,
        value === null
          ? { kind: "scalar", value: null, typed: "", offset: keyOffset, keyOffset, path }
          : this.node(value, { path, keyOffset }),
      );
    }
    return entries;
  }

  private report(offset: number, path: readonly PathSegment[], message: string, remediation: string): void {
    this.problems.push({ ...this.place(offset), path: formatPath(path), message, remediation });
    if (this.problems.length >= maximumProblems)
      this.refuse(
        offset,
        `Up to here there are ${maximumProblems} problems; the rest of the file was not read.`,
        "Fix these first.",
      );
  }

  private refuse(offset: number, message: string, remediation: string): never {
    throw new LocalisationError([
      ...this.problems,
      { ...this.place(offset), path: "", message, remediation },
    ]);
  }
}

function scalarValue(scalar: Scalar): string | number | boolean | null {
  const { value } = scalar;
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return null;
}

/** The plain value of a tree. */
export function plainValue(node: LocatedNode): unknown {
  if (node.kind === "scalar") return node.value;
  if (node.kind === "list") return node.items.map(plainValue);
  const value: Record<string, unknown> = {};
  for (const [key, child] of node.entries) value[key] = plainValue(child);
  return value;
}

/** The node at a path, or the nearest one above it, with how many segments led to it. */
export function nodeAt(
  root: LocatedNode,
  path: readonly PathSegment[],
): { node: LocatedNode; depth: number } {
  let node = root;
  for (const [depth, segment] of path.entries()) {
    const child: LocatedNode | undefined =
      node.kind === "map"
        ? node.entries.get(String(segment))
        : node.kind === "list"
          ? node.items[Number(segment)]
          : undefined;
    if (child === undefined) return { node, depth };
    node = child;
  }
  return { node, depth: path.length };
}
