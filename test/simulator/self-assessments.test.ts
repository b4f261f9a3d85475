/** Simulated factories' answers: once each, complete, and never those of a real company. */
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { completedAssessments } from "../../apps/diagnostic/questionnaire/assessments.ts";
import { questionnaireOf } from "../../apps/diagnostic/questionnaire/questionnaire.ts";
import { planFactories } from "../../apps/simulator/factories.ts";
import { registerFactories } from "../../apps/simulator/registration.ts";
import { fillInDiagnostics } from "../../apps/simulator/self-assessments.ts";
import { loadCountry } from "../../localisation/load.ts";
import { registerCompany } from "../../stores/relational/companies.ts";
import { answer, assessment } from "../../stores/relational/schema.ts";
import { openEmptyRelational } from "../stores/empty-relational.ts";

test("most factories have one completed assessment, however often a stack starts", async () => {
  const { country } = loadCountry("countries/za.yaml");
  const { database, close } = await openEmptyRelational();
  const factories = planFactories(country, { companies: 30, seed: 1 });
  await registerFactories(database, factories);
  const real = await registerCompany(database, {
    name: "Real",
    sector: "10",
    sizeBand: "small",
    simulated: false,
  });
  const [first] = factories;
  await fillInDiagnostics(database, country, factories, first!.id);
  const filledIn = await database.$count(assessment);
  expect(filledIn).toBeGreaterThan(15);
  expect(filledIn).toBeLessThan(30);
  expect(await database.$count(answer)).toBe(filledIn * questionnaireOf(country).length);
  for (const company of [first!.id, real])
    expect(await database.$count(assessment, eq(assessment.companyId, company))).toBe(0);
  const [row] = await database.select().from(assessment).limit(1);
  const [done] = await completedAssessments(database, row!.companyId);
  expect(done!.score!.overall).toBeGreaterThanOrEqual(0);
  expect(done!.score!.overall).toBeLessThanOrEqual(5);

  await fillInDiagnostics(database, country, factories, first!.id);
  expect(await database.$count(assessment)).toBe(filledIn);
  await close();
});
