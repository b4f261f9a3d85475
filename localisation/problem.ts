/** A problem in a file, with its place and how to fix it, and the error with all problems. */
import { InputError } from "../base/kit-error.ts";

export interface Problem {
  /** The file, as the caller named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** Where in the file's structure, e.g. `residency.regions[0]`; empty for the file as a whole. */
  readonly path: string;
  /** What is wrong. One sentence, full stop. */
  readonly message: string;
  /** How to fix it, one or more sentences. */
  readonly remediation: string;
  /** Worth a look when the file is checked, and nothing that other commands depend on. */
  readonly advice?: true;
}

/** `za.yaml:12:7  residency.regions[0]: "af-south-2" is not a region of aws. Did you mean "af-south-1"?` */
export function formatProblem(problem: Problem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  const path = problem.path === "" ? "" : `${problem.path}: `;
  return `${place}  ${path}${problem.message} ${problem.remediation}`.trimEnd();
}

export type PathSegment = string | number;

/** `["residency", "regions", 0]` as `residency.regions[0]`; unusual keys are quoted. */
export function formatPath(segments: readonly PathSegment[]): string {
  const path = segments.map(formatSegment).join("");
  return path.startsWith(".") ? path.slice(1) : path;
}

/** What a segment adds to the path of what holds it. */
export function formatSegment(segment: PathSegment): string {
  if (typeof segment === "number") return `[${segment}]`;
  if (!/^[\w-]{1,60}$/.test(segment) && !/^[\p{L}\p{N}_-]{1,60}$/u.test(segment))
    return `[${quote(segment)}]`;
  return `.${segment}`;
}

/** A value of the file for a message: quoted, on one line, shortened if it is long. */
export function quote(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  const characters = [...text];
  return characters.length > 80
    ? `${characters.slice(0, 76).join("")}…${text.endsWith('"') ? '"' : ""}`
    : text;
}

/** @param near what was probably meant. @param otherwise the remediation where nothing is near. */
export const didYouMean = (near: string | undefined, otherwise: string): string =>
  near === undefined ? otherwise : `Did you mean ${quote(near)}?`;

/** By file, then by position, without duplicates. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const unique = new Map(problems.map((problem) => [formatProblem(problem), problem]));
  return [...unique.values()].sort(
    (a, b) => Number(a.file > b.file) - Number(a.file < b.file) || a.line - b.line || a.column - b.column,
  );
}

/** A localisation file, or a file that it needs, can't be used; `problems` lists everything that is wrong. */
export class LocalisationError extends InputError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const sorted = sortProblems(problems);
    super(sorted.map(formatProblem).join("\n"));
    this.problems = sorted;
  }

  override get lines(): readonly string[] {
    return this.problems.map(formatProblem);
  }

  override get headline(): string {
    const { length } = this.problems;
    return `${length} ${length === 1 ? "problem" : "problems"}.`;
  }

  override toJSON(): object {
    return { problems: this.problems };
  }
}
