/** The diagnostic: start, answer one question at a time or many at once after a lost connection, check, complete, result. */
import type { Hono } from "hono";
import { lastDays } from "../machines/routes.ts";
import { companyOf } from "../web/access.ts";
import { formBody } from "../web/form-body.ts";
import type { Environment, Services } from "../web/services.ts";
import {
  type Assessment,
  answersOf,
  assessmentOf,
  completeAssessment,
  completedAssessments,
  type GivenAnswer,
  openAssessment,
  saveAnswers,
  startAssessment,
} from "./assessments.ts";
import { compareWithPeers } from "./comparison.ts";
import {
  checkPage,
  diagnosticPage,
  firstUnanswered,
  questionPage,
  questionPath,
  questionSheet,
} from "./pages.ts";
import { fittingProgrammes, largestBarriers, nextSteps } from "./recommendation.ts";
import { resultPage } from "./result-page.ts";

export function diagnosticRoutes(app: Hono<Environment>, services: Services): void {
  const { database, questions, country } = services;
  const pathOf = (question: string) => questions.find(({ id }) => id === question);

  app.get("/diagnostic", async (c) => {
    const company = companyOf(c);
    const open = await openAssessment(database, company.id);
    return c.html(
      diagnosticPage(c.var.view, {
        questions,
        open:
          open === undefined
            ? undefined
            : { answers: await answersOf(database, open.id), startedAt: open.startedAt },
        completed: await completedAssessments(database, company.id),
      }),
    );
  });

  app.post("/diagnostic/start", async (c) => {
    const open = await startAssessment(database, companyOf(c).id);
    return c.redirect(questionPath(firstUnanswered(questions, await answersOf(database, open.id))), 303);
  });

  app.get("/diagnostic/sheet", async (c) => {
    const open = await openAssessment(database, companyOf(c).id);
    if (open === undefined) return c.notFound();
    const answers = await answersOf(database, open.id);
    return c.html(questionSheet(c.var.view, { assessmentId: open.id, questions }, answers));
  });

  app.get("/diagnostic/questions/:id", async (c) => {
    const question = pathOf(c.req.param("id"));
    if (question === undefined) return c.notFound();
    const open = await openAssessment(database, companyOf(c).id);
    if (open === undefined) return c.redirect("/diagnostic", 303);
    const answers = await answersOf(database, open.id);
    const fromCheck = c.req.query("from") === "check";
    const answer = answers[question.id];
    return c.html(
      questionPage(c.var.view, { assessmentId: open.id, questions, question, answer, fromCheck }),
    );
  });

  app.post("/diagnostic/questions/:id", async (c) => {
    const question = pathOf(c.req.param("id"));
    if (question === undefined) return c.notFound();
    const open = await openAssessment(database, companyOf(c).id);
    if (open === undefined) return c.redirect("/diagnostic", 303);
    const form = await formBody(c);
    const fromCheck = form("from") === "check";
    const level = levelIn(form("level"));
    if (level === undefined) {
      const answers = await answersOf(database, open.id);
      const errors = { level: c.var.view.t("question.missing") };
      const answer = answers[question.id];
      return c.html(
        questionPage(c.var.view, { assessmentId: open.id, questions, question, answer, fromCheck, errors }),
        422,
      );
    }
    await saveAnswers(database, open.id, [{ question: question.id, level, answeredAt: new Date() }]);
    return c.redirect(
      fromCheck ? "/diagnostic/check" : questionPath(questions[questions.indexOf(question) + 1]),
      303,
    );
  });

  // JSON from the script, one or many answers: those given without a connection come later, with their own times.
  app.post("/diagnostic/answers", async (c) => {
    if (!/^application\/json\b/.test(c.req.header("content-type") ?? ""))
      return c.json({ error: "Send JSON." }, 415);
    const sent = readAnswers(
      await c.req.json().catch(() => undefined),
      new Set(questions.map(({ id }) => id)),
    );
    if (sent === undefined) return c.json({ error: "The answers can't be read." }, 422);
    const own = await assessmentOf(database, companyOf(c).id, sent.assessment);
    if (own === undefined) return c.json({ error: "There is no such assessment." }, 404);
    const open = await saveAnswers(database, own.id, sent.answers);
    return open
      ? c.json({ saved: sent.answers.length })
      : c.json({ error: "The assessment is completed." }, 409);
  });

  app.get("/diagnostic/check", async (c) => {
    const open = await openAssessment(database, companyOf(c).id);
    if (open === undefined) return c.redirect("/diagnostic", 303);
    return c.html(checkPage(c.var.view, { questions, answers: await answersOf(database, open.id) }));
  });

  app.post("/diagnostic/complete", async (c) => {
    const company = companyOf(c);
    const open = await openAssessment(database, company.id);
    if (open === undefined) return c.redirect("/diagnostic", 303);
    const missing = await completeAssessment(database, open.id, questions);
    if (missing.length > 0) {
      const text = c.var.view.t("check.missing");
      const errors = Object.fromEntries(missing.map(({ id }) => [id, text]));
      return c.html(
        checkPage(c.var.view, { questions, answers: await answersOf(database, open.id), errors }),
        422,
      );
    }
    return c.redirect(`/diagnostic/results/${open.id}`, 303);
  });

  app.get("/diagnostic/results/:id", async (c) => {
    const company = companyOf(c);
    const assessment = await assessmentOf(database, company.id, c.req.param("id"));
    if (!isCompleted(assessment)) return c.notFound();
    const answers = await answersOf(database, assessment.id);
    const barriers = largestBarriers(assessment.score);
    const applicant = { ...company, today: lastDays(country.timezone, 1).to };
    return c.html(
      resultPage(c.var.view, {
        completedAt: assessment.completedAt,
        score: assessment.score,
        questions,
        nextSteps: nextSteps(questions, answers, assessment.score),
        financing: fittingProgrammes(country.diagnostic.financing, barriers, applicant),
        levers: fittingProgrammes(country.diagnostic.levers, barriers, applicant),
        comparisons: await compareWithPeers(database, country, company),
      }),
    );
  });
}

type Completed = { [K in keyof Assessment]: NonNullable<Assessment[K]> };

function isCompleted(assessment: Assessment | undefined): assessment is Completed {
  return assessment !== undefined && assessment.completedAt !== null && assessment.score !== null;
}

/** @returns undefined for nothing that the form offers. */
function levelIn(text: string): number | null | undefined {
  if (text === "unknown") return null;
  return /^[0-5]$/.test(text) ? Number(text) : undefined;
}

function readAnswers(
  body: unknown,
  ids: ReadonlySet<string>,
): { assessment: string; answers: GivenAnswer[] } | undefined {
  const { assessment, answers } = (body ?? {}) as { assessment?: unknown; answers?: unknown };
  if (typeof assessment !== "string" || !Array.isArray(answers) || answers.length > 200) return undefined;
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
