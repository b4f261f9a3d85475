/**
 * Language catalogues: all texts of the pages and the standard questionnaire in one language. They stand in a
 * `languages` folder beside the country file, else in the kit's own. English is complete and the fallback.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fillDefaults } from "./defaults.ts";
import { type LocatedDocument, nodeAt, parseDocument, plainValue } from "./document.ts";
import { deepFreeze } from "./freeze.ts";
import { argumentsOf, faultOf } from "./message-format.ts";
import { nearest } from "./nearest.ts";
import { packageRoot } from "./package-root.ts";
import { LocalisationError, type Problem, quote } from "./problem.ts";
import { standardQuestions } from "./questionnaire.ts";
import type { Catalogue } from "./schema/catalogue.ts";
import { catalogueFile } from "./schema-check.ts";
import { readSource, type Source } from "./source.ts";
import { validate } from "./validation.ts";

export type { Catalogue };

export interface LoadedCatalogue {
  readonly catalogue: Catalogue;
  readonly document: LocatedDocument;
}

const fallback = "en";

/** Catalogues by file, reused while the file's bytes stay the same. */
const loaded = new Map<string, LoadedCatalogue>();

/** Catalogues whose messages take the values of this English one. */
const agreed = new WeakMap<Catalogue, Catalogue>();

/** The catalogues of the languages and of English, as far as they exist, with what is wrong in them. */
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
    for (const translated of catalogues.values()) {
      if (agreed.get(translated.catalogue) === english) continue;
      const unknown = unknownArguments(translated, english);
      problems.push(...unknown);
      if (unknown.length === 0) agreed.set(translated.catalogue, english);
    }
  return { catalogues, problems };
}

/** `pt-BR` is looked for as itself, then as `pt`. */
function catalogueOf(language: string, countryFile: string): string | undefined {
  const names = [language, language.split("-")[0]];
  return [dirname(countryFile), join(packageRoot, "countries")]
    .flatMap((folder) => names.map((name) => join(folder, "languages", `${name}.yaml`)))
    .find((candidate) => existsSync(candidate));
}

function loadCatalogue(file: string, language: string): LoadedCatalogue {
  const source: Source = readSource(file);
  const known = loaded.get(file);
  if (known?.document.source.sha256 === source.sha256) return known;
  const document = parseDocument(source);
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
  const result = { catalogue, document };
  loaded.set(file, result);
  return result;
}

function malformedMessages({ catalogue, document }: LoadedCatalogue): Problem[] {
  return Object.entries(catalogue.messages).flatMap(([key, message]) => {
    const fault = faultOf(message);
    if (fault === undefined) return [];
    const { node } = nodeAt(document.root, ["messages", key]);
    return [
      document.problemAt(
        node,
        "value",
        `The message is malformed: ${fault}.`,
        "Compare its braces with the English one.",
      ),
    ];
  });
}

/** A page gives a message the values that the English one names, and no others. */
function unknownArguments({ catalogue, document }: LoadedCatalogue, english: Catalogue): Problem[] {
  return Object.entries(catalogue.messages).flatMap(([key, message]) => {
    const original = english.messages[key];
    if (original === undefined || message === original || !message.includes("{")) return [];
    const known = argumentsOf(original);
    const { node } = nodeAt(document.root, ["messages", key]);
    return [...argumentsOf(message)]
      .filter((name) => !known.has(name))
      .map((name) => {
        const near = nearest(name, known);
        const choices = known.size === 0 ? "It takes none." : `It takes: ${[...known].join(", ")}.`;
        return document.problemAt(
          node,
          "value",
          `The message takes no value ${quote(name)}.`,
          near === undefined ? choices : `Did you mean ${quote(near)}?`,
        );
      });
  });
}

/** Languages without a catalogue, and texts that a catalogue lacks or has too many. */
export function catalogueWarnings(
  countryFile: LocatedDocument,
  languages: readonly string[],
  catalogues: ReadonlyMap<string, LoadedCatalogue>,
): readonly Problem[] {
  const absent = languages.flatMap((language, index) => {
    if (catalogues.has(language)) return [];
    const message = `There is no catalogue for ${language}; pages show English.`;
    const cure = `Translate countries/languages/en.yaml as languages/${language}.yaml beside this file.`;
    return [
      countryFile.problemAt(nodeAt(countryFile.root, ["languages", index]).node, "value", message, cure),
    ];
  });
  const english = catalogues.get(fallback)?.catalogue;
  if (english === undefined) return absent;
  const incomplete = languages.flatMap((language) => {
    const translated = catalogues.get(language);
    return translated === undefined || language === fallback ? [] : compare(translated, english);
  });
  return [...absent, ...incomplete];
}

function compare({ catalogue, document }: LoadedCatalogue, english: Catalogue): Problem[] {
  const warnings: Problem[] = [];
  const questions = standardQuestions.map(({ id }) => id);
  for (const [section, wanted] of [
    ["messages", Object.keys(english.messages)] as const,
    ["questions", questions] as const,
  ]) {
    const node = document.root.entries.get(section);
    if (node?.kind !== "map") continue;
    const missing = wanted.filter((key) => !Object.hasOwn(catalogue[section], key));
    if (missing.length > 0)
      warnings.push(
        document.problemAt(
          node,
          "key",
          `Of ${wanted.length} texts ${missing.length} are missing; they show in English.`,
          `Translate ${listed(missing)}.`,
        ),
      );
    const known = new Set(wanted);
    for (const [key, item] of node.entries) {
      if (known.has(key)) continue;
      const near = nearest(key, missing);
      warnings.push(
        document.problemAt(
          item,
          "key",
          `${quote(key)} is in no page.`,
          near === undefined ? "Take it out." : `Did you mean ${quote(near)}?`,
        ),
      );
    }
  }
  return warnings;
}

const listed = (keys: readonly string[]): string =>
  keys.length <= 8 ? keys.join(", ") : `${keys.slice(0, 8).join(", ")} and ${keys.length - 8} more`;
