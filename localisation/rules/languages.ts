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
  const missing: MissingText[] = [];
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
    if (path[0] === "diagnostic") missing.push(...requireAll(text, path, ofDiagnostic));
    else missing.push(...requireDefault(text, path, languages));
  }
  for (const texts of Map.groupBy(
    missing,
    ({ kind, languages: tags }) => `${kind} ${tags.join(" ")}`,
  ).values())
    reportTogether(examination, texts);
};

/** A text that lacks languages: `offered` by the diagnostic, the `default` one, or `other` ones of the pages. */
interface MissingText {
  readonly path: readonly PathSegment[];
  readonly kind: "offered" | "default" | "other";
  readonly languages: readonly string[];
  readonly shownIn: string;
}

/** A language that was added to the file is one cause, however many texts lack it. */
function reportTogether(examination: Examination, texts: readonly MissingText[]): void {
  const [first] = texts;
  if (first === undefined) return;
  const { path, kind, languages, shownIn } = first;
  const one = texts.length === 1;
  const tags = languages.join(", ");
  const add = `Add ${languages.map((language) => `${language}: …`).join(", ")}`;
  const lines = one
    ? ""
    : `, in ${linesOf(texts.map((text) => examination.problem(text.path, "", "", "key").line))}`;
  const subject = one ? "The text is" : `${texts.length} texts are`;
  if (kind === "offered")
    examination.report(
      path,
      `${subject} missing in ${tags}, which the diagnostic offers${lines}.`,
      `${add}.`,
      "key",
    );
  else if (kind === "default")
    examination.report(
      path,
      `${subject} missing in ${tags}, the default language${lines}.`,
      `${add}.`,
      "key",
    );
  else
    examination.warn(
      path,
      `${subject} missing in ${tags}; pages show ${one ? "it" : "them"} in ${shownIn}${lines}.`,
      one
        ? "Have it translated."
        : "Have them translated; a proper name is written once for all languages, without braces.",
      "key",
    );
}

/** `line 5`, `lines 5 to 9, 12` */
function linesOf(lines: readonly number[]): string {
  const sorted = [...new Set(lines)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const line of sorted) {
    const run = runs.at(-1);
    if (run?.[1] === line - 1) run[1] = line;
    else runs.push([line, line]);
  }
  const shown = runs.slice(0, 12).map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
  const more = runs.length > 12 ? " and others" : "";
  return `${sorted.length === 1 ? "line" : "lines"} ${shown.join(", ")}${more}`;
}

/** Other keys are refused by the schema. */
const isTag = (key: string): boolean => new RegExp(languagePattern).test(key);

const remediationFor = (language: string, languages: readonly string[]): string => {
  const near = nearest(language, languages);
  return didYouMean(near, `Add it to languages, or remove it here.`);
};

type Text = Readonly<Record<string, string>>;

/** Companies answer these texts, so each offered language needs its own. */
function requireAll(text: Text, path: readonly PathSegment[], languages: readonly string[]): MissingText[] {
  // Languages without an override keep the standard text.
  if (path[1] === "overrides") return [];
  const missing = languages.filter((language) => !Object.hasOwn(text, language));
  return missing.length === 0 ? [] : [{ path, kind: "offered", languages: missing, shownIn: "" }];
}

/** Elsewhere a missing language falls back to the default one. */
function requireDefault(
  text: Text,
  path: readonly PathSegment[],
  languages: readonly string[],
): MissingText[] {
  const [first = commonLanguage, ...others] = languages;
  if (!Object.hasOwn(text, first)) return [{ path, kind: "default", languages: [first], shownIn: "" }];
  const missing = others.filter((language) => !Object.hasOwn(text, language));
  return missing.length === 0 ? [] : [{ path, kind: "other", languages: missing, shownIn: first }];
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
