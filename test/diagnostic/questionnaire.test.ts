/** Filling in the diagnostic: by plain forms, by the script's queue, in two places at once; and its result. */

import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import { startOfPublicationPeriod } from "../../apps/diagnostic/questionnaire/comparison.ts";
import { questionnaireOf } from "../../apps/diagnostic/questionnaire/questionnaire.ts";
import { score } from "../../apps/diagnostic/questionnaire/scoring.ts";
import { answer, assessment } from "../../stores/relational/schema.ts";
import { type AppUnderTest, Browser, loadFile, openApp } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const questions = questionnaireOf(loadFile("za").country);

async function filling(name: string): Promise<{ browser: Browser; assessmentId: string; company: string }> {
  const { account, id } = await app.company(name);
  const browser = await app.signedIn(account);
  await browser.post("/diagnostic/start");
  const [row] = await app.database.select().from(assessment).where(eq(assessment.companyId, id));
  return { browser, assessmentId: row!.id, company: id };
}

async function storedAnswers(assessmentId: string): Promise<Record<string, number | null>> {
  const rows = await app.database.select().from(answer).where(eq(answer.assessmentId, assessmentId));
  return Object.fromEntries(rows.map(({ questionId, level }) => [questionId, level]));
}

async function answerAll(browser: Browser, level: (index: number) => string): Promise<string> {
  let path = `/diagnostic/questions/${questions[0]!.id}`;
  for (let index = 0; path !== "/diagnostic/check"; index += 1) {
    const response = await browser.post(path, { level: level(index) });
    expect(response.status).toBe(303);
    path = response.headers.get("location")!;
  }
  return (await browser.post("/diagnostic/complete")).headers.get("location")!;
}

describe("without a script", () => {
  test("a company answers one question after the other and sees its result", async () => {
    const { browser, assessmentId } = await filling("Plain Works");
    const result = await answerAll(browser, (index) => (index === 3 ? "unknown" : String(index % 6)));
    expect(result).toBe(`/diagnostic/results/${assessmentId}`);
    const answers = await storedAnswers(assessmentId);
    expect(Object.keys(answers).length).toBe(questions.length);
    const expected = score(questions, answers);
    const page = await browser.page(result);
    expect(page).toContain(`${expected.overall.toFixed(1).replace(".", ",")} of 5`);
    expect(page).toContain("counts as level 0");
    const [row] = await app.database.select().from(assessment).where(eq(assessment.id, assessmentId));
    expect(row?.score).toEqual(expected);
  });

  test("each answer is stored at once, and the company goes on where it stopped", async () => {
    const { browser, assessmentId } = await filling("Pausing Works");
    await browser.post(`/diagnostic/questions/${questions[0]!.id}`, { level: "4" });
    expect(await storedAnswers(assessmentId)).toEqual({ [questions[0]!.id]: 4 });
    const page = await browser.page("/diagnostic");
    expect(page).toContain(`href="/diagnostic/questions/${questions[1]!.id}"`);
    const back = await browser.page(`/diagnostic/questions/${questions[0]!.id}`);
    expect(back).toMatch(/value="4" checked/);
  });

  test.each(["", "6", "-1", "1.5", "NaN", "null", "<b>"])("the level %j is refused", async (level) => {
    const { browser, assessmentId } = await filling("Refusing Works");
    const response = await browser.post(`/diagnostic/questions/${questions[0]!.id}`, { level });
    expect(response.status).toBe(422);
    expect(await storedAnswers(assessmentId)).toEqual({});
  });

  test("a diagnostic with gaps can't be completed, and links to each gap", async () => {
    const { browser } = await filling("Gap Works");
    await browser.post(`/diagnostic/questions/${questions[0]!.id}`, { level: "4" });
    const response = await browser.post("/diagnostic/complete");
    expect(response.status).toBe(422);
    const page = await response.text();
    expect(page).not.toContain(`href="#${questions[0]!.id}"`);
    for (const { id } of questions.slice(1)) expect(page).toContain(`href="#${id}"`);
  });

  test("changing one answer from the check leads back to it", async () => {
    const { browser } = await filling("Changing Works");
    const response = await browser.post(`/diagnostic/questions/${questions[2]!.id}`, {
      level: "1",
      from: "check",
    });
    expect(response.headers.get("location")).toBe("/diagnostic/check");
  });

  test("starting twice at once opens one diagnostic", async () => {
    const { account, id } = await app.company("Double Works");
    const browser = await app.signedIn(account);
    await Promise.all([1, 2, 3].map(() => browser.post("/diagnostic/start")));
    expect(await app.database.$count(assessment, eq(assessment.companyId, id))).toBe(1);
  });
});

describe("answers that were kept on the device", () => {
  const at = (minutesAgo: number) => Date.now() - minutesAgo * 60_000;

  test("are all taken, and a second delivery changes nothing", async () => {
    const { browser, assessmentId } = await filling("Queue Works");
    const body = {
      assessment: assessmentId,
      answers: questions.map(({ id }, index) => ({
        question: id,
        level: String(index % 6),
        answeredAt: at(30 - index),
      })),
    };
    for (const _ of [1, 2]) expect((await browser.postJson("/diagnostic/answers", body)).status).toBe(200);
    expect(await storedAnswers(assessmentId)).toEqual(
      Object.fromEntries(questions.map(({ id }, index) => [id, index % 6])),
    );
  });

  test.each([
    ["a question that is no longer asked", { question: "left-out-since" }],
    ["a prototype's key", { question: "__proto__" }],
    ["a level that there isn't", { level: "9" }],
    ["a level that is a number", { level: 3 }],
    ["a time that is no time", { answeredAt: 1e300 }],
    ["a time before 1970", { answeredAt: -5 }],
    ["no time", { answeredAt: undefined }],
  ])("with %s cost none of the other nine", async (_, wrong) => {
    const { browser, assessmentId } = await filling("Nine Works");
    const sent = questions
      .slice(0, 10)
      .map(({ id }, index) => ({ question: id, level: "3", answeredAt: at(10 - index) }));
    const bad = { ...sent[4]!, ...wrong };
    const body = { assessment: assessmentId, answers: sent.with(4, bad as (typeof sent)[0]) };
    const response = await browser.postJson("/diagnostic/answers", body);
    const kept = sent.map(({ question }) => question).toSpliced(4, 1);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ saved: kept, refused: [bad.question] });
    expect(await storedAnswers(assessmentId)).toEqual(
      Object.fromEntries(kept.map((question) => [question, 3])),
    );
  });

  test("of two to one question the later one stays, in any order of arrival", async () => {
    const { browser, assessmentId } = await filling("Order Works");
    const question = questions[0]!.id;
    const send = (level: string, answeredAt: number) =>
      browser.postJson("/diagnostic/answers", {
        assessment: assessmentId,
        answers: [{ question, level, answeredAt }],
      });
    await send("5", at(1));
    await send("2", at(10));
    expect(await storedAnswers(assessmentId)).toEqual({ [question]: 5 });
    // A clock a year ahead must not make its answer the last one for good.
    await send("3", Date.now() + 365 * 86_400_000);
    await browser.post(`/diagnostic/questions/${question}`, { level: "1" });
    expect(await storedAnswers(assessmentId)).toEqual({ [question]: 1 });
  });

  test("that come after the diagnostic was completed are refused, and the result stays", async () => {
    const { browser, assessmentId } = await filling("Late Works");
    const result = await answerAll(browser, () => "2");
    const response = await browser.postJson("/diagnostic/answers", {
      assessment: assessmentId,
      answers: [{ question: questions[0]!.id, level: "5", answeredAt: Date.now() }],
    });
    expect(response.status).toBe(409);
    expect(await browser.page(result)).toContain("2,0 of 5");
  });

  test("of an assessment that was erased are refused for good, and another company's wait for their owner", async () => {
    const { browser, assessmentId } = await filling("Erased Works");
    const { browser: other } = await filling("Waiting Works");
    const body = {
      assessment: assessmentId,
      answers: [{ question: questions[0]!.id, level: "5", answeredAt: Date.now() }],
    };
    expect((await other.postJson("/diagnostic/answers", body)).status).toBe(404);
    await app.database.delete(assessment).where(eq(assessment.id, assessmentId));
    expect((await browser.postJson("/diagnostic/answers", body)).status).toBe(410);
    expect((await other.postJson("/diagnostic/answers", body)).status).toBe(410);
    expect((await browser.postJson("/diagnostic/answers", { ...body, assessment: "x" })).status).toBe(410);
  });

  test.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["a list", "[]"],
    ["no answers", { assessment: "00000000-0000-0000-0000-000000000000" }],
    ["more answers than there can be questions", { assessment: "", answers: Array(201).fill({}) }],
  ])("with %s are refused", async (_, sent) => {
    const { browser, assessmentId } = await filling("Malformed Works");
    expect((await browser.postJson("/diagnostic/answers", sent)).status).toBe(422);
    expect(await storedAnswers(assessmentId)).toEqual({});
  });

  test("need a session, and JSON as their type", async () => {
    const body = { assessment: "x", answers: [] };
    expect((await app.browser().postJson("/diagnostic/answers", body)).status).toBe(401);
    const { browser } = await filling("Typed Works");
    expect((await browser.post("/diagnostic/answers", { assessment: "x" })).status).toBe(415);
  });

  test("the sheet for going on without a connection has every question and their check", async () => {
    const { browser, assessmentId } = await filling("Sheet Works");
    const sheet = await browser.page("/diagnostic/sheet");
    for (const { id } of questions)
      expect(sheet).toContain(`data-question="${id}" data-assessment="${assessmentId}"`);
    expect(sheet).toContain(`<section class="check" data-assessment="${assessmentId}"`);
  });
});

describe("the country's own part", () => {
  test("its extra question is asked, in its own words", async () => {
    const extra = app.country.diagnostic.extraQuestions[0]!;
    const { browser } = await filling("Extra Works");
    expect(await browser.page(`/diagnostic/questions/${extra.id}`)).toContain(extra.text.en);
  });

  test("omitted questions are not asked, weights and texts are the country's", () => {
    const { country } = loadFile("za");
    const changed = {
      ...country,
      diagnostic: {
        ...country.diagnostic,
        overrides: { training: { omit: true }, maintenance: { weight: 3 } },
      },
    };
    const own = questionnaireOf(changed);
    expect(own.some(({ id }) => id === "training")).toBe(false);
    expect(own.find(({ id }) => id === "maintenance")?.weight).toBe(3);
  });

  test("a completed result keeps its levels when the country changes weights", async () => {
    const { browser } = await filling("Lasting Works");
    const result = await answerAll(browser, (index) => String(index % 6));
    const levels = async (page: Promise<string>) =>
      [...(await page).matchAll(/([\d,]+) of 5/g)].map(([, level]) => level);
    const before = await levels(browser.page(result));
    expect(before.length).toBeGreaterThan(1);
    const { diagnostic } = app.country;
    const heavy = { [questions[0]!.id]: { weight: 5 }, [questions[4]!.id]: { omit: true } };
    const changed = { ...app.country, diagnostic: { ...diagnostic, overrides: heavy } };
    const later = createDiagnosticApp({ ...app.dependencies, country: changed });
    const sameBrowser = new Browser(later.request, {});
    for (const [name, value] of browser.cookies) sameBrowser.cookies.set(name, value);
    expect(await levels(sameBrowser.page(result))).toEqual(before);
    // They would be others by the new weights.
    const answers = Object.fromEntries(questions.map(({ id }, index) => [id, index % 6]));
    expect(score(questionnaireOf(changed), answers).overall).not.toBe(score(questions, answers).overall);
  });

  test("only programmes that take the company's size are named", async () => {
    const { browser } = await filling("Micro Works");
    const page = await browser.page(await answerAll(browser, () => "0"));
    const { financing } = app.country.diagnostic;
    const size = app.country.programme.sizeBands[0]!.id;
    for (const programme of financing.filter(
      ({ sizeBands }) => sizeBands !== undefined && !sizeBands.includes(size),
    ))
      expect(page).not.toContain(`${programme.url}"`);
    expect(financing.some(({ url }) => page.includes(url))).toBe(true);
  });
});

describe("comparing with others", () => {
  test("shows nothing until there are enough others of the last publication period", async () => {
    const sector = app.country.programme.sectors[3]!;
    const completed = async (name: string, level: string, when: Date) => {
      const { account, id } = await app.company(name, [], { sector });
      const browser = await app.signedIn(account);
      await browser.post("/diagnostic/start");
      const path = await answerAll(browser, () => level);
      await app.database.update(assessment).set({ completedAt: when }).where(eq(assessment.companyId, id));
      return { browser, path };
    };
    const before = new Date(startOfPublicationPeriod(app.country, Date.now()).getTime() - 86_400_000);
    const own = await completed("Compared Works", "3", new Date());
    const { minimumCount } = app.country.aggregates;
    for (let index = 1; index < minimumCount; index += 1) await completed(`Other ${index}`, "2", before);
    // One more, but completed in the period that still runs.
    await completed("Other today", "2", new Date());
    expect(await own.browser.page(own.path)).toContain(`at least ${minimumCount} other companies`);
    expect(await own.browser.page(own.path)).not.toContain("on average");
    await completed("Other last", "2", before);
    expect(await own.browser.page(own.path)).toContain("on average 2,0, you 3,0");
  });
});
