/** The ministry's overview: sums that are right, cells that are suppressed, real and simulated companies apart. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import {
  completeAssessment,
  saveAnswers,
  startAssessment,
} from "../../apps/diagnostic/questionnaire/assessments.ts";
import { questionnaireOf } from "../../apps/diagnostic/questionnaire/questionnaire.ts";
import { type AppUnderTest, Browser, openApp } from "./app-under-test.ts";

let app: AppUnderTest;
let browser: Browser;

async function assessed(company: string, level: number) {
  const questions = questionnaireOf(app.country);
  const { id } = await startAssessment(app.database, company);
  await saveAnswers(
    app.database,
    id,
    questions.map(({ id: question }) => ({ question, level, answeredAt: new Date() })),
  );
  await completeAssessment(app.database, id, questions);
}

beforeAll(async () => {
  app = await openApp();
  const [many, few] = app.country.programme.sectors as [string, string];
  for (let index = 0; index < 6; index += 1) {
    const { id } = await app.company(`Many ${index}`, ["Lathe"], { sector: many });
    await assessed(id, index < 3 ? 2 : 4);
    const time = Date.now() - (app.country.telemetry.offlineAfterSeconds / 2) * 1000;
    await app.insert([{ company: id, machine: "lathe", channel: "state", time, value: "producing" }]);
  }
  for (let index = 0; index < 2; index += 1) {
    const { id } = await app.company(`Few ${index}`, ["Press"], { sector: few });
    await assessed(id, 5);
    // Offline for two minutes.
    const time = Date.now() - (app.country.telemetry.offlineAfterSeconds + 120) * 1000;
    await app.insert([{ company: id, machine: "press", channel: "state", time, value: "producing" }]);
  }
  await startAssessment(app.database, (await app.company("Beginner", [], { sector: many })).id);
  await assessed((await app.company("Simulated", ["Robot"], { simulated: true, sector: many })).id, 0);
  browser = await app.signedIn(await app.ministry());
});
afterAll(() => app.close());

const tile = (page: string, name: string) => new RegExp(`<dt>${name}</dt><dd>([^<]*)</dd>`).exec(page)?.[1];
const rowOf = (page: string, name: string) =>
  new RegExp(`<th scope="row">${name}</th>(.*?)</tr>`, "s").exec(page)?.[1]?.replace(/<[^>]*>/g, "|");

test("counts real companies, their diagnostics and machines", async () => {
  const page = await browser.page("/ministry");
  expect(tile(page, "Companies")).toBe("9");
  expect(tile(page, "Diagnostics started")).toBe("9");
  expect(tile(page, "Diagnostics completed")).toBe("8");
  expect(tile(page, "Machines")).toBe("8");
  expect(tile(page, "Machines connected now")).toBe("6");
});

test("suppresses the sector with too few companies, and a second one, so that no subtraction gives the first away", async () => {
  const page = await browser.page("/ministry");
  const [many, few] = app.country.programme.sectors as [string, string];
  const nameOf = (sector: string) => app.catalogues.en!.messages[`sector.${sector}`]!;
  expect(page).toContain("<strong>3,5 of 5</strong>");
  expect(rowOf(page, nameOf(few))).toContain("suppressed");
  expect(rowOf(page, nameOf(many))).toContain("suppressed");
});

test("never adds simulated companies to real ones, and marks them", async () => {
  const page = await browser.page("/ministry?companies=simulated");
  expect(tile(page, "Companies")).toBe("1");
  expect(page).toContain(">simulated</strong>");
  expect(page).toContain("None of them exists");
  expect(page).not.toContain("<strong>0,0 of 5</strong>");
});

test("names no company", async () => {
  for (const path of ["/ministry", "/ministry?companies=simulated"]) {
    const page = (await browser.page(path)).replaceAll("imulated compan", "");
    expect(page).not.toMatch(/Many \d|Few \d|Beginner/);
  }
});

test("shows flow and health, also when the status can't be read", async () => {
  expect(await browser.page("/ministry")).toContain("3 clients connected");
  const failing = createDiagnosticApp({
    ...app.dependencies,
    status: () => Promise.reject(new Error("no status")),
  });
  const same = new Browser(failing.request, {});
  same.cookies.set("session", browser.cookies.get("session")!);
  const page = await same.page("/ministry");
  expect(page).toContain("cannot be read at present");
});
