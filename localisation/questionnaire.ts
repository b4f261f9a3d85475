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

/** Three questions for each dimension, one of them essential; at least four questions for each barrier. */
export const standardQuestions: readonly StandardQuestion[] = [
  {
    id: "digital-plan",
    dimension: "strategy-and-finance",
    barriers: ["capital", "processes"],
    weight: 2,
    essential: true,
  },
  {
    id: "investment-return",
    dimension: "strategy-and-finance",
    barriers: ["capital"],
    weight: 1.5,
    essential: false,
  },
  {
    id: "access-to-finance",
    dimension: "strategy-and-finance",
    barriers: ["capital", "technology-market"],
    weight: 1,
    essential: false,
  },
  {
    id: "workforce-digital-skills",
    dimension: "people-and-skills",
    barriers: ["skills"],
    weight: 2,
    essential: true,
  },
  {
    id: "responsible-person",
    dimension: "people-and-skills",
    barriers: ["skills", "processes"],
    weight: 1.5,
    essential: false,
  },
  {
    id: "training",
    dimension: "people-and-skills",
    barriers: ["skills", "capital"],
    weight: 1,
    essential: false,
  },
  {
    id: "production-tracking",
    dimension: "processes-and-shop-floor",
    barriers: ["processes", "it-ot"],
    weight: 2,
    essential: true,
  },
  {
    id: "quality-records",
    dimension: "processes-and-shop-floor",
    barriers: ["processes"],
    weight: 1.5,
    essential: false,
  },
  {
    id: "maintenance",
    dimension: "processes-and-shop-floor",
    barriers: ["processes", "skills"],
    weight: 1,
    essential: false,
  },
  {
    id: "machine-signals",
    dimension: "machines-and-connectivity",
    barriers: ["it-ot", "capital"],
    weight: 2,
    essential: true,
  },
  {
    id: "shop-floor-network",
    dimension: "machines-and-connectivity",
    barriers: ["it-ot"],
    weight: 1.5,
    essential: false,
  },
  {
    id: "energy-metering",
    dimension: "machines-and-connectivity",
    barriers: ["it-ot", "processes"],
    weight: 1,
    essential: false,
  },
  {
    id: "backup-and-access",
    dimension: "data-and-security",
    barriers: ["it-ot", "skills"],
    weight: 2,
    essential: true,
  },
  {
    id: "data-in-decisions",
    dimension: "data-and-security",
    barriers: ["processes", "skills"],
    weight: 1.5,
    essential: false,
  },
  {
    id: "linked-systems",
    dimension: "data-and-security",
    barriers: ["it-ot"],
    weight: 1,
    essential: false,
  },
  {
    id: "technology-suppliers",
    dimension: "market-and-ecosystem",
    barriers: ["technology-market"],
    weight: 2,
    essential: true,
  },
  {
    id: "customer-data",
    dimension: "market-and-ecosystem",
    barriers: ["technology-market", "processes"],
    weight: 1.5,
    essential: false,
  },
  {
    id: "partners",
    dimension: "market-and-ecosystem",
    barriers: ["technology-market", "skills"],
    weight: 1,
    essential: false,
  },
];
