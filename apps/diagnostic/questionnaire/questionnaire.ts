/**
 * The questions that a country's companies answer: the standard ones with the country's overrides, then its own, in
 * the order of the dimensions.
 */

import type { Translation } from "../../../localisation/languages/translation.ts";
import { standardQuestions } from "../../../localisation/questionnaire.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import { dimensions } from "../../../localisation/schema/diagnostic.ts";

export type Dimension = (typeof dimensions)[number];
export type Barrier = Country["diagnostic"]["financing"][number]["barriers"][number];

export interface Question {
  readonly id: string;
  readonly dimension: Dimension;
  readonly barriers: readonly Barrier[];
  /** Relative to the other questions of the dimension. */
  readonly weight: number;
  /** Caps its dimension at its own level plus one. */
  readonly essential: boolean;
}

export function questionnaireOf(country: Country): readonly Question[] {
  const { overrides, extraQuestions } = country.diagnostic;
  const standard = standardQuestions
    .filter(({ id }) => overrides[id]?.omit !== true)
    .map((question) => ({ ...question, weight: overrides[question.id]?.weight ?? question.weight }));
  const all: Question[] = [...standard, ...extraQuestions];
  return all.toSorted((a, b) => dimensions.indexOf(a.dimension) - dimensions.indexOf(b.dimension));
}

/** The country's own wording where it has one, else the catalogue's. */
export function textsOf(
  country: Country,
  id: string,
  translation: Translation,
): ReturnType<Translation["question"]> {
  const extra = country.diagnostic.extraQuestions.find((question) => question.id === id);
  if (extra !== undefined) {
    return {
      text: translation.textOf(extra.text),
      levels: extra.levels.map((level) => translation.textOf(level)),
    };
  }
  const texts = translation.question(id);
  const override = country.diagnostic.overrides[id]?.text;
  return override === undefined ? texts : { ...texts, text: translation.textOf(override) };
}
