/** A country whose law divides companies by turnover or capital, and whose laws, authority and officer have names in each language. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { planFactories } from "../../apps/simulator/factories.ts";
import { loadCountry } from "../../localisation/load.ts";
import { edited, Folder, today } from "../localisation/fixture.ts";
import { type AppUnderTest, openApp } from "./app-under-test.ts";

const file = `${edited(
  "employees: { from: 0, to: 9 }",
  "annualTurnover: { to: 2000000 }, capital: { to: 1000000 }",
)
  .replace("employees: { from: 10, to: 50 }", "annualTurnover: { to: 15000000 }, capital: { to: 5000000 }")
  .replace("languages: [en, sw]", "languages: [en, af]")
  .replaceAll("sw:", "af:")
  .replace("title: Data Protection Act", "title: { en: Data Protection Act, af: Wet op Databeskerming }")
  .replace(
    "role: Data Protection Officer",
    "role: { en: Data Protection Officer, af: Databeskermingsbeampte }",
  )
  .replace(
    "residency:",
    "residency:\n  authority: { name: { en: Commissioner, af: Kommissaris }, url: https://odpc.go.ke }\n  otherAuthorities: [{ name: Cyber Council, url: https://cyber.go.ke, task: Security of systems., from: 2027-01-01 }]",
  )}diagnostic:
  financing:
    - { id: fund, name: Fund, provider: { en: Bank, af: Die Bank }, summary: Loans., url: https://f.go.ke, source: https://f.go.ke, barriers: [capital], sizeBands: [small] }
`;

let app: AppUnderTest;
beforeAll(async () => {
  using folder = new Folder();
  app = await openApp(loadCountry(folder.write("ke.yaml", file), { today }));
});
afterAll(() => app.close());

test("the registration asks for the size by what the law limits", async () => {
  const page = await (await app.browser().get("/register")).text();
  expect(page).toContain("How large is your company?");
  expect(page).not.toContain("How many people work for you?");
  expect(page).toMatch(/turnover of up to Ksh\s2,000,000 a year; capital of up to Ksh\s1,000,000/);
  const refused = await app.browser().post("/register", { company: "A", sector: "10", sizeBand: "" });
  expect(await refused.text()).toContain("Choose how large your company is.");
});

test("a company registers in a band of turnover", async () => {
  const answer = await app.browser().post("/register", {
    company: "Metal Works",
    sector: "10",
    sizeBand: "small",
    email: "owner@metal.test",
    password: "three short words",
    notice: "read",
  });
  expect(answer.status).toBe(303);
});

test("simulated companies have machines without a number of employees", () => {
  using folder = new Folder();
  const { country } = loadCountry(folder.write("ke.yaml", file), { today });
  expect(
    planFactories(country, { companies: 5, seed: 1 }).flatMap(({ machines }) => machines).length,
  ).toBeGreaterThanOrEqual(5);
});

test("the page on data names law, authority and officer in its language", async () => {
  const english = await (await app.browser().get("/privacy")).text();
  const afrikaans = await (await app.browser().get("/af/privacy")).text();
  expect(english).toContain("Data Protection Officer");
  expect(english).toMatch(/Commissioner<\/a>/);
  expect(english).toContain("Cyber Council");
  expect(english).toContain("(from 1 January 2027)");
  expect(afrikaans).toContain("Wet op Databeskerming");
  expect(afrikaans).toContain("Databeskermingsbeampte");
  expect(afrikaans).toMatch(/Kommissaris<\/a>/);
});
