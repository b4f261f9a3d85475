/** The parts of a migration between two versions of the file's format. */

/** Segments of a path; `*` matches any key or any item. */
export type Pattern = readonly string[];

export interface Rename {
  /** The path in the older version, its last segment the key that is renamed. */
  readonly path: Pattern;
  readonly to: string;
}

export interface Replacement {
  /** The path in the older version. */
  readonly path: Pattern;
  /** The new YAML text of a plain value; undefined leaves it as it is. */
  readonly replace: (value: unknown, typed: string) => string | undefined;
}

/** Paths apply to the whole file and, below `hosting.environments.*`, to each overlay. */
export interface Migration {
  readonly from: string;
  readonly to: string;
  readonly renames: readonly Rename[];
  readonly replacements: readonly Replacement[];
}
