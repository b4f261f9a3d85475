/**
 * Language catalogues: all texts of the pages and the standard questionnaire in one language. They are in a `languages`
 * folder next to the country file, otherwise in the kit's own folder. English is complete and the fallback.
 */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { deepFreeze } from "../../base/freeze.ts";
import { kitPath, packageRoot } from "../../base/package-root.ts";
import { catalogueFile } from "../check/schema-check.ts";
import { validate } from "../check/validation.ts";
import { fillDefaults } from "../complete/defaults.ts";
import { LocalisationError, type Problem } from "../problem.ts";
import { type LocatedDocument, nodeAt, parseDocument, plainValue } from "../read/document.ts";
import { readSource } from "../read/source.ts";
import type { Catalogue } from "../schema/catalogue.ts";
import { compareWithEnglish, type LoadedCatalogue, malformedMessages } from "./translation-check.ts";

export type { Catalogue };

const fallback = "en";

/** Catalogues by file, reused while the file stays the same. */
const loaded = new Map<string, LoadedCatalogue & { readonly stamp: string }>();

function stampOf(file: string): string {
  const { ino, size, mtimeNs } = statSync(file, { bigint: true });
  return `${ino} ${size} ${mtimeNs}`;
}

/** The existing catalogues of the languages and of English, and the problems in them. */
export function loadCatalogues(
  languages: readonly string[],
  countryFile: string,
): { catalogues: ReadonlyMap<string, LoadedCatalogue>; problems: readonly Problem[] } {
  const catalogues = new Map<string, LoadedCatalogue>();
  const problems: Problem[] = [];
  for (const language of new Set([...languages, fallback])) {
    const file = catalogueOf(language, countryFile);
    if (file === undefined) continue;
    try {
      catalogues.set(language, loadCatalogue(file, language));
    } catch (error) {
      if (!(error instanceof LocalisationError)) throw error;
      problems.push(...error.problems);
    }
  }
  const english = catalogues.get(fallback)?.catalogue;
  if (english !== undefined)
    for (const translated of catalogues.values())
      problems.push(...compareWithEnglish(translated, english).problems);
  return { catalogues, problems };
}

/**
 * One catalogue on its own.
 * @param file the kit's English one where absent.
 * @throws LocalisationError with every problem in it.
 */
export function readCatalogue(
  file = join(packageRoot, "countries", "languages", `${fallback}.yaml`),
): Catalogue {
  return loadCatalogue(file, basename(file, ".yaml")).catalogue;
}

/** For `pt-BR` it looks for `pt-BR`, then for `pt`. */
function catalogueOf(language: string, countryFile: string): string | undefined {
  const names = [language, language.split("-")[0]];
  return [dirname(countryFile), join(packageRoot, "countries")]
    .flatMap((folder) => names.map((name) => join(folder, "languages", `${name}.yaml`)))
    .find((candidate) => existsSync(candidate));
}

function loadCatalogue(file: string, language: string): LoadedCatalogue {
  const stamp = stampOf(file);
  const known = loaded.get(file);
  if (known?.stamp === stamp) return known;
  const document = parseDocument(readSource(file));
  const value = plainValue(document.root);
  const problems = [
    ...document.problems,
    ...validate(catalogueFile, value, document, document.root).problems,
  ];
  const said = document.root.entries.get("language");
  if (
    said?.kind === "scalar" &&
    typeof said.value === "string" &&
    said.value.split("-")[0] !== language.split("-")[0]
  )
    problems.push(
      document.problemAt(said, "value", `The file is named for ${language}.`, `Write language: ${language}.`),
    );
  if (problems.length === 0) problems.push(...malformedMessages({ catalogue: value as Catalogue, document }));
  if (problems.length > 0) throw new LocalisationError(problems);
  const catalogue = deepFreeze(fillDefaults(catalogueFile.schema, value) as Catalogue);
  const result = { catalogue, document, stamp };
  loaded.set(file, result);
  return result;
}

/** Languages without a catalogue, and texts that are missing in a catalogue or unknown. */
export function catalogueWarnings(
  countryFile: LocatedDocument,
  languages: readonly string[],
  catalogues: ReadonlyMap<string, LoadedCatalogue>,
): readonly Problem[] {
  const absent = languages.flatMap((language, index) => {
    if (catalogues.has(language)) return [];
    const message = `There is no catalogue for ${language}; pages show English.`;
    const remediation = `Translate ${kitPath("countries/languages/en.yaml")} as languages/${language}.yaml next to this file.`;
    return [
      countryFile.problemAt(
        nodeAt(countryFile.root, ["languages", index]).node,
        "value",
        message,
        remediation,
      ),
    ];
  });
  const english = catalogues.get(fallback)?.catalogue;
  if (english === undefined) return absent;
  const incomplete = languages.flatMap((language) => {
    const translated = catalogues.get(language);
    return translated === undefined ? [] : compareWithEnglish(translated, english).warnings;
  });
  return [...absent, ...incomplete];
}
