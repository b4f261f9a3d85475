/** Loads a country's localisation file: reads, parses, checks, completes and freezes it, or reports all problems at once. */

import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { dayIn } from "../base/day.ts";
import { deepFreeze } from "../base/freeze.ts";
import { nearest } from "../base/nearest.ts";
import { type Circumstances, Examination } from "./check/examination.ts";
import { countryFile } from "./check/schema-check.ts";
import { validate } from "./check/validation.ts";
import { fillDefaults } from "./complete/defaults.ts";
import { deriveDefaults } from "./complete/derived-defaults.ts";
import { fileValue } from "./complete/file-value.ts";
import { type Catalogue, catalogueWarnings, loadCatalogues } from "./languages/catalogue.ts";
import { requireCurrentVersion } from "./migrations/versions.ts";
import { didYouMean, LocalisationError, type Problem, quote, sortProblems } from "./problem.ts";
import { type LocatedDocument, type LocatedMap, nodeAt, parseDocument } from "./read/document.ts";
import { environmentsOf, merge } from "./read/overlay.ts";
import { readSource, type Source } from "./read/source.ts";
import { backupFolderPath, sharedBackups } from "./rules/backup-places.ts";
import { placeholdersOf } from "./rules/placeholders.ts";
import { rules } from "./rules/rules.ts";
import type { Country } from "./schema/country.ts";
import { formats, timeZonesOf } from "./schema/formats.ts";

export { formatProblem, LocalisationError, type Problem } from "./problem.ts";
export type { Catalogue };

export interface LoadOptions {
  /** The overlay of `hosting.environments` to use; where absent none is used, and all are checked. */
  readonly environment?: string;
  /** Used instead of `hosting.target`; the file must have its settings. */
  readonly target?: Country["hosting"]["target"];
  /** YYYY-MM-DD, against which waivers expire and holidays are computed; the country's present day where absent. */
  readonly today?: string;
}

export interface LoadedCountry {
  readonly country: Country;
  readonly environment?: string;
  readonly file: string;
  /** Of the file's bytes. */
  readonly sha256: string;
  /** By language: each that the country offers and has a catalogue for, and always English. */
  readonly catalogues: Readonly<Record<string, Catalogue>>;
  /** The text of the SVG that `branding.logo` names. */
  readonly logo?: string;
  readonly warnings: readonly Problem[];
  /** What is still to be filled in, each with its question; production refuses them. */
  readonly placeholders: readonly Problem[];
  /** The library is date-holidays: what it says is to be confirmed. */
  readonly holidaysFrom: "file" | "library";
}

/** @throws LocalisationError with every problem found. */
export const loadCountry = (file: string, options: LoadOptions = {}): LoadedCountry =>
  loadSource(readSource(file), options);

/**
 * The same for a file that has been read already.
 * @throws LocalisationError with every problem found.
 */
export function loadSource(source: Source, options: LoadOptions = {}): LoadedCountry {
  const { file } = source;
  const document = parseDocument(source);
  requireCurrentVersion(document);
  const problems: Problem[] = [...document.problems];
  const warnings: Problem[] = [];
  let wanted: Examination | undefined;
  const examined: Examination[] = [];
  // Placeholders are allowed in a file unless its production environment is requested.
  const circumstances = { environment: options.environment, today: options.today ?? todayIn(document.root) };
  const layers = layersOf(document, options.environment, problems);
  for (const { root, overlay } of layers) {
    const target = wanted === undefined ? options.target : undefined;
    const examination = examine(document, root, { ...circumstances, overlay }, target);
    problems.push(...examination.problems);
    warnings.push(...examination.warnings);
    examined.push(examination);
    wanted ??= examination;
  }
  for (const { root, overlay } of mayShareBackups(document) ? layersOf(document, undefined, []) : [])
    if (layers.every((layer) => layer.overlay !== overlay))
      examined.push(
        examine(document, root, { ...circumstances, environment: undefined, overlay }, undefined),
      );
  problems.push(...sharedBackups(examined, layers.length));
  const languages = wanted?.read("languages") ?? [];
  const { catalogues, problems: catalogueProblems } = loadCatalogues(languages, file);
  problems.push(...catalogueProblems);
  if (wanted === undefined || problems.length > 0) throw new LocalisationError(problems);
  warnings.push(...catalogueWarnings(document, languages, catalogues));
  const { logo } = wanted.draft.branding;
  return deepFreeze({
    country: wanted.draft,
    ...(logo === undefined ? {} : { logo: readFileSync(join(dirname(file), logo), "utf8") }),
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    file,
    sha256: source.sha256,
    catalogues: Object.fromEntries([...catalogues].map(([language, { catalogue }]) => [language, catalogue])),
    warnings: sortProblems(warnings),
    holidaysFrom: wanted.isWritten(["telemetry", "holidays"]) ? ("file" as const) : ("library" as const),
    placeholders: sortProblems(examined.slice(0, layers.length).flatMap(placeholdersOf)),
  });
}

/** Where the file names no folder, each environment has its own. */
const mayShareBackups = (document: LocatedDocument): boolean =>
  layersOf(document, undefined, []).some(
    ({ root }) => nodeAt(root, backupFolderPath).depth === backupFolderPath.length,
  );

/** The file with the overlay of one of its environments, or without any. */
interface Layer {
  readonly root: LocatedMap;
  readonly overlay: string | undefined;
}

/** The file with the requested environment; without one, the file alone, then with each of its environments. */
export function layersOf(
  document: LocatedDocument,
  wanted: string | undefined,
  problems: Problem[],
): readonly Layer[] {
  const environments = environmentsOf(document.root);
  const base = { root: document.root, overlay: undefined };
  if (wanted === undefined)
    return [
      base,
      ...[...environments].flatMap(([name, overlay]) =>
        overlay.kind === "map" ? [{ root: merge(document.root, overlay), overlay: name }] : [],
      ),
    ];
  const overlay = environments.get(wanted);
  if (overlay?.kind === "map") return [{ root: merge(document.root, overlay), overlay: wanted }];
  const near = nearest(wanted, environments.keys());
  const choices =
    environments.size === 0
      ? `It has none. Add hosting: { environments: { ${wanted}: {} } }, with what differs there.`
      : `It has: ${[...environments.keys()].join(", ")}.`;
  problems.push(
    document.problemAt(
      document.root,
      "key",
      `The file has no environment ${quote(wanted)} under hosting.environments.`,
      didYouMean(near, choices),
    ),
  );
  return [base];
}

function examine(
  document: LocatedDocument,
  root: LocatedMap,
  circumstances: Circumstances,
  target: LoadOptions["target"],
): Examination {
  const { value, placeholders } = fileValue(root, countryFile.schema);
  const validation = validate(countryFile, value, document, root);
  const draft = fillDefaults(countryFile.schema, value) as Country;
  const examination = new Examination(document, root, draft, validation.invalid, circumstances, placeholders);
  examination.problems.push(...validation.problems);
  if (target !== undefined && examination.isValid(["hosting"])) Object.assign(draft.hosting, { target });
  deriveDefaults(examination);
  for (const rule of rules) rule(examination);
  return examination;
}

/** The present day in the country, or in UTC where the file does not give a valid country or time zone. */
function todayIn(root: LocatedMap): string {
  const text = (key: string): string => {
    const node = root.entries.get(key);
    return node?.kind === "scalar" && typeof node.value === "string" ? node.value : "";
  };
  const own = formats.country(text("country")) ? timeZonesOf(text("country"))[0] : undefined;
  const zone = formats["time-zone"](text("timezone")) ? text("timezone") : own;
  return dayIn(zone ?? "UTC");
}
