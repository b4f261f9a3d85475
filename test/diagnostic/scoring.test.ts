/** The formula: worked examples, and what must hold for any questionnaire and any answers. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Question } from "../../apps/diagnostic/questionnaire/questionnaire.ts";
import {
  fittingProgrammes,
  largestBarriers,
  nextSteps,
} from "../../apps/diagnostic/questionnaire/recommendation.ts";
import { type Answers, score, stageOf } from "../../apps/diagnostic/questionnaire/scoring.ts";
import { barriers, dimensions } from "../../localisation/schema/diagnostic.ts";

const question = (id: string, values: Partial<Question> = {}): Question => ({
  id,
  dimension: "people-and-skills",
  barriers: ["skills"],
  weight: 1,
  essential: false,
  ...values,
});

const anyQuestionnaire = fc
  .array(
    fc.record({
      dimension: fc.constantFrom(...dimensions),
      barriers: fc.uniqueArray(fc.constantFrom(...barriers), { minLength: 1 }),
      weight: fc.double({ min: 0.1, max: 5, noNaN: true }),
      essential: fc.boolean(),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map((list) => list.map((values, index): Question => ({ id: `q${index}`, ...values })));

const anyAnswer = fc.option(fc.integer({ min: 0, max: 5 }), { nil: null });

const questionnaireWithAnswers = anyQuestionnaire.chain((questions) =>
  fc.record({
    questions: fc.constant(questions),
    answers: fc
      .array(anyAnswer, { minLength: questions.length, maxLength: questions.length })
      .map((levels): Answers => Object.fromEntries(levels.map((level, index) => [`q${index}`, level]))),
  }),
);

describe("worked examples", () => {
  test("a dimension is the weighted mean of its answers", () => {
    const questions = [question("a", { weight: 2 }), question("b"), question("c")];
    expect(score(questions, { a: 3, b: 1, c: 5 }).dimensions).toEqual([
      { dimension: "people-and-skills", level: 3, cappedBy: [] },
    ]);
  });

  test("the weakest essential answer caps it at its own level plus one", () => {
    const questions = [
      question("a", { essential: true }),
      question("b", { essential: true }),
      question("c", { weight: 4 }),
    ];
    expect(score(questions, { a: 1, b: 3, c: 5 }).dimensions).toEqual([
      { dimension: "people-and-skills", level: 2, cappedBy: ["a"] },
    ]);
  });

  test("a cap that is not below the mean is no cap", () => {
    const questions = [question("a", { essential: true }), question("b")];
    expect(score(questions, { a: 2, b: 4 }).dimensions[0]).toMatchObject({ level: 3, cappedBy: [] });
  });

  test("the overall level is the mean of the dimensions that have questions", () => {
    const questions = [question("a"), question("b", { dimension: "data-and-security" })];
    expect(score(questions, { a: 4, b: 1 }).overall).toBe(2.5);
  });

  test("I don't know counts as level 0 and is listed", () => {
    const questions = [question("a"), question("b")];
    expect(score(questions, { a: null, b: 3 })).toMatchObject({ overall: 1.5, unknown: ["a"] });
  });

  test("a barrier's gap is the weighted share that is missing, the largest first", () => {
    const questions = [
      question("a", { barriers: ["skills", "capital"], weight: 3 }),
      question("b", { barriers: ["capital"], weight: 1 }),
    ];
    const { barriers: ranked } = score(questions, { a: 4, b: 0 });
    expect(ranked.map(({ barrier }) => barrier)).toEqual(["capital", "skills"]);
    expect(ranked[0]!.gap).toBeCloseTo((3 * 1 + 1 * 5) / 20);
    expect(ranked[1]!.gap).toBeCloseTo(0.2);
  });

  test.each([
    [0, 0],
    [0.9, 0],
    [1, 1],
    [2.9, 2],
    [5, 5],
  ])("level %f has reached stage %i", (level, stage) => expect(stageOf(level)).toBe(stage));

  test("the first step is the answer that holds its dimension down", () => {
    const questions = [
      question("a", { essential: true }),
      question("b", { weight: 4 }),
      question("c", { dimension: "data-and-security" }),
    ];
    const answers = { a: 0, b: 5, c: 3 };
    expect(nextSteps(questions, answers, score(questions, answers))[0]).toMatchObject({
      question: { id: "a" },
      from: 0,
      caps: true,
    });
  });

  test("programmes fit by barrier, size band, sector, region and date, help with the largest barrier first", () => {
    const programme = (id: string, helps: Question["barriers"], limits: object = {}) => ({
      id,
      name: { en: id },
      provider: { en: "p" },
      summary: { en: "s" },
      url: "https://example.org",
      source: "https://example.org",
      barriers: [...helps],
      ...limits,
    });
    const list = [
      programme("late", ["capital"]),
      programme("first", ["skills"]),
      programme("last day", ["skills"], { until: "2026-05-01" }),
      programme("for large ones", ["skills"], { sizeBands: ["large"] }),
      programme("for food", ["skills"], { sectors: ["10"] }),
      programme("for Gauteng", ["skills"], { regions: ["ZA-GP"] }),
      programme("for metal", ["skills"], { sectors: ["24", "25"] }),
      programme("over", ["skills"], { until: "2026-04-30" }),
      programme("other barrier", ["it-ot"]),
    ];
    const applicant = { sector: "25", sizeBand: "micro", region: "ZA-WC", today: "2026-05-01" };
    const fitting = fittingProgrammes(list, ["skills", "capital"], applicant);
    expect(fitting.map(({ id }) => id)).toEqual(["for metal", "first", "last day", "late"]);
    const offered = (region: string | null) =>
      fittingProgrammes(list, ["skills"], { ...applicant, region }).map(({ id }) => id);
    expect(offered("ZA-GP")).toContain("for Gauteng");
    expect(offered(null)).not.toContain("for Gauteng");
  });
});

describe("for any questionnaire and any answers", () => {
  test("levels stay between 0 and 5, gaps between 0 and 1", () => {
    fc.assert(
      fc.property(questionnaireWithAnswers, ({ questions, answers }) => {
        const result = score(questions, answers);
        for (const { level } of result.dimensions) expect(level >= 0 && level <= 5).toBe(true);
        for (const { gap } of result.barriers) expect(gap >= 0 && gap <= 1).toBe(true);
        expect(result.overall >= 0 && result.overall <= 5).toBe(true);
      }),
    );
  });

  test("a better answer never lowers any level and never widens a gap", () => {
    fc.assert(
      fc.property(
        questionnaireWithAnswers,
        fc.nat(),
        fc.integer({ min: 0, max: 5 }),
        ({ questions, answers }, pick, level) => {
          const { id } = questions[pick % questions.length]!;
          fc.pre(level >= (answers[id] ?? 0));
          const before = score(questions, answers);
          const after = score(questions, { ...answers, [id]: level });
          expect(after.overall).toBeGreaterThanOrEqual(before.overall);
          for (const [index, { level: raised }] of after.dimensions.entries())
            expect(raised).toBeGreaterThanOrEqual(before.dimensions[index]!.level);
          for (const { barrier, gap } of after.barriers)
            expect(gap).toBeLessThanOrEqual(
              before.barriers.find((one) => one.barrier === barrier)!.gap + 1e-12,
            );
        },
      ),
    );
  });

  test("an answer changes its own dimension and barriers only", () => {
    fc.assert(
      fc.property(questionnaireWithAnswers, fc.nat(), anyAnswer, ({ questions, answers }, pick, level) => {
        const changed = questions[pick % questions.length]!;
        const before = score(questions, answers);
        const after = score(questions, { ...answers, [changed.id]: level });
        const others = (result: typeof before) =>
          result.dimensions.filter(({ dimension }) => dimension !== changed.dimension);
        expect(others(after)).toEqual(others(before));
      }),
    );
  });

  test("the same level everywhere is that level, whatever the weights", () => {
    fc.assert(
      fc.property(anyQuestionnaire, fc.integer({ min: 0, max: 5 }), (questions, level) => {
        const answers = Object.fromEntries(questions.map(({ id }) => [id, level]));
        expect(score(questions, answers).overall).toBe(level);
      }),
    );
  });

  test("no dimension is more than one level above its weakest essential answer", () => {
    fc.assert(
      fc.property(questionnaireWithAnswers, ({ questions, answers }) => {
        for (const { dimension, level } of score(questions, answers).dimensions) {
          const essential = questions.filter((one) => one.dimension === dimension && one.essential);
          for (const { id } of essential) expect(level).toBeLessThanOrEqual((answers[id] ?? 0) + 1);
        }
      }),
    );
  });

  test("each next step can be taken, and no first step would have gained less than another", () => {
    fc.assert(
      fc.property(questionnaireWithAnswers, ({ questions, answers }) => {
        const result = score(questions, answers);
        const steps = nextSteps(questions, answers, result);
        const complete = questions.every(({ id }) => answers[id] === 5);
        expect(steps.length === 0).toBe(complete);
        for (const { question: one, from } of steps) expect(from).toBe(answers[one.id] ?? 0);
        expect(steps.length).toBeLessThanOrEqual(5);
        for (const ofOne of Map.groupBy(steps, ({ question: one }) => one.dimension).values())
          expect(ofOne.length).toBeLessThanOrEqual(2);
        for (const barrier of largestBarriers(result))
          expect(result.barriers.find((one) => one.barrier === barrier)!.gap).toBeGreaterThanOrEqual(0.2);
      }),
    );
  });
});
