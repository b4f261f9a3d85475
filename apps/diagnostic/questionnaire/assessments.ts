/** Assessments: a company's answers to the diagnostic, and the result. */
import { and, desc, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import { answer, assessment } from "../../../stores/relational/schema.ts";
import type { Question } from "./questionnaire.ts";
import { type Answers, type Score, score } from "./scoring.ts";

export interface Assessment {
  readonly id: string;
  readonly startedAt: Date;
  readonly completedAt: Date | null;
  /** As computed when it was completed. */
  readonly score: Score | null;
}

export interface GivenAnswer {
  readonly question: string;
  /** 0 to 5; null for "I don't know". */
  readonly level: number | null;
  readonly answeredAt: Date;
}

const columns = {
  id: assessment.id,
  startedAt: assessment.startedAt,
  completedAt: assessment.completedAt,
  score: assessment.score,
};

/** The one that the company is filling in. */
export async function openAssessment(database: Database, company: string): Promise<Assessment | undefined> {
  const [row] = await database
    .select(columns)
    .from(assessment)
    .where(and(eq(assessment.companyId, company), isNull(assessment.completedAt)));
  return row as Assessment | undefined;
}

/** Starts one, or returns the one that is open: a company has at most one. */
export async function startAssessment(database: Database, company: string): Promise<Assessment> {
  await database.insert(assessment).values({ companyId: company }).onConflictDoNothing();
  const open = await openAssessment(database, company);
  if (open === undefined) throw new Error(`The assessment of ${company} was completed while it was started.`);
  return open;
}

/** Latest first. */
export async function completedAssessments(database: Database, company: string): Promise<Assessment[]> {
  const rows = await database
    .select(columns)
    .from(assessment)
    .where(and(eq(assessment.companyId, company), isNotNull(assessment.completedAt)))
    .orderBy(desc(assessment.completedAt));
  return rows as Assessment[];
}

/** @returns undefined for one that doesn't exist or is another company's. */
export async function assessmentOf(
  database: Database,
  company: string,
  id: string,
): Promise<Assessment | undefined> {
  if (!isIdentifier(id)) return undefined;
  const [row] = await database
    .select(columns)
    .from(assessment)
    .where(and(eq(assessment.id, id), eq(assessment.companyId, company)));
  return row as Assessment | undefined;
}

/** Whether any company has it. */
export async function isAssessment(database: Database, id: string): Promise<boolean> {
  return isIdentifier(id) && (await database.$count(assessment, eq(assessment.id, id))) > 0;
}

const isIdentifier = (id: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id);

export async function answersOf(database: Database, assessmentId: string): Promise<Answers> {
  const rows = await database.select().from(answer).where(eq(answer.assessmentId, assessmentId));
  return Object.fromEntries(rows.map(({ questionId, level }) => [questionId, level]));
}

/**
 * Saves answers of an assessment that is still open. Of two answers to one question the one given later stays, whichever
 * arrives first. A time in the future, from a wrong clock, counts as now.
 * @returns false when the assessment is completed.
 */
export async function saveAnswers(
  database: Database,
  assessmentId: string,
  given: readonly GivenAnswer[],
  now = new Date(),
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const [open] = await transaction
      .select({ id: assessment.id })
      .from(assessment)
      .where(and(eq(assessment.id, assessmentId), isNull(assessment.completedAt)))
      .for("share");
    if (open === undefined) return false;
    const latest = new Map<string, GivenAnswer>();
    for (const one of given.toSorted((a, b) => a.answeredAt.getTime() - b.answeredAt.getTime()))
      latest.set(one.question, one);
    if (latest.size === 0) return true;
    await transaction
      .insert(answer)
      .values(
        [...latest.values()].map(({ question, level, answeredAt }) => ({
          assessmentId,
          questionId: question,
          level,
          answeredAt: answeredAt > now ? now : answeredAt,
        })),
      )
      .onConflictDoUpdate({
        target: [answer.assessmentId, answer.questionId],
        set: { level: sql`excluded.level`, answeredAt: sql`excluded.answered_at` },
        setWhere: sql`${answer.answeredAt} <= excluded.answered_at`,
      });
    return true;
  });
}

/**
 * Computes the result and closes the assessment.
 * @returns the questions that have no answer yet; empty where the assessment was completed, now or before.
 */
export async function completeAssessment(
  database: Database,
  assessmentId: string,
  questions: readonly Question[],
): Promise<readonly Question[]> {
  return database.transaction(async (transaction) => {
    const [open] = await transaction
      .select({ id: assessment.id })
      .from(assessment)
      .where(and(eq(assessment.id, assessmentId), isNull(assessment.completedAt)))
      .for("update");
    if (open === undefined) return [];
    const answers = await answersOf(transaction, assessmentId);
    const missing = questions.filter(({ id }) => answers[id] === undefined);
    if (missing.length > 0) return missing;
    await transaction
      .update(assessment)
      .set({ completedAt: new Date(), score: score(questions, answers) })
      .where(eq(assessment.id, assessmentId));
    return [];
  });
}
