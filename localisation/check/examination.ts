/**
 * The draft of a file that rules check, and their reports. A rule sees only values that are valid by the schema, so that
 * each mistake is reported once and hides no other.
 */

import type { Placeholder } from "../complete/file-value.ts";
import type { PathSegment, Problem } from "../problem.ts";
import { type LocatedDocument, type LocatedMap, nodeAt } from "../read/document.ts";
import type { Country } from "../schema/country.ts";
import { PathSet } from "./path-set.ts";

type Path = readonly PathSegment[];
type At<T, P extends Path> = P extends readonly [infer Key, ...infer Rest extends Path]
  ? Key extends keyof NonNullable<T>
    ? At<NonNullable<T>[Key], Rest>
    : never
  : NonNullable<T>;
type Item<T> = T extends readonly (infer E)[] ? E : never;

export interface Circumstances {
  /** The one that was asked for. */
  readonly environment: string | undefined;
  /** The one whose overlay lies over the file here. */
  readonly overlay: string | undefined;
  /** YYYY-MM-DD in the country's time zone. */
  readonly today: string;
}

export class Examination {
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly document: LocatedDocument;
  readonly circumstances: Circumstances;
  /** Complete where the file is valid; read it through `read` and `elements`. */
  readonly draft: Country;
  /** What is still to be filled in; the draft holds a value that shows it. */
  readonly placeholders: readonly Placeholder[];
  private readonly root: LocatedMap;
  private readonly invalid: PathSet;
  private readonly open: PathSet;

  constructor(
    document: LocatedDocument,
    root: LocatedMap,
    draft: Country,
    invalid: readonly Path[],
    circumstances: Circumstances,
    placeholders: readonly Placeholder[] = [],
  ) {
    this.document = document;
    this.root = root;
    this.draft = draft;
    this.circumstances = circumstances;
    this.invalid = new PathSet(invalid);
    this.placeholders = placeholders;
    this.open = new PathSet(placeholders.map(({ path }) => path));
  }

  /** The value at a path; undefined where it is absent, still to be filled in, or the file has a problem in it. */
  read<const P extends Path>(...path: P): At<Country, P> | undefined {
    return this.isKnown(path) ? (this.valueAt(path) as At<Country, P> | undefined) : undefined;
  }

  /** The same with values that only show that they are still to be filled in. */
  given<const P extends Path>(...path: P): At<Country, P> | undefined {
    return this.isValid(path) ? (this.valueAt(path) as At<Country, P> | undefined) : undefined;
  }

  /** The valid items of a list, each with its path. */
  elements<const P extends Path>(...path: P): readonly { item: Item<At<Country, P>>; path: Path }[] {
    if (!this.isReachable(path)) return [];
    const value = this.valueAt(path);
    if (!Array.isArray(value)) return [];
    return value
      .map((item: Item<At<Country, P>>, index) => ({ item, path: [...path, index] }))
      .filter((element) => this.isKnown(element.path));
  }

  /** One field of each item of a list, where that field is valid, whatever else is wrong with the item. */
  fields<const P extends Path, K extends keyof Item<At<Country, P>> & string>(
    list: P,
    key: K,
  ): readonly { value: NonNullable<Item<At<Country, P>>[K]>; path: Path }[] {
    const items = this.valueAt(list);
    if (!Array.isArray(items)) return [];
    return items.flatMap((_, index) => {
      const path = [...list, index, key];
      const value = this.isKnown(path) ? this.valueAt(path) : undefined;
      return value === undefined ? [] : [{ value: value as NonNullable<Item<At<Country, P>>[K]>, path }];
    });
  }

  /** The keys of a map, whatever is wrong with their values. */
  keys(...path: Path): readonly string[] {
    const value = this.isReachable(path) ? this.valueAt(path) : undefined;
    return typeof value === "object" && value !== null ? Object.keys(value) : [];
  }

  isValid(path: Path): boolean {
    return !this.invalid.touches(path);
  }

  /** Whether the value at the path is still to be filled in. */
  isPlaceholder(path: Path): boolean {
    return this.open.covers(path);
  }

  private isKnown(path: Path): boolean {
    return this.isValid(path) && !this.open.touches(path);
  }

  /** Whether the value at the path is in the file, not a default. */
  isWritten(path: Path): boolean {
    const { node, depth } = nodeAt(this.root, path);
    // One text for every language stands for the text of each.
    return depth === path.length || (depth === path.length - 1 && node.kind === "scalar");
  }

  report(path: Path, message: string, remediation: string, side: "key" | "value" = "value"): void {
    this.problems.push(this.problem(path, message, remediation, side));
  }

  warn(path: Path, message: string, remediation: string, side: "key" | "value" = "value"): void {
    this.warnings.push(this.problem(path, message, remediation, side));
  }

  /** A warning that only a check of the file itself shows. */
  advise(path: Path, message: string, remediation: string, side: "key" | "value" = "value"): void {
    this.warnings.push({ ...this.problem(path, message, remediation, side), advice: true });
  }

  private valueAt(path: Path): unknown {
    let value: unknown = this.draft;
    for (const segment of path) {
      if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) return undefined;
      value = (value as Record<PathSegment, unknown>)[segment];
    }
    return value ?? undefined;
  }

  problem(path: Path, message: string, remediation: string, side: "key" | "value"): Problem {
    const { node, depth } = nodeAt(this.root, path);
    const found = depth === path.length || (depth === path.length - 1 && node.kind === "scalar");
    return this.document.problemAt(node, found ? side : "key", message, remediation);
  }

  /** No problem at the path or above it. */
  private isReachable(path: Path): boolean {
    return !this.invalid.covers(path);
  }
}

/** A check beyond the schema. It reports through the examination and throws for no content of a file. */
export type Rule = (examination: Examination) => void;
