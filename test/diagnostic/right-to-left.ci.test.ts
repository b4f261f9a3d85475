/** Pages in Arabic in a real Chromium: accessible, narrow, with one direction of time, and the way back to the right. */
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Browser as Chromium, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEntryLink } from "../../apps/diagnostic/accounts/accounts.ts";
import {
  completeAssessment,
  saveAnswers,
  startAssessment,
} from "../../apps/diagnostic/questionnaire/assessments.ts";
import { questionnaireOf } from "../../apps/diagnostic/questionnaire/questionnaire.ts";
import { violations } from "../stack/accessibility.ts";
import { openBrowser } from "../stack/browser.ts";
import { type AppUnderTest, loadFile, openApp } from "./app-under-test.ts";
import { inArabic } from "./arabic-country.ts";

const minute = 60_000;
let app: AppUnderTest;
let server: Server;
let base: string;
let chromium: Chromium;
let owner: Awaited<ReturnType<AppUnderTest["company"]>>;
let ministry: string;
let result: string;

beforeAll(async () => {
  const web = { address: "http://127.0.0.1", isOwnHost: (hostname: string) => hostname === "127.0.0.1" };
  app = await openApp(inArabic(loadFile("za")), { web });
  server = serve({ fetch: app.app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await new Promise((resolve) => server.once("listening", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  chromium = await openBrowser();
  owner = await app.company("مصنع القاهرة ABC (2)", ["مخرطة 2"]);
  const questions = questionnaireOf(app.country);
  const assessment = await startAssessment(app.database, owner.id);
  const answeredAt = new Date();
  const answers = questions.map(({ id }, index) => ({ question: id, level: index % 5, answeredAt }));
  await saveAnswers(app.database, assessment.id, answers);
  await completeAssessment(app.database, assessment.id, questions);
  result = `/diagnostic/results/${assessment.id}`;
  await startAssessment(app.database, owner.id);
  ministry = await app.ministry();
  const now = Date.now();
  await app.insert(
    Array.from({ length: 90 }, (_, index) => now - index * minute).flatMap((time, index) => [
      {
        company: owner.id,
        machine: "mkhrth-2",
        channel: "state",
        time,
        // Idle at first, and producing since half an hour.
        value: index < 30 ? "producing" : "idle",
      },
      { company: owner.id, machine: "mkhrth-2", channel: "temperature", time, value: 40 + (index % 7) },
    ]),
  );
});

afterAll(async () => {
  await chromium?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await app.close();
});

async function open(width: number, account?: string): Promise<Page> {
  const context = await chromium.newContext({ viewport: { width, height: 844 }, locale: "ar-EG" });
  const page = await context.newPage();
  await page.goto(`${base}/ar`);
  if (account !== undefined) {
    await page.goto(base + (await createEntryLink(app.database, account, "/account")));
    await page.click("main button");
  }
  return page;
}

const machine = "/machines/hall/mkhrth-2";
const pages = () =>
  [
    ["/", undefined],
    ["/register", undefined],
    ["/privacy", undefined],
    ["/company", owner.account],
    ["/diagnostic/questions/training", owner.account],
    ["/diagnostic/check", owner.account],
    [result, owner.account],
    ["/machines", owner.account],
    [machine, owner.account],
    ["/connect", owner.account],
    ["/connect/hall/mkhrth-2", owner.account],
    ["/account/people", owner.account],
    ["/ministry", ministry],
  ] as const;

test.each([390, 1280])(
  "at %d px no page has a violation by axe-core, or is wider than the screen",
  async (width) => {
    const found: string[] = [];
    for (const [account, paths] of Map.groupBy(pages(), ([, one]) => one)) {
      const page = await open(width, account);
      for (const [path] of paths) {
        await page.goto(base + path);
        found.push(...(await violations(page)).map((violation) => `${path} ${violation}`));
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        if (wide > width) found.push(`${path} is ${wide} px wide`);
      }
      await page.context().close();
    }
    expect(found).toEqual([]);
  },
);

describe("a machine's page", () => {
  test("shows time from left to right in strip and chart, and leads back to the right", async () => {
    const page = await open(1280, owner.account);
    await page.goto(base + machine);
    await page.waitForSelector(".uplot canvas");
    const left = (selector: string) =>
      page.evaluate((one) => document.querySelector(one)!.getBoundingClientRect().left, selector);
    expect(await left(".strip rect[data-state='idle']")).toBeLessThan(
      await left(".strip rect[data-state='producing']"),
    );
    expect(await left(".marks li:first-child")).toBeLessThan(await left(".marks li:last-child"));
    expect(await page.evaluate(() => getComputedStyle(document.querySelector(".uplot")!).direction)).toBe(
      "ltr",
    );
    // The corner of the square, which is its upper left one, has to come out at the right.
    const [x, y] = await page.evaluate(() => {
      const { transform } = getComputedStyle(document.querySelector(".back a")!, "::before");
      const { x, y } = new DOMMatrix(transform).transformPoint(new DOMPoint(-10, -10));
      return [x, y];
    });
    expect(x).toBeGreaterThan(10);
    expect(Math.abs(y!)).toBeLessThan(2);
    await page.context().close();
  });

  test("keeps a live value in its own direction", async () => {
    const page = await open(390, owner.account);
    await page.goto(base + machine);
    const value = page.locator("[data-live$='/temperature'] bdi");
    await app.insert([
      {
        company: owner.id,
        machine: "mkhrth-2",
        channel: "temperature",
        time: Date.now() + 1000,
        value: -61.5,
      },
    ]);
    await expect.poll(() => value.textContent()).toBe("\u200e-61.5 °C");
    await page.context().close();
  });
});

test("the first page weighs less than 60 kB with all it loads", async () => {
  const page = await open(390);
  const session = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    bytes += encodedDataLength;
  });
  await page.goto(`${base}/`, { waitUntil: "load" });
  console.log("transferred bytes:", bytes);
  expect(bytes).toBeLessThan(60_000);
  await page.context().close();
});
