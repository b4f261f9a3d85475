/**
 * The diagnostic's standard questions, the same in every country: what each one measures and its weight.
 * Their texts are in the language catalogues (`countries/languages/`) under the same ids; a country adds, weighs,
 * rewords or omits questions in its own file (`diagnostic`).
 */
import type { DiagnosticQuestion } from "./schema/country.ts";

/** `weight` is relative within the dimension; an essential question caps its dimension at its own level plus one. */
export type StandardQuestion = Pick<
  DiagnosticQuestion,
  "id" | "dimension" | "barriers" | "weight" | "essential"
>;

type Row = readonly [id: string, ...barriers: StandardQuestion["barriers"][number][]];

/** Three questions for each dimension, of weight 2, 1.5 and 1, the first of them essential; at least four for each barrier. */
export const standardQuestions: readonly StandardQuestion[] = [
  ...ofDimension("strategy-and-finance", [
    ["digital-plan", "capital", "processes"],
    ["investment-return", "capital"],
    ["access-to-finance", "capital", "technology-market"],
  ]),
  ...ofDimension("people-and-skills", [
    ["workforce-digital-skills", "skills"],
    ["responsible-person", "skills", "processes"],
    ["training", "skills", "capital"],
  ]),
  ...ofDimension("processes-and-shop-floor", [
    ["production-tracking", "processes", "it-ot"],
    ["quality-records", "processes"],
    ["maintenance", "processes", "skills"],
  ]),
  ...ofDimension("machines-and-connectivity", [
    ["machine-signals", "it-ot", "capital"],
    ["shop-floor-network", "it-ot"],
    ["energy-metering", "it-ot", "processes"],
  ]),
  ...ofDimension("data-and-security", [
    ["backup-and-access", "it-ot", "skills"],
    ["data-in-decisions", "processes", "skills"],
    ["linked-systems", "it-ot"],
  ]),
  ...ofDimension("market-and-ecosystem", [
    ["technology-suppliers", "technology-market"],
    ["customer-data", "technology-market", "processes"],
    ["partners", "technology-market", "skills"],
  ]),
];

function ofDimension(
  dimension: StandardQuestion["dimension"],
  rows: readonly [Row, Row, Row],
): StandardQuestion[] {
  return rows.map(([id, ...barriers], index) => ({
    id,
    dimension,
    barriers,
    weight: 2 - index / 2,
    essential: index === 0,
  }));
}
