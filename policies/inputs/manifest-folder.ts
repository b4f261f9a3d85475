/**
 * A folder of manifests: every file that kubectl would read, hidden and linked ones too, and the settings of the charts that its
 * `install.sh` installs. What can't be read is named, and stops nothing else from being checked.
 */
import { existsSync, readdirSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileFailure } from "../../base/file-failure.ts";
import { LocalisationError, type Problem } from "../../localisation/problem.ts";
import type { Unread } from "../engine/unread.ts";
import { isObject, type Resource } from "../resources/resource.ts";
import { documentIn, type ParsedManifests, parsed, problemAt } from "./manifests.ts";

const maximumBytes = 64 * 1024 * 1024;
const manifestName = /\.(ya?ml|json)$/i;

export interface ReadManifests {
  readonly resources: readonly Resource[];
  readonly unread: readonly Unread[];
}

/**
 * @param path a folder, read with the folders below it, or one file.
 * @throws LocalisationError where nothing in it can be read, with every file by line and column.
 */
export function readManifests(path: string): ReadManifests {
  const problems: Problem[] = [];
  const resources: Resource[] = [];
  const files = filesOf(path, problems);
  const charts = files.filter((file) => basename(file) === "install.sh").flatMap((file) => chartsOf(file));
  const settings = new Set(charts.map(({ values }) => values));
  for (const chart of charts) take(() => ({ resources: [releaseOf(chart)], problems: [] }));
  for (const file of files)
    if (manifestName.test(file) || file === path)
      take(() => parsed(textOf(file, file === path), file, settings.has(file)));
  if (resources.length === 0 && problems.length === 0)
    problems.push(
      problemAt(
        path,
        "The folder has no manifest.",
        "Name a folder with files that end in .yaml, .yml or .json.",
      ),
    );
  if (resources.length === 0) throw new LocalisationError(problems);
  return { resources, unread: problems.map(unreadOf) };

  function take(read: () => ParsedManifests): void {
    try {
      const found = read();
      resources.push(...found.resources);
      problems.push(...found.problems);
    } catch (error) {
      if (!(error instanceof LocalisationError)) throw error;
      problems.push(...error.problems);
    }
  }
}

const unreadOf = ({ file, line, path, message, remediation }: Problem): Unread => ({
  subject: file,
  path,
  message: `It is not checked: ${message}`,
  remediation,
  source: { file, line },
});

/** Manifests and scripts of installation; a link counts as what it leads to. Folders that can't be read are added to the problems. */
function filesOf(path: string, problems: Problem[], seen: ReadonlySet<string> = new Set()): string[] {
  const status = statusOf(path);
  if (status === undefined)
    throw new LocalisationError([problemAt(path, "There is no such file or folder.", "Check the path.")]);
  if (!status.isDirectory()) return [path];
  const real = realpathSync(path);
  // A link to a folder above it.
  if (seen.has(real)) return [];
  return namesIn(path, problems)
    .sort()
    .flatMap((name) => {
      const below = join(path, name);
      if (statusOf(below)?.isDirectory()) return filesOf(below, problems, new Set([...seen, real]));
      return manifestName.test(name) || name === "install.sh" ? [below] : [];
    });
}

function namesIn(folder: string, problems: Problem[]): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    problems.push(
      problemAt(folder, `The folder can't be read: ${fileFailure(error)}.`, "Check its permissions."),
    );
    return [];
  }
}

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** @param given by name: then it may be a pipe. */
function textOf(file: string, given = false): string {
  const status = statusOf(file);
  const wrong = (message: string, remediation: string) =>
    new LocalisationError([problemAt(file, message, remediation)]);
  if (status === undefined) throw wrong("The link leads nowhere.", "Remove it, or correct where it leads.");
  if (!status.isFile() && !given) throw wrong("It is not a file.", "Remove it from the folder.");
  if (status.size > maximumBytes)
    throw wrong(
      `The file has ${status.size.toLocaleString("en")} bytes; at most ${maximumBytes.toLocaleString("en")} are read.`,
      "Split it into several files.",
    );
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw wrong(`The file can't be read: ${fileFailure(error)}.`, "Check its permissions.");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw wrong("The file is not text in UTF-8.", "Remove it from the folder, or save it as UTF-8.");
  }
}

interface Chart {
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  readonly namespace: string;
  /** File of its values. */
  readonly values: string;
  readonly source: { readonly file: string; readonly line: number };
}

/** The line that `rollout plan --manifests` writes for each chart. */
const installs =
  /^helm upgrade --install (?<name>\S+) (?<chart>\S+) --version (?<version>\S+) --namespace (?<namespace>\S+) --create-namespace --atomic --values (?<values>[\w.-]+)$/;

function chartsOf(script: string): Chart[] {
  return textOf(script)
    .split("\n")
    .flatMap((line, index) => {
      const found = installs.exec(line)?.groups;
      if (found === undefined) return [];
      const { name = "", chart = "", version = "", namespace = "", values = "" } = found;
      const source = { file: script, line: index + 1 };
      return [{ name, chart, version, namespace, values: join(dirname(script), values), source }];
    });
}

/** The chart as a plan has it. */
function releaseOf({ values: file, source, ...chart }: Chart): Resource {
  if (!existsSync(file))
    throw new LocalisationError([
      problemAt(file, `There is no such file, and ${source.file} installs ${chart.name} with it.`, "Add it."),
    ]);
  const values = documentIn(textOf(file), file);
  const type = "kubernetes:helm.sh/v3:Release";
  return {
    type,
    name: `Release/${chart.name}`,
    urn: `urn:manifest::${type}::${chart.name}`,
    properties: { ...chart, values: isObject(values) ? values : {} },
    source: { file, line: 1 },
  };
}
