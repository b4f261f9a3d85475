/** Checks a catalogue's messages, and compares a translation with the English catalogue. */

import { nearest } from "../../base/nearest.ts";
import { didYouMean, type Problem, quote } from "../problem.ts";
import { standardQuestions } from "../questionnaire.ts";
import { type LocatedDocument, nodeAt } from "../read/document.ts";
import type { Catalogue } from "../schema/catalogue.ts";
import { argumentsOf, faultOf } from "./message-format.ts";

export interface LoadedCatalogue {
  readonly catalogue: Catalogue;
  readonly document: LocatedDocument;
}

interface Comparison {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** The comparison of each translation with this English catalogue. */
const compared = new WeakMap<Catalogue, { readonly english: Catalogue; readonly comparison: Comparison }>();

export function compareWithEnglish(translated: LoadedCatalogue, english: Catalogue): Comparison {
  if (translated.catalogue === english) return { problems: [], warnings: [] };
  const known = compared.get(translated.catalogue);
  if (known?.english === english) return known.comparison;
  const comparison = {
    problems: unknownArguments(translated, english),
    warnings: missingTexts(translated, english),
  };
  compared.set(translated.catalogue, { english, comparison });
  return comparison;
}

export function malformedMessages({ catalogue, document }: LoadedCatalogue): Problem[] {
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

/** A page passes only the values that the English message names. */
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
        const choices = known.size === 0 ? "It has none." : `It has: ${[...known].join(", ")}.`;
        return document.problemAt(
          node,
          "value",
          `The message has no value ${quote(name)}.`,
          didYouMean(near, choices),
        );
      });
  });
}

function missingTexts({ catalogue, document }: LoadedCatalogue, english: Catalogue): Problem[] {
  const warnings: Problem[] = [];
  const questions = standardQuestions.map(({ id }) => id);
  for (const [section, wanted] of [
    ["messages", Object.keys(english.messages)] as const,
    ["questions", questions] as const,
  ]) {
    const entry = document.root.entries.get(section);
    const node = entry?.kind === "map" ? entry : document.root;
    const missing = wanted.filter((key) => !Object.hasOwn(catalogue[section], key));
    if (missing.length > 0)
      warnings.push(
        document.problemAt(
          node,
          "key",
          `${missing.length} of ${wanted.length} ${section} are missing; pages show them in English.`,
          `Translate ${listed(missing)}.`,
        ),
      );
    const known = new Set(wanted);
    for (const [key, item] of node === entry ? node.entries : []) {
      if (known.has(key)) continue;
      const near = nearest(key, missing);
      warnings.push(
        document.problemAt(item, "key", `No page uses ${quote(key)}.`, didYouMean(near, "Remove it.")),
      );
    }
  }
  return warnings;
}

const listed = (keys: readonly string[]): string =>
  keys.length <= 8 ? keys.join(", ") : `${keys.slice(0, 8).join(", ")} and ${keys.length - 8} more`;
