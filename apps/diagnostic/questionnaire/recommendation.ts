/** What a company should do next: the questions whose next level gains most, and the programmes that fit its barriers. */
import type { FinancingProgramme } from "../../../localisation/schema/country.ts";
import type { Barrier, Question } from "./questionnaire.ts";
import { type Answers, exactOverall, highestLevel, levelOf, type Score } from "./scoring.ts";

export interface NextStep {
  readonly question: Question;
  /** The level that it has now, 0 to 4. */
  readonly from: number;
  /** Whether it caps its dimension. */
  readonly caps: boolean;
}

/** Barriers with a smaller gap need no programme. */
const smallGap = 0.2;
const mostSteps = 5;
const stepsPerDimension = 2;
/** Of each kind: nobody reads a longer list. */
const mostProgrammes = 6;

/** The questions that raise the overall level most when their answer rises by one level; of equal ones the lowest first. */
export function nextSteps(questions: readonly Question[], answers: Answers, score: Score): NextStep[] {
  const capping = new Set(score.dimensions.flatMap(({ cappedBy }) => cappedBy));
  const now = exactOverall(questions, answers);
  const candidates = questions
    .filter(({ id }) => levelOf(answers, id) < highestLevel)
    .map((question) => {
      const from = levelOf(answers, question.id);
      const gain = exactOverall(questions, { ...answers, [question.id]: from + 1 }) - now;
      return { question, from, caps: capping.has(question.id), gain };
    })
    .toSorted(
      (a, b) =>
        b.gain - a.gain ||
        Number(b.caps) - Number(a.caps) ||
        a.from - b.from ||
        b.question.weight - a.question.weight,
    );
  const taken = new Map<string, number>();
  const steps: NextStep[] = [];
  for (const { question, from, caps } of candidates) {
    const count = taken.get(question.dimension) ?? 0;
    if (count >= stepsPerDimension || steps.length >= mostSteps) continue;
    taken.set(question.dimension, count + 1);
    steps.push({ question, from, caps });
  }
  return steps;
}

/** The barriers that hold the company back, largest first. */
export function largestBarriers(score: Score): readonly Barrier[] {
  return score.barriers.filter(({ gap }) => gap >= smallGap).map(({ barrier }) => barrier);
}

/** The company that a programme has to fit. */
export interface Applicant {
  readonly sector: string;
  readonly sizeBand: string;
  /** ISO 3166-2; null where the company named none. */
  readonly region: string | null;
  /** YYYY-MM-DD. */
  readonly today: string;
}

/**
 * Programmes that help with one of the barriers and take this company now; help with the largest barrier first, and of equal
 * help what is meant for fewer companies: a programme for its sector, region or size before one for all.
 */
export function fittingProgrammes(
  programmes: readonly FinancingProgramme[],
  largest: readonly Barrier[],
  { sector, sizeBand, region, today }: Applicant,
): FinancingProgramme[] {
  const rank = (programme: FinancingProgramme) =>
    Math.min(...programme.barriers.map((barrier) => largest.indexOf(barrier)).filter((index) => index >= 0));
  const limits = ({ sectors, sizeBands, regions }: FinancingProgramme) =>
    [sectors, sizeBands, regions].filter((limit) => limit !== undefined).length;
  return programmes
    .filter(
      ({ barriers, sectors, sizeBands, regions, until }) =>
        barriers.some((barrier) => largest.includes(barrier)) &&
        (sizeBands === undefined || sizeBands.includes(sizeBand)) &&
        (sectors === undefined || sectors.includes(sector)) &&
        (regions === undefined || (region !== null && regions.includes(region))) &&
        (until === undefined || until >= today),
    )
    .toSorted((a, b) => rank(a) - rank(b) || limits(b) - limits(a))
    .slice(0, mostProgrammes);
}
