/** The last report before this one: found beside it, kept in `source/previous/`, and compared. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { fileFailure } from "../base/file-failure.ts";
import { InputError } from "../base/kit-error.ts";
import { sha256 } from "./canonical.ts";
import { diffFiles, diffReports } from "./diff.ts";
import { type DiffSection, diffSections } from "./diff-sections.ts";
import { parseReport } from "./read-report.ts";
import type { Report } from "./report-schema.ts";
import { isInside } from "./signing/statement.ts";

export interface Previous {
  readonly report: Report;
  /** Of its report.json. */
  readonly bytes: Buffer;
  /** Its copy of the localisation file, where it has one. */
  readonly file?: Buffer;
}

/** What the next report must have in common with it. */
export interface Sought {
  readonly country: string;
  readonly target: string;
  readonly environment: string | undefined;
  /** It was made before. */
  readonly at: Date;
}

export const previousFolder = "source/previous";
const mostListed = 1000;
const largestBytes = 64 * 1024 * 1024;

/**
 * The last report of the same country, target and environment, in the folder or beside it.
 * @param folder that the new report gets.
 */
export function lastReport(
  folder: string,
  { country, target, environment, at }: Sought,
): Previous | undefined {
  const parent = dirname(resolve(folder));
  const beside = existsSync(parent) ? readdirSync(parent, { withFileTypes: true }) : [];
  const found = beside
    .filter((entry) => entry.isDirectory() && existsSync(join(parent, entry.name, "report.json")))
    .flatMap(({ name }) => {
      try {
        return [readPrevious(join(parent, name))];
      } catch (error) {
        // A folder that holds something else is none of its business.
        if (error instanceof InputError) return [];
        throw error;
      }
    })
    .filter(
      ({ report }) =>
        report.country === country &&
        report.target === target &&
        report.environment === environment &&
        Date.parse(report.made.at) < at.getTime(),
    );
  return found.sort((a, b) => (a.report.made.at < b.report.made.at ? 1 : -1))[0];
}

/**
 * @param folder of a report.
 * @throws InputError
 */
export function readPrevious(folder: string): Previous {
  const path = join(folder, "report.json");
  const bytes = read(path);
  const report = parseReport(bytes, path);
  const file = join(folder, "source", nameOf(report));
  return { report, bytes, ...(existsSync(file) && { file: read(file) }) };
}

function read(file: string): Buffer {
  try {
    if (statSync(file).size <= largestBytes) return readFileSync(file);
  } catch (error) {
    throw new InputError(`${file} can't be read: ${fileFailure(error)}.`, "Name the folder of a report.");
  }
  throw new InputError(`${file} is larger than 64 MiB.`, "Name the folder of a report.");
}

/** Of its localisation file. The report was written elsewhere: its words lead out of no folder. */
function nameOf({ inputs }: Report): string {
  const { file } = inputs.localisation;
  if (isInside(file) && !file.includes("/")) return file;
  throw new InputError(
    "The earlier report names a file that is outside of its folder.",
    "Name another report.",
  );
}

/** Its files in the folder of the report that was compared with it. */
export function previousFiles({ report, bytes, file }: Previous): [string, Buffer][] {
  return [
    [`${previousFolder}/report.json`, bytes],
    ...(file === undefined ? [] : [[`${previousFolder}/${nameOf(report)}`, file] as [string, Buffer]]),
  ];
}

/**
 * The same from these files.
 * @throws InputError where its report.json is damaged.
 */
export function previousIn(files: ReadonlyMap<string, Buffer>): Previous | undefined {
  const bytes = files.get(`${previousFolder}/report.json`);
  if (bytes === undefined) return undefined;
  const report = parseReport(bytes, `${previousFolder}/report.json`);
  const file = files.get(`${previousFolder}/${nameOf(report)}`);
  return { report, bytes, ...(file !== undefined && { file }) };
}

/** What every report has anew, or says elsewhere. */
const always: ReadonlySet<DiffSection> = new Set(["made", "inputs"]);

/** @param file the new report's localisation file. */
export function changesSince(
  previous: Previous,
  report: Report,
  file: string,
): NonNullable<Report["changes"]> {
  const { kit, made } = previous.report;
  const inFile = previous.file === undefined ? [] : diffFiles(parsed(previous.file), parsed(file));
  const differences = [...diffReports(previous.report, report), ...inFile]
    .filter(({ section }) => !always.has(section))
    .sort((a, b) => diffSections.indexOf(a.section) - diffSections.indexOf(b.section))
    .map(({ section, kind, path, before, after }) => ({
      section,
      kind,
      path,
      ...(before !== undefined && { before }),
      ...(after !== undefined && { after }),
    }));
  return {
    since: { at: made.at, by: made.by, kit, sha256: sha256(previous.bytes) },
    differences: differences.slice(0, mostListed),
    unlisted: Math.max(0, differences.length - mostListed),
  };
}

/** An earlier file may have been written for a version of the kit that took what YAML does not allow. */
function parsed(text: Buffer | string): unknown {
  try {
    return parse(text.toString(), { logLevel: "silent" });
  } catch {
    return undefined;
  }
}
