/** Pages in Arabic: direction, one kind of digits, and what has to run from left to right. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppUnderTest, type Browser, loadFile, openApp } from "./app-under-test.ts";
import { inArabic } from "./arabic-country.ts";

let app: AppUnderTest;
let owner: Awaited<ReturnType<AppUnderTest["company"]>>;
let browser: Browser;
beforeAll(async () => {
  const parts = [
    { name: "ingest ingest-0", health: "healthy" as const, detail: "takes 2 of 2 queues" },
    { name: "MQTT broker", health: "healthy" as const, detail: "3 clients connected" },
  ];
  app = await openApp(inArabic(loadFile("za")), { status: async () => ({ parts }) });
  owner = await app.company("مصنع القاهرة (2)", ["مخرطة 2"]);
  const machine = owner.machines[0]!;
  const time = Date.now();
  await app.insert([
    { company: owner.id, machine, channel: "temperature", time, value: -1234.5 },
    { company: owner.id, machine, channel: "produced", time, value: 21_000 },
    { company: owner.id, machine, channel: "state", time, value: "producing" },
  ]);
  browser = await app.signedIn(owner.account);
  browser.cookies.set("language", "ar");
});
afterAll(() => app.close());

const paths = () => [
  "/",
  "/privacy",
  "/company",
  "/diagnostic",
  "/machines",
  `/machines/hall/${owner.machines[0]}`,
  "/connect",
  `/connect/hall/${owner.machines[0]}`,
  "/account",
  "/account/people",
];

test("every page runs from right to left, is Arabic whole, and has the digits 0 to 9 alone", async () => {
  for (const path of paths()) {
    const page = await browser.page(path);
    expect(page, path).toContain('<html lang="ar-EG" dir="rtl">');
    expect(page.match(/<span lang="en" dir="ltr">[^<]*/g), path).toBeNull();
    expect(page.match(/[\u0660-\u0669\u06f0-\u06f9]/g), path).toBeNull();
  }
});

test("the ministry's figures and the names of the stack's parts too", async () => {
  const ministry = await app.signedIn(await app.ministry());
  ministry.cookies.set("language", "ar");
  const page = await ministry.page("/ministry");
  expect(page).toContain('<li><span>استقبال البيانات <bdi dir="ltr">ingest-0</bdi></span>');
  expect(page).toContain('<bdi class="hint" lang="en" dir="ltr">3 clients connected</bdi>');
  expect(page.match(/[\u0660-\u0669]/g)).toBeNull();
});

describe("what runs in another direction is kept apart", () => {
  test("telephone numbers, e-mail addresses, names and values with units", async () => {
    expect(await browser.page("/")).toContain('<bdi dir="ltr">+20 2 0000 0000</bdi>');
    const page = await browser.page(`/machines/hall/${owner.machines[0]}`);
    expect(page).toContain("<bdi>مصنع القاهرة (2)</bdi>");
    expect(page).toMatch(/data-live="[^"]*\/temperature"><bdi>\u200e-1,235 °C<\/bdi><\/dd>/);
    expect(page).toMatch(/data-live="[^"]*\/produced"><bdi>21,000 قطعة<\/bdi><\/dd>/);
    expect(await browser.page("/account/people")).toContain(`<bdi dir="ltr">${owner.email}</bdi>`);
  });

  test("topics, passwords and commands", async () => {
    const path = `/connect/hall/${owner.machines[0]}`;
    const page = await (await browser.post(`${path}/password`, { version: "none" })).text();
    expect(page).toContain(`<code dir="ltr">sme/v1/${owner.id}/hall/mkhrth-2/`);
    expect(page).toMatch(/<code dir="ltr">[\w-]{32}<\/code>/);
    expect(page).toContain('<pre dir="ltr"><code>mosquitto_pub');
    expect(await browser.page("/account")).toMatch(/<input id="password"[^>]* dir="ltr"/);
    expect(await browser.page("/connect")).toMatch(/<input id="name"[^>]* dir="auto"/);
  });

  test("what is put into a sentence", async () => {
    const { country } = app;
    const page = await browser.page("/account");
    expect(page).toContain(`<bdi>${country.programme.dataProtectionOfficer.email}</bdi>`);
  });

  test("an Arabic name on an English page", async () => {
    const english = await app.signedIn(owner.account);
    english.cookies.set("language", "en");
    expect(await english.page("/company")).toContain("<h1><bdi>مصنع القاهرة (2)</bdi>");
  });
});

test("live values are texts without markup, with the same digits", async () => {
  const { texts } = (await (await browser.get("/machines/values")).json()) as {
    texts: Record<string, string>;
  };
  expect(texts[`hall/${owner.machines[0]}/produced`]).toBe("21,000 قطعة");
});
