/** What a migration between two versions of the file's format is made of. */

/** Segments of a path; `*` stands for any key or any item. */
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

/** Paths hold for the whole file and, below `hosting.environments.*`, for each overlay. */
export interface Migration {
  readonly from: string;
  readonly to: string;
  readonly renames: readonly Rename[];
  readonly replacements: readonly Replacement[];
}
