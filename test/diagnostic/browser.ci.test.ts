/** The pages in a real Chromium: accessible, narrow, dark, light in weight, without a script, without a connection, live. */

import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { eq } from "drizzle-orm";
import type { BrowserContextOptions, Browser as Chromium, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createEntryLink } from "../../apps/diagnostic/accounts/accounts.ts";
import {
  completeAssessment,
  saveAnswers,
  startAssessment,
} from "../../apps/diagnostic/questionnaire/assessments.ts";
import { questionnaireOf } from "../../apps/diagnostic/questionnaire/questionnaire.ts";
import { answer } from "../../stores/relational/schema.ts";
import { violations } from "../stack/accessibility.ts";
import { openBrowser } from "../stack/browser.ts";
import { type AppUnderTest, openApp, password } from "./app-under-test.ts";

const phone = { width: 360, height: 740 };
const desktop = { width: 1280, height: 800 };
const minute = 60_000;

let app: AppUnderTest;
let server: Server;
let base: string;
let browser: Chromium;
let owner: Awaited<ReturnType<AppUnderTest["company"]>>;
let result: string;
let ministry: string;
let colleague: string;
let link: string;

beforeAll(async () => {
  const web = { address: "http://127.0.0.1", isOwnHost: (hostname: string) => hostname === "127.0.0.1" };
  app = await openApp(undefined, { web });
  server = serve({ fetch: app.app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
  await new Promise((resolve) => server.once("listening", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  browser = await openBrowser();
  owner = await app.company("Thandi Metal Works", ["Lathe", "Press", "Silent oven"]);
  const questions = questionnaireOf(app.country);
  const assessment = await startAssessment(app.database, owner.id);
  const answers = questions.map(({ id }, index) => ({
    question: id,
    level: index === 3 ? null : index % 5,
    answeredAt: new Date(),
  }));
  await saveAnswers(app.database, assessment.id, answers);
  await completeAssessment(app.database, assessment.id, questions);
  result = `/diagnostic/results/${assessment.id}`;
  await startAssessment(app.database, owner.id);
  ministry = await app.ministry();
  ({ account: colleague } = await app.colleague(owner.id));
  link = await createEntryLink(app.database, colleague, "/account");
  const now = Date.now();
  await app.insert(
    Array.from({ length: 90 }, (_, index) => now - index * minute).flatMap((time, index) => [
      {
        company: owner.id,
        machine: "lathe",
        channel: "state",
        time,
        value: ["producing", "idle", "down", "setup"][index % 4]!,
      },
      { company: owner.id, machine: "lathe", channel: "temperature", time, value: 40 + (index % 7) },
      { company: owner.id, machine: "lathe", channel: "produced", time, value: 1000 - index },
      { company: owner.id, machine: "press", channel: "power", time: time - 60 * minute, value: 3 },
    ]),
  );
  await app.store.writer.insert({
    table: "rejected",
    values: [
      {
        received_at: new Date().toISOString(),
        company: owner.id,
        topic: "sme/v1/x",
        payload: "{}",
        reason: "time-missing",
        detail: "The reading has no t.",
        readings: 1,
      },
    ],
    format: "JSONEachRow",
  });
});

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await app.close();
});

/** A page whose console and requests are watched. */
async function open(
  options: BrowserContextOptions = {},
  account?: string,
): Promise<{ page: Page; trouble: string[]; close: () => Promise<void> }> {
  const context = await browser.newContext({ viewport: phone, locale: "en-ZA", ...options });
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on("pageerror", (error) => trouble.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused/.test(message.text())) trouble.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith("data:"))
      trouble.push(`asked for ${request.url()}`);
  });
  if (account !== undefined) {
    await page.goto(base + (await createEntryLink(app.database, account, "/account")));
    await page.click("main button");
  }
  return { page, trouble, close: () => context.close() };
}

const publicPages = () => ["/", "/privacy", "/register", "/sign-in", link, "/nothing-here"];
const ownerPages = () => [
  "/company",
  "/diagnostic",
  "/diagnostic/questions/training",
  "/diagnostic/check",
  result,
  "/machines",
  "/machines/hall/lathe",
  "/machines/hall/silent-oven",
  "/connect",
  "/connect/hall/lathe",
  "/account",
  "/account/people",
  `/account/people/remove?person=${colleague}`,
];
const ministryPages = ["/ministry", "/ministry?companies=simulated"];

async function forEachPage(
  options: BrowserContextOptions,
  visit: (page: Page, path: string) => Promise<void>,
): Promise<string[]> {
  const troubles: string[] = [];
  for (const [account, paths] of [
    [undefined, publicPages()],
    [owner.account, ownerPages()],
    [ministry, ministryPages],
  ] as const) {
    const { page, trouble, close } = await open(options, account);
    for (const path of paths) {
      await page.goto(base + path);
      await visit(page, path);
    }
    troubles.push(...trouble);
    await close();
  }
  return troubles;
}

describe("accessibility (axe-core: WCAG 2.2 A and AA, best practice)", () => {
  test.each([
    ["on a phone", { viewport: phone }],
    ["on a desktop, dark", { viewport: desktop, colorScheme: "dark" as const }],
  ])("%s no page has a violation", async (_, options) => {
    const found: string[] = [];
    const trouble = await forEachPage(options, async (page, path) => {
      found.push(...(await violations(page)).map((violation) => `${path} ${violation}`));
    });
    expect(found).toEqual([]);
    expect(trouble).toEqual([]);
  });

  test("forms with errors have none either, and put the summary into focus", async () => {
    const { page, close } = await open();
    for (const path of ["/register", "/sign-in"]) {
      await page.goto(base + path);
      await page.click("main form button");
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.activeElement?.className)).toBe("problem");
      expect(await page.title()).toContain("Please check");
    }
    await page.click(".problem a");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("email");
    await close();
  });

  test("the first stop of the keyboard leads past the header, and every stop can be seen", async () => {
    const { page, close } = await open({}, owner.account);
    await page.goto(`${base}/machines`);
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("skip");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.querySelector("main")?.contains(document.activeElement))).toBe(
      true,
    );
    expect(await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)).toBe("solid");
    await close();
  });

  test("a question is answered by the keyboard alone", async () => {
    const { account, id } = await app.company("Keyboard Works");
    const { page, close } = await open({}, account);
    const assessment = await startAssessment(app.database, id);
    await page.goto(`${base}/diagnostic/questions/digital-plan`);
    await page.focus("#level");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/investment-return$/);
    await expect
      .poll(() => app.database.select().from(answer).where(eq(answer.assessmentId, assessment.id)))
      .toMatchObject([{ questionId: "digital-plan", level: 2 }]);
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");
    await close();
  });
});

describe("narrow and light", () => {
  test("no page is wider than a screen of 320 px, also with text twice as large", async () => {
    const wide: string[] = [];
    await forEachPage({ viewport: { width: 320, height: 640 } }, async (page, path) => {
      for (const size of ["100%", "200%"]) {
        await page.evaluate((fontSize) => {
          document.documentElement.style.fontSize = fontSize;
        }, size);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        const which = () =>
          page.evaluate(() =>
            [...document.querySelectorAll("body *")]
              .filter(
                (one) =>
                  one.getBoundingClientRect().right > 321 && one.parentElement?.closest(".scroll") === null,
              )
              .map((one) => `${one.tagName.toLowerCase()}.${one.className}`)
              .slice(0, 5)
              .join(" "),
          );
        if (width > 320) wide.push(`${path} at ${size}: ${width} px, ${await which()}`);
      }
    });
    expect(wide).toEqual([]);
  });

  test("the first page and a question weigh less than 40 kB with all they load, a machine's less than 80 kB", async () => {
    const weights: Record<string, number> = {};
    for (const [path, account] of [
      ["/", undefined],
      ["/diagnostic/questions/training", owner.account],
      ["/machines/hall/lathe", owner.account],
    ] as const) {
      const { page, close } = await open({}, account);
      const session = await page.context().newCDPSession(page);
      await session.send("Network.enable");
      await session.send("Network.setCacheDisabled", { cacheDisabled: true });
      let bytes = 0;
      session.on("Network.loadingFinished", ({ encodedDataLength }) => {
        bytes += encodedDataLength;
      });
      await page.goto(base + path, { waitUntil: "load" });
      weights[path] = bytes;
      await close();
    }
    console.log("transferred bytes:", JSON.stringify(weights));
    expect(weights["/"]).toBeLessThan(40_000);
    expect(weights["/diagnostic/questions/training"]).toBeLessThan(40_000);
    expect(weights["/machines/hall/lathe"]).toBeLessThan(80_000);
  });

  test("on paper there is the result without navigation", async () => {
    const { page, close } = await open({ viewport: desktop }, owner.account);
    await page.goto(base + result);
    await page.emulateMedia({ media: "print" });
    expect(await page.isVisible("nav.sections")).toBe(false);
    expect(await page.isVisible(".scores")).toBe(true);
    await close();
  });
});

describe("without a script", () => {
  test("a company registers, answers everything and sees its result and machines", async () => {
    const { page, close } = await open({ javaScriptEnabled: false });
    await page.goto(`${base}/register`);
    await page.fill("#company", "Scriptless Works");
    await page.selectOption("#sector", { index: 1 });
    await page.check("#sizeBand");
    await page.selectOption("#region", { index: 1 });
    await page.fill("#email", "owner@scriptless.test");
    await page.fill("#password", password);
    await page.check("#notice");
    await page.click("main form button");
    await page.click("text=Start the diagnostic");
    await page.click("text=Start the diagnostic");
    for (let number = 0; new URL(page.url()).pathname !== "/diagnostic/check"; number += 1) {
      await page.check(`#level-${(number % 5) + 1}`);
      await page.click("text=Continue");
    }
    await page.click("text=See my result");
    expect(await page.textContent("h1")).toBe("Your result");
    await page.click("text=Machines");
    await close();
  });
});

describe("without a connection", () => {
  test("answers are kept, questions go on, and all arrive when it is back", async () => {
    const { account, id } = await app.company("Offline Works");
    const assessment = await startAssessment(app.database, id);
    const { page, trouble, close } = await open({}, account);
    const stored = async () =>
      (await app.database.select().from(answer).where(eq(answer.assessmentId, assessment.id))).length;
    const sheet = page.waitForResponse(/\/diagnostic\/sheet$/);
    await page.goto(`${base}/diagnostic/questions/digital-plan`);
    await (await sheet).finished();
    await page.context().setOffline(true);
    const questions = questionnaireOf(app.country);
    for (const [index] of questions.entries()) {
      await page.check(`#level-${(index % 5) + 1}`);
      await page.waitForSelector(".sync[data-trouble]");
      if (index < questions.length - 1) {
        await page.click("text=Continue");
        await page.waitForSelector(`[data-question="${questions[index + 1]!.id}"]`);
      }
    }
    expect(await page.textContent(".sync")).toContain("No connection");
    const chosen = await page.textContent("input:checked + label");
    await page.click("text=Continue");
    await page.waitForSelector("section.check");
    expect(new URL(page.url()).pathname).toBe("/diagnostic/check");
    const last = questions.at(-1)!.id;
    expect(await page.textContent(`#${last} dd`)).toBe(chosen);
    expect(await page.locator("dd.missing").count()).toBe(0);
    await page.click("text=See my result");
    await page.waitForSelector(".sync[data-trouble]");
    expect(await page.textContent(".sync")).toContain("No connection");
    // Back by the browser's own button: the answer given without a connection is still chosen.
    await page.goBack();
    await page.goBack();
    expect(await page.isChecked(`#level-${((questions.length - 2) % 5) + 1}`)).toBe(true);
    expect(await stored()).toBe(0);
    await page.context().setOffline(false);
    await expect.poll(stored, { timeout: 20_000 }).toBe(questions.length);
    expect(trouble).toEqual([]);
    await close();
  });

  test("an answer that can't be kept costs no other, stays on the device, and its owner is told", async () => {
    const { account, id } = await app.company("Outdated Works");
    const assessment = await startAssessment(app.database, id);
    const { page, close } = await open({}, account);
    const queue = () =>
      page.evaluate(
        (key) => Object.keys(JSON.parse(localStorage.getItem(key) ?? "{}")),
        `answers:${assessment.id}`,
      );
    await page.goto(`${base}/privacy`);
    await page.evaluate(
      ([key, answeredAt]) => {
        const given = (text: string) => ({ level: "3", answeredAt, text });
        const waiting = {
          "digital-plan": given("Plan?"),
          gone: given("Is there a fax?"),
          training: given("T?"),
        };
        localStorage.setItem(key, JSON.stringify(waiting));
      },
      [`answers:${assessment.id}`, Date.now() - minute] as const,
    );
    // Networks that ask for a login first answer everything with their own page.
    await page.route("**/diagnostic/answers", (route) => route.fulfill({ body: "<h1>Free Wi-Fi</h1>" }), {
      times: 1,
    });
    await page.goto(`${base}/diagnostic`);
    await page.waitForSelector(".sync[data-trouble]");
    expect(await queue()).toEqual(["digital-plan", "gone", "training"]);
    await page.waitForSelector(".not-kept li");
    expect(await page.locator(".not-kept li").allTextContents()).toEqual(["Is there a fax?"]);
    expect(await violations(page)).toEqual([]);
    expect(await queue()).toEqual(["gone"]);
    const rows = await app.database.select().from(answer).where(eq(answer.assessmentId, assessment.id));
    expect(rows.map(({ questionId }) => questionId).toSorted()).toEqual(["digital-plan", "training"]);
    await page.click(".not-kept button");
    expect(await page.isVisible(".not-kept")).toBe(false);
    expect(await queue()).toEqual([]);
    await close();
  });

  test("in a browser that stores nothing the form is sent", async () => {
    const { account, id } = await app.company("Storeless Works");
    const assessment = await startAssessment(app.database, id);
    const { page, close } = await open({}, account);
    await page.addInitScript(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await page.goto(`${base}/diagnostic/questions/digital-plan`);
    await page.check("#level-4");
    await page.click("text=Continue");
    await page.waitForURL(/investment-return$/);
    const rows = await app.database.select().from(answer).where(eq(answer.assessmentId, assessment.id));
    expect(rows).toMatchObject([{ questionId: "digital-plan", level: 4 }]);
    await close();
  });

  test("an answer survives the page being closed before it could be sent", async () => {
    const { account, id } = await app.company("Closing Works");
    const assessment = await startAssessment(app.database, id);
    const { page, close } = await open({}, account);
    await page.goto(`${base}/diagnostic/questions/digital-plan`);
    await page.context().setOffline(true);
    await page.check("#level-4");
    await page.waitForSelector(".sync[data-trouble]");
    const next = await page.context().newPage();
    await page.close();
    await next.context().setOffline(false);
    await next.goto(`${base}/company`);
    await expect
      .poll(() => app.database.select().from(answer).where(eq(answer.assessmentId, assessment.id)), {
        timeout: 20_000,
      })
      .toMatchObject([{ questionId: "digital-plan", level: 4 }]);
    await close();
  });
});

describe("live values", () => {
  const publish = (value: number, state: string) =>
    app.insert([
      { company: owner.id, machine: "lathe", channel: "temperature", time: Date.now(), value },
      { company: owner.id, machine: "lathe", channel: "state", time: Date.now(), value: state },
    ]);

  test("appear on the open page by the stream", async () => {
    const { page, trouble, close } = await open({}, owner.account);
    await page.goto(`${base}/machines/hall/lathe`);
    await publish(77.25, "down");
    await page.waitForSelector('[data-live="hall/lathe/temperature"]:text-is("77,25 °C")');
    await page.waitForSelector('[data-state-of="hall/lathe"][data-state="down"]');
    expect(await page.locator(".chart canvas").count()).toBe(1);
    expect(trouble).toEqual([]);
    await close();
  });

  test("are not said of now when nothing has come from the server for 25 s, and are again afterwards", async () => {
    const { page, trouble, close } = await open({}, owner.account);
    await publish(55.5, "producing");
    await page.clock.install();
    for (const path of ["/machines", "/connect", "/connect/hall/lathe"]) {
      const stream = page.waitForResponse(/machines\/live$/);
      await page.goto(base + path);
      await stream;
      const state = page.locator('[data-state-of="hall/lathe"]');
      const heard = page.locator('[data-live="hall/lathe"]');
      await publish(55.5, "down");
      await page.waitForSelector('[data-state-of="hall/lathe"][data-state="down"]');
      const wasHeard = await heard.textContent();
      // The stream stays open and silent, and no other gets through.
      await page.context().setOffline(true);
      await page.clock.fastForward(26_000);
      await page.waitForSelector('[data-state-of="hall/lathe"][data-state="unknown"]');
      expect([await state.textContent(), await heard.textContent()]).toEqual(["Not known", "Not known"]);
      expect(await page.textContent("[data-live-status]")).toContain("No live connection");
      expect(await violations(page)).toEqual([]);
      await page.context().setOffline(false);
      await page.waitForSelector('[data-state-of="hall/lathe"][data-state="down"]');
      expect(await heard.textContent()).toBe(wasHeard);
      expect(await page.locator("[data-live-status]").textContent()).toBe("");
    }
    expect(trouble).toEqual([]);
    await close();
  });

  test("appear where streams don't get through, and a lost connection is said", async () => {
    const { page, close } = await open({}, owner.account);
    await page.route("**/machines/live", (route) => route.abort());
    await page.goto(`${base}/machines`);
    await publish(66.5, "producing");
    await page.waitForSelector('[data-live="hall/lathe/temperature"]:text-is("66,5 °C")');
    await page.context().setOffline(true);
    await page.waitForSelector("[data-live-status][data-trouble]");
    await page.context().setOffline(false);
    await page.waitForSelector("[data-live-status]:not([data-trouble])", { state: "attached" });
    await close();
  });
});
