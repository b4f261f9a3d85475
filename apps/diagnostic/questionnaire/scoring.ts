/**
 * Scores a diagnostic. Each answer is a level from 0 to 5; "I don't know" (null) and no answer count as level 0, so that
 * finding out never lowers a result.
 *
 *     dimension = min( Σ weight·level / Σ weight ,  1 + min(level of its essential questions) )
 *     overall   = mean of the dimensions that have questions
 *     gap of a barrier = Σ weight·(5 − level) / Σ weight·5   over the questions tied to it
 *
 * Dimension and overall levels are rounded to one decimal at the end. docs/scoring.md explains the choice.
 */
import { barriers, dimensions } from "../../../localisation/schema/diagnostic.ts";
import type { Barrier, Dimension, Question } from "./questionnaire.ts";

export const highestLevel = 5;

/** By question id: 0 to 5, or null for "I don't know". */
export type Answers = Readonly<Record<string, number | null>>;

export interface DimensionScore {
  readonly dimension: Dimension;
  /** 0 to 5, one decimal. */
  readonly level: number;
  /** Ids of the essential questions that hold the dimension below its mean; empty when none does. */
  readonly cappedBy: readonly string[];
}

export interface BarrierScore {
  readonly barrier: Barrier;
  /** 0 (nothing is missing) to 1 (everything is). */
  readonly gap: number;
}

export interface Score {
  /** 0 to 5, one decimal. */
  readonly overall: number;
  readonly dimensions: readonly DimensionScore[];
  /** Largest gap first. */
  readonly barriers: readonly BarrierScore[];
  /** Ids of the questions answered with "I don't know". */
  readonly unknown: readonly string[];
}

export function score(questions: readonly Question[], answers: Answers): Score {
  const exact = exactLevels(questions, answers);
  return {
    overall: rounded(mean([...exact.values()].map(({ level }) => level))),
    dimensions: [...exact].map(([dimension, { level, cappedBy }]) => ({
      dimension,
      level: rounded(level),
      cappedBy,
    })),
    barriers: barrierScores(questions, answers),
    unknown: questions.filter(({ id }) => answers[id] === null).map(({ id }) => id),
  };
}

/** The overall level before rounding: a single step changes it only a little. */
export function exactOverall(questions: readonly Question[], answers: Answers): number {
  return mean([...exactLevels(questions, answers).values()].map(({ level }) => level));
}

/** The whole level that a result has reached: 2.9 is level 2. */
export function stageOf(level: number): number {
  return Math.min(highestLevel, Math.max(0, Math.floor(level)));
}

export function levelOf(answers: Answers, id: string): number {
  return Math.min(highestLevel, Math.max(0, answers[id] ?? 0));
}

function exactLevels(questions: readonly Question[], answers: Answers) {
  const levels = new Map<Dimension, { level: number; cappedBy: readonly string[] }>();
  for (const dimension of dimensions) {
    const own = questions.filter((question) => question.dimension === dimension);
    if (own.length === 0) continue;
    const weights = own.reduce((sum, { weight }) => sum + weight, 0);
    const weighted = own.reduce((sum, { id, weight }) => sum + weight * levelOf(answers, id), 0) / weights;
    const essential = own.filter((question) => question.essential);
    const cap = 1 + Math.min(highestLevel, ...essential.map(({ id }) => levelOf(answers, id)));
    const cappedBy = essential
      .filter(({ id }) => cap < weighted && levelOf(answers, id) + 1 === cap)
      .map(({ id }) => id);
    levels.set(dimension, { level: Math.min(weighted, cap, highestLevel), cappedBy });
  }
  return levels;
}

function barrierScores(questions: readonly Question[], answers: Answers): BarrierScore[] {
  return barriers
    .flatMap((barrier) => {
      const tied = questions.filter((question) => question.barriers.includes(barrier));
      if (tied.length === 0) return [];
      const missing = tied.reduce(
        (sum, { id, weight }) => sum + weight * (highestLevel - levelOf(answers, id)),
        0,
      );
      const possible = tied.reduce((sum, { weight }) => sum + weight * highestLevel, 0);
      return [{ barrier, gap: missing / possible }];
    })
    .toSorted((a, b) => b.gap - a.gap);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rounded(level: number): number {
  // The small term lets 2.25, which is 2.2499… in binary, round as people expect.
  return Math.round((level + 1e-9) * 10) / 10;
}
