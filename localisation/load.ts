/** Loads a country's localisation file: read, parsed, checked, completed, frozen; or all that is wrong with it at once. */
import { type Catalogue, loadCatalogue } from "./catalogue.ts";
import { fillDefaults } from "./defaults.ts";
import { type LocatedDocument, type LocatedMap, parseDocument, plainValue } from "./document.ts";
import { deepFreeze } from "./freeze.ts";
import { nearest } from "./nearest.ts";
import { environmentsOf, merge } from "./overlay.ts";
import { LocalisationError, type Problem, quote, sortProblems } from "./problem.ts";
import type { Country } from "./schema/country.ts";
import { countryFile } from "./schema-check.ts";
import { readSource } from "./source.ts";
import { validate } from "./validation.ts";

export { formatProblem, LocalisationError, type Problem } from "./problem.ts";
export type { Catalogue };

export interface LoadOptions {
  /** The overlay of `hosting.environments` to lay over the file; none where absent. */
  readonly environment?: string;
  /** YYYY-MM-DD, against which waivers expire and holidays are computed; the present day where absent. */
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
  readonly warnings: readonly Problem[];
}

/** @throws LocalisationError with every problem found. */
export function loadCountry(file: string, options: LoadOptions = {}): LoadedCountry {
  const source = readSource(file);
  const document = parseDocument(source);
  const problems: Problem[] = [...document.problems];
  const warnings: Problem[] = [];
  const root = layered(document, options.environment, problems);
  problems.push(...validate(countryFile, document, root).problems);
  if (problems.length > 0) throw new LocalisationError(problems);
  const country = fillDefaults(countryFile.schema, plainValue(root)) as Country;
  const catalogues: Record<string, Catalogue> = {};
  for (const language of new Set([...country.languages, "en"])) {
    const catalogue = loadCatalogue(language, file);
    if (catalogue !== undefined) catalogues[language] = catalogue;
  }
  return deepFreeze({
    country,
    ...(options.environment === undefined ? {} : { environment: options.environment }),
    file,
    sha256: source.sha256,
    catalogues,
    warnings: sortProblems(warnings),
  });
}

function layered(
  document: LocatedDocument,
  environment: string | undefined,
  problems: Problem[],
): LocatedMap {
  if (environment === undefined) return document.root;
  const environments = environmentsOf(document.root);
  const overlay = environments.get(environment);
  if (overlay?.kind === "map") return merge(document.root, overlay);
  const near = nearest(environment, environments.keys());
  problems.push({
    ...document.problemAt(document.root, "key", `The file has no environment ${quote(environment)}.`, ""),
    cure:
      near === undefined
        ? `It has: ${[...environments.keys()].join(", ") || "none"}.`
        : `Did you mean ${quote(near)}?`,
  });
  return document.root;
}
