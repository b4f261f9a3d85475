/**
 * Brings an older localisation file up to the present version of the format, in place. Only the words that changed
 * are rewritten, so comments, order, spacing and line ends stay as they are.
 */
import { randomUUID } from "node:crypto";
import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument as parseYaml } from "yaml";
import { formatPath, LocalisationError, type PathSegment, type Problem, quote } from "../problem.ts";
import { parseDocument } from "../read/document.ts";
import { LineIndex } from "../read/line-index.ts";
import { readSource } from "../read/source.ts";
import { apiVersion } from "../schema/country.ts";
import type { Migration, Pattern } from "./migration.ts";
import { fromFirstDraft } from "./v1alpha1.ts";
import { requireKnownVersion } from "./versions.ts";

const migrations: readonly Migration[] = [fromFirstDraft];

export interface AppliedMigration {
  /** From 1, in the file before the change. */
  readonly line: number;
  /** `timeZone is now timezone.` */
  readonly message: string;
}

export interface MigratedFile {
  readonly file: string;
  /** Versions before and after; equal where there was nothing to do. */
  readonly from: string;
  readonly to: string;
  readonly changes: readonly AppliedMigration[];
}

/**
 * Rewrites the file atomically: after a crash it has the old content or the new one.
 * @param options.write false only returns what would change.
 * @throws LocalisationError where the file can't be read or is of an unknown version.
 */
export function migrateFile(file: string, options: { write?: boolean } = {}): MigratedFile {
  const source = readSource(file);
  const document = parseDocument(source);
  if (document.problems.length > 0) throw new LocalisationError(document.problems);
  const from = requireKnownVersion(document);
  let text = source.original;
  let version = from;
  const changes: AppliedMigration[] = [];
  while (version !== apiVersion) {
    const migration = migrations.find((candidate) => candidate.from === version);
    if (migration === undefined) throw new Error(`There is no migration from ${version}.`);
    const step = apply(migration, text, file);
    text = step.text;
    changes.push(...step.changes);
    version = migration.to;
  }
  if (text !== source.original && options.write !== false) replaceFile(file, text);
  return { file, from, to: version, changes };
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly message: string;
}

function apply(
  migration: Migration,
  text: string,
  file: string,
): { text: string; changes: AppliedMigration[] } {
  const edits: Edit[] = [];
  const lines = new LineIndex(text);

  const visit = (node: Node | null | undefined, path: readonly PathSegment[]): void => {
    // The target of an alias is changed where it is written.
    if (node === null || node === undefined || isAlias(node)) return;
    if (isSeq(node)) for (const [index, item] of node.items.entries()) visit(item as Node, [...path, index]);
    if (isScalar(node)) replaceValue(node, path);
    if (!isMap(node)) return;
    for (const pair of node.items) {
      const key = pair.key as Node;
      if (!isScalar(key) || key.range == null) continue;
      const here = [...path, String(key.value)];
      const rename = migration.renames.find((candidate) => matches(candidate.path, withinOverlay(here)));
      if (rename !== undefined) {
        const [start, end] = key.range;
        const { to } = rename;
        if (node.has(to)) throw bothNames({ file, ...lines.placeOf(start) }, here, to);
        edits.push({ start, end, text: to, message: `${formatPath(here)} is now ${to}.` });
      }
      visit(pair.value as Node | null, here);
    }
  };

  const replaceValue = (
    node: Node & { value?: unknown; source?: string },
    path: readonly PathSegment[],
  ): void => {
    const replacement = migration.replacements.find((candidate) =>
      matches(candidate.path, withinOverlay(path)),
    );
    const typed = node.source ?? String(node.value);
    const changed = replacement?.replace(node.value, typed);
    if (changed === undefined || node.range == null) return;
    const [start, end] = node.range;
    edits.push({ start, end, text: changed, message: `${formatPath(path)}: ${typed} is now ${changed}.` });
  };

  visit(
    parseYaml(text, { schema: "core", version: "1.2", uniqueKeys: false, logLevel: "silent" }).contents,
    [],
  );
  edits.sort((a, b) => a.start - b.start);
  const changes = edits.map((edit) => ({ line: lines.placeOf(edit.start).line, message: edit.message }));
  let changed = text;
  for (const edit of edits.toReversed())
    changed = changed.slice(0, edit.start) + edit.text + changed.slice(edit.end);
  return { text: changed, changes };
}

/** The path within an overlay, which is a part of a file. */
const withinOverlay = (path: readonly PathSegment[]): readonly PathSegment[] =>
  path[0] === "hosting" && path[1] === "environments" && path.length > 3 ? path.slice(3) : path;

const matches = (pattern: Pattern, path: readonly PathSegment[]): boolean =>
  pattern.length === path.length &&
  pattern.every((segment, index) => segment === "*" || segment === path[index]);

function bothNames(
  place: Pick<Problem, "file" | "line" | "column">,
  path: readonly PathSegment[],
  to: string,
): LocalisationError {
  const message = `${quote(path.at(-1))} would become ${quote(to)}, which also exists.`;
  const remediation = "Keep one of the two.";
  return new LocalisationError([{ ...place, path: formatPath(path), message, remediation }]);
}

/** Writes a temporary file next to it, then renames: a reader sees the old text or the new one. */
function replaceFile(file: string, text: string): void {
  const target = realpathSync(file);
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    const descriptor = openSync(temporary, "wx", statSync(target).mode);
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
      closeSync(descriptor);
      renameSync(temporary, target);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    const message = `The file can't be rewritten (${(error as NodeJS.ErrnoException).code ?? error}).`;
    const remediation = `Allow this user to write in ${dirname(target)}, and check that the disk has room.`;
    throw new LocalisationError([{ file, line: 1, column: 1, path: "", message, remediation }]);
  }
}
