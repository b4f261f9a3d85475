/** Fills in the diagnostic for simulated factories, so that the ministry's overview shows levels. */
import { notExists, sql } from "drizzle-orm";
import type { Country } from "../../localisation/schema/country.ts";
import type { Database } from "../../stores/relational/database.ts";
import { answer, assessment, company } from "../../stores/relational/schema.ts";
import { type Question, questionnaireOf } from "../diagnostic/questionnaire/questionnaire.ts";
import { type Answers, score } from "../diagnostic/questionnaire/scoring.ts";
import type { Factory } from "./factories.ts";
import { Random } from "./random.ts";

const day = 24 * 3_600_000;
const seed = 2;
/** Most answer within the programme's first months. */
const daysOfAnswers = 60;
const shareAnswered = 0.8;
const shareUnknown = 0.04;
const companiesAtOnce = 200;

/** Gives most factories one completed assessment; not those that have one already, and not `except`. */
export async function fillInDiagnostics(
  database: Database,
  country: Country,
  factories: readonly Factory[],
  except: string | undefined,
  now = Date.now(),
): Promise<void> {
  const questions = questionnaireOf(country);
  const unanswered = await database
    .select({ id: company.id })
    .from(company)
    .where(
      notExists(
        database.select({ one: sql`1` }).from(assessment).where(sql`${assessment.companyId} = ${company.id}`),
      ),
    );
  const ids = new Set(unanswered.map(({ id }) => id));
  const filledIn = factories
    .filter(({ id }) => ids.has(id) && id !== except && Random.of(seed, id).next() < shareAnswered)
    .map((factory) => fillIn(factory, country, questions, now));
  for (let start = 0; start < filledIn.length; start += companiesAtOnce) {
    const some = filledIn.slice(start, start + companiesAtOnce);
    await database.transaction(async (transaction) => {
      await transaction.insert(assessment).values(some.map(({ row }) => row));
      await transaction.insert(answer).values(some.flatMap(({ answers }) => answers));
    });
  }
}

function fillIn({ id, sizeBand }: Factory, country: Country, questions: readonly Question[], now: number) {
  const random = Random.of(seed, `answers of ${id}`);
  // Larger companies have higher levels, as in every public survey.
  const band = country.programme.sizeBands.findIndex((candidate) => candidate.id === sizeBand);
  const usual = random.normal(1.2 + 0.6 * Math.max(0, band), 0.6);
  const answers: Answers = Object.fromEntries(
    questions.map((question) => {
      const level = Math.round(Math.min(5, Math.max(0, random.normal(usual, 0.9))));
      return [question.id, random.next() < shareUnknown ? null : level];
    }),
  );
  const completedAt = new Date(now - random.between(0, daysOfAnswers * day));
  const assessmentId = crypto.randomUUID();
  const startedAt = new Date(completedAt.getTime() - random.between(10, 40) * 60_000);
  return {
    row: { id: assessmentId, companyId: id, startedAt, completedAt, score: score(questions, answers) },
    answers: Object.entries(answers).map(([questionId, level]) => ({
      assessmentId,
      questionId,
      level,
      answeredAt: completedAt,
    })),
  };
}
