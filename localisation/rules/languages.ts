/** Texts exist in exactly the languages that the file offers. */

import { nearest } from "../../base/nearest.ts";
import type { Examination, Rule } from "../check/examination.ts";
import { fileSchemas } from "../check/schema-check.ts";
import { didYouMean, type PathSegment, quote } from "../problem.ts";
import { languagePattern } from "../schema/common.ts";
import type { SchemaNode } from "../schema/file-schema.ts";

/** Always allowed, for staff who compare countries and for reports. */
const commonLanguage = "en";

export const diagnosticLanguagesAreOffered: Rule = (examination) => {
  const languages = examination.read("languages");
  if (languages === undefined) return;
  for (const { item, path } of examination.elements("diagnostic", "languages"))
    if (!languages.includes(item))
      examination.report(
        path,
        `${quote(item)} is not one of the file's languages.`,
        remediationFor(item, languages),
      );
};

export const textsAreInTheLanguages: Rule = (examination) => {
  const languages = examination.read("languages");
  if (languages === undefined) return;
  const ofDiagnostic = examination.read("diagnostic", "languages") ?? languages;
  for (const { text, path } of localisedTexts(fileSchemas.country, examination.draft, [])) {
    if (!examination.isValid(path)) continue;
    for (const language of Object.keys(text).filter(isTag))
      if (language !== commonLanguage && !languages.includes(language))
        examination.report(
          [...path, language],
          `${quote(language)} is not one of the file's languages.`,
          remediationFor(language, languages),
          "key",
        );
    if (path[0] === "diagnostic") requireAll(examination, text, path, ofDiagnostic);
    else requireDefault(examination, text, path, languages);
  }
};

/** Other keys are refused by the schema. */
const isTag = (key: string): boolean => new RegExp(languagePattern).test(key);

const remediationFor = (language: string, languages: readonly string[]): string => {
  const near = nearest(language, languages);
  return didYouMean(near, `Add it to languages, or remove it here.`);
};

type Text = Readonly<Record<string, string>>;

/** Companies answer these texts, so each offered language needs its own. */
function requireAll(
  examination: Examination,
  text: Text,
  path: readonly PathSegment[],
  languages: readonly string[],
): void {
  // Languages without an override keep the standard text.
  if (path[1] === "overrides") return;
  const missing = languages.filter((language) => !Object.hasOwn(text, language));
  if (missing.length > 0)
    examination.report(
      path,
      `The text is missing in ${missing.join(", ")}, which the diagnostic offers.`,
      `Add ${missing.map((language) => `${language}: …`).join(", ")}.`,
      "key",
    );
}

/** Elsewhere a missing language falls back to the default one. */
function requireDefault(
  examination: Examination,
  text: Text,
  path: readonly PathSegment[],
  languages: readonly string[],
): void {
  const [first = commonLanguage, ...others] = languages;
  if (!Object.hasOwn(text, first)) {
    examination.report(
      path,
      `The text is missing in ${first}, the default language.`,
      `Add ${first}: ….`,
      "key",
    );
    return;
  }
  const missing = others.filter((language) => !Object.hasOwn(text, language));
  if (missing.length > 0)
    examination.warn(
      path,
      `The text is missing in ${missing.join(", ")}; pages show it in ${first}.`,
      "Have it translated.",
      "key",
    );
}

function* localisedTexts(
  schema: SchemaNode,
  value: unknown,
  path: readonly PathSegment[],
): Generator<{ text: Text; path: readonly PathSegment[] }> {
  if (typeof value !== "object" || value === null) return;
  if (schema.localised === true) {
    yield { text: value as Text, path };
  } else if (Array.isArray(value)) {
    if (schema.items !== undefined)
      for (const [index, item] of value.entries())
        yield* localisedTexts(schema.items, item, [...path, index]);
  } else {
    const shared = Object.values(schema.patternProperties ?? {})[0];
    for (const [key, item] of Object.entries(value)) {
      const of = schema.properties?.[key] ?? shared;
      if (of !== undefined) yield* localisedTexts(of, item, [...path, key]);
    }
  }
}
