/** Reads answers as the form and the script send them. */
import type { GivenAnswer } from "./assessments.ts";
import type { Question } from "./questionnaire.ts";

/** @returns 0 to 5, null for "I don't know"; undefined for anything that the form does not offer. */
export function levelIn(text: string): number | null | undefined {
  if (text === "unknown") return null;
  return /^[0-5]$/.test(text) ? Number(text) : undefined;
}

/** @returns undefined where the body is not `{ assessment, answers: [{ question, level, answeredAt }] }`. */
export function readAnswers(
  body: unknown,
  questions: readonly Question[],
): { assessment: string; answers: GivenAnswer[] } | undefined {
  const { assessment, answers } = (body ?? {}) as { assessment?: unknown; answers?: unknown };
  if (typeof assessment !== "string" || !Array.isArray(answers) || answers.length > 200) return undefined;
  const ids = new Set(questions.map(({ id }) => id));
  const read: GivenAnswer[] = [];
  for (const item of answers) {
    const { question, level, answeredAt } = (item ?? {}) as Record<string, unknown>;
    if (typeof question !== "string" || typeof level !== "string" || typeof answeredAt !== "number")
      return undefined;
    const value = levelIn(level);
    const time = new Date(answeredAt);
    if (!ids.has(question) || value === undefined || answeredAt < 0 || Number.isNaN(time.getTime()))
      return undefined;
    read.push({ question, level: value, answeredAt: time });
  }
  return { assessment, answers: read };
}
