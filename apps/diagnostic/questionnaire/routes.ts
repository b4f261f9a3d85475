/**
 * The diagnostic: start it, answer one question at a time, or many at once after the connection was lost, check the
 * answers, complete it, see the result.
 */
import { type Context, Hono } from "hono";
import { lastDays } from "../../../base/calendar.ts";
import type { Environment } from "../services.ts";
import { companyOf } from "../web/access.ts";
import { formBody } from "../web/form-body.ts";
import {
  answersOf,
  assessmentOf,
  completeAssessment,
  completedAssessments,
  isAssessment,
  openAssessment,
  saveAnswers,
  startAssessment,
} from "./assessments.ts";
import { compareWithPeers } from "./comparison.ts";
import {
  checkPage,
  diagnosticPage,
  firstUnanswered,
  offlineSheet,
  questionPage,
  questionPath,
} from "./pages.ts";
import { fittingProgrammes, largestBarriers, nextSteps } from "./recommendation.ts";
import { resultPage } from "./result-page.ts";
import { levelIn, readAnswers } from "./sent-answers.ts";

export function questionnaireRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/", showStart)
    .post("/start", start)
    .get("/sheet", showSheet)
    .get("/questions/:id", showQuestion)
    .post("/questions/:id", answerQuestion)
    .post("/answers", takeAnswers)
    .get("/check", showCheck)
    .post("/complete", complete)
    .get("/results/:id", showResult);
}

type IdContext = Context<Environment, "/questions/:id">;

async function showStart(c: Context<Environment>): Promise<Response> {
  const { database, questions } = c.var.services;
  const company = companyOf(c).id;
  const assessment = await openAssessment(database, company);
  const open = assessment && { ...assessment, answers: await answersOf(database, assessment.id) };
  const completed = await completedAssessments(database, company);
  return c.html(diagnosticPage(c.var.view, { questions, open, completed }));
}

async function start(c: Context<Environment>): Promise<Response> {
  const { database, questions } = c.var.services;
  const open = await startAssessment(database, companyOf(c).id);
  return c.redirect(questionPath(firstUnanswered(questions, await answersOf(database, open.id))), 303);
}

async function showSheet(c: Context<Environment>): Promise<Response> {
  const { database, questions } = c.var.services;
  const open = await openAssessment(database, companyOf(c).id);
  if (open === undefined) return c.notFound();
  const answers = await answersOf(database, open.id);
  return c.html(offlineSheet(c.var.view, { assessmentId: open.id, questions, answers }));
}

/** The question that the path names, and the assessment that is open; else the answer where one is missing. */
async function openQuestion(c: IdContext) {
  const { database, questions } = c.var.services;
  const question = questions.find(({ id }) => id === c.req.param("id"));
  if (question === undefined) return c.notFound();
  const open = await openAssessment(database, companyOf(c).id);
  return open === undefined ? c.redirect("/diagnostic", 303) : { question, open };
}

async function showQuestion(c: IdContext): Promise<Response> {
  const found = await openQuestion(c);
  if (found instanceof Response) return found;
  return c.html(await pageOf(c, found, { fromCheck: c.req.query("from") === "check" }));
}

async function answerQuestion(c: IdContext): Promise<Response> {
  const { database, questions } = c.var.services;
  const found = await openQuestion(c);
  if (found instanceof Response) return found;
  const { question, open } = found;
  const form = await formBody(c);
  const fromCheck = form("from") === "check";
  const level = levelIn(form("level"));
  if (level === undefined) {
    const errors = { level: c.var.view.t("question.missing") };
    return c.html(await pageOf(c, found, { fromCheck, errors }), 422);
  }
  await saveAnswers(database, open.id, [{ question: question.id, level, answeredAt: new Date() }]);
  const next = questions[questions.indexOf(question) + 1];
  return c.redirect(questionPath(fromCheck ? undefined : next), 303);
}

async function pageOf(
  c: Context<Environment>,
  { question, open }: Exclude<Awaited<ReturnType<typeof openQuestion>>, Response>,
  extra: Pick<Parameters<typeof questionPage>[1], "fromCheck" | "errors">,
) {
  const { database, questions } = c.var.services;
  const answer = (await answersOf(database, open.id))[question.id];
  return questionPage(c.var.view, { assessmentId: open.id, questions, question, answer, ...extra });
}

/**
 * JSON from the script, one or many answers: those given without a connection come later, with their own times. The
 * response names the questions whose answers are stored now, so that the script forgets those and no other.
 */
async function takeAnswers(c: Context<Environment>): Promise<Response> {
  const { database, questions } = c.var.services;
  if (!/^application\/json\b/.test(c.req.header("content-type") ?? ""))
    return c.json({ error: "Send JSON." }, 415);
  const sent = readAnswers(await c.req.json().catch(() => undefined), questions);
  if (sent === undefined) return c.json({ error: "The answers can't be read." }, 422);
  const own = await assessmentOf(database, companyOf(c).id, sent.assessment);
  if (own === undefined)
    return (await isAssessment(database, sent.assessment))
      ? c.json({ error: "It is another company's assessment." }, 404)
      : c.json({ error: "The assessment is gone: it was erased, or a restore does not have it." }, 410);
  const open = await saveAnswers(database, own.id, sent.answers);
  if (!open) return c.json({ error: "The assessment is completed." }, 409);
  return c.json({ saved: sent.answers.map(({ question }) => question), refused: sent.refused });
}

async function showCheck(c: Context<Environment>): Promise<Response> {
  const { database, questions } = c.var.services;
  const open = await openAssessment(database, companyOf(c).id);
  if (open === undefined) return c.redirect("/diagnostic", 303);
  const answers = await answersOf(database, open.id);
  return c.html(checkPage(c.var.view, { assessmentId: open.id, questions, answers }));
}

async function complete(c: Context<Environment>): Promise<Response> {
  const { database, questions } = c.var.services;
  const open = await openAssessment(database, companyOf(c).id);
  if (open === undefined) return c.redirect("/diagnostic", 303);
  const missing = await completeAssessment(database, open.id, questions);
  if (missing.length === 0) return c.redirect(`/diagnostic/results/${open.id}`, 303);
  const errors = Object.fromEntries(missing.map(({ id }) => [id, c.var.view.t("check.missing")]));
  const answers = await answersOf(database, open.id);
  return c.html(checkPage(c.var.view, { assessmentId: open.id, questions, answers, errors }), 422);
}

async function showResult(c: Context<Environment, "/results/:id">): Promise<Response> {
  const { database, questions, country } = c.var.services;
  const company = companyOf(c);
  const id = c.req.param("id");
  const { completedAt, score } = (await assessmentOf(database, company.id, id)) ?? {};
  if (!completedAt || !score) return c.notFound();
  const answers = await answersOf(database, id);
  const barriers = largestBarriers(score);
  const applicant = { ...company, today: lastDays(country.timezone, 1).to };
  return c.html(
    resultPage(c.var.view, {
      completedAt,
      score,
      questions,
      nextSteps: nextSteps(questions, answers, score),
      financing: fittingProgrammes(country.diagnostic.financing, barriers, applicant),
      levers: fittingProgrammes(country.diagnostic.levers, barriers, applicant),
      comparisons: await compareWithPeers(database, country, company),
    }),
  );
}
