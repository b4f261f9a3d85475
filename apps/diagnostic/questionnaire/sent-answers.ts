/** Reads answers as the form and the script send them. */
import type { GivenAnswer } from "./assessments.ts";
import type { Question } from "./questionnaire.ts";

/** @returns 0 to 5, null for "I don't know"; undefined for anything that the form does not offer. */
export function levelIn(text: string): number | null | undefined {
  if (text === "unknown") return null;
  return /^[0-5]$/.test(text) ? Number(text) : undefined;
}

/** What one delivery holds: each answer is read alone, so that one which can't be kept costs no other. */
export interface SentAnswers {
  /** The assessment's identifier, unchecked. */
  readonly assessment: string;
  readonly answers: readonly GivenAnswer[];
  /** Of answers that can't be kept: to a question that is no longer asked, with a level or time that there isn't. */
  readonly refused: readonly string[];
}

/** @returns undefined where the body is not `{ assessment, answers: [{ question, level, answeredAt }] }`. */
export function readAnswers(body: unknown, questions: readonly Question[]): SentAnswers | undefined {
  const { assessment, answers } = (body ?? {}) as { assessment?: unknown; answers?: unknown };
  if (typeof assessment !== "string" || !Array.isArray(answers) || answers.length > 200) return undefined;
  const ids = new Set(questions.map(({ id }) => id));
  const read: GivenAnswer[] = [];
  const refused: string[] = [];
  for (const item of answers) {
    const { question, level, answeredAt } = (item ?? {}) as Record<string, unknown>;
    if (typeof question !== "string") continue;
    const value = typeof level === "string" ? levelIn(level) : undefined;
    const time = typeof answeredAt === "number" && answeredAt >= 0 ? new Date(answeredAt) : undefined;
    const isKept = ids.has(question) && value !== undefined && time !== undefined && !Number.isNaN(+time);
    if (isKept) read.push({ question, level: value, answeredAt: time });
    else refused.push(question);
  }
  return { assessment, answers: read, refused };
}
