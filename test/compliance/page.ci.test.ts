/** The report's page in a real Chromium: accessible, narrow, dark, whole on paper, and asking for nothing from anywhere. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareCountries } from "../../compliance/compare.ts";
import { comparisonPage } from "../../compliance/html/comparison.ts";
import { violations } from "../stack/accessibility.ts";
import { openBrowser } from "../stack/browser.ts";
import { at, countryFile, filesOf, kit, reportOf, temporaryFolder } from "./reports.ts";

const folder = temporaryFolder();
const stacks = [
  ["za", "kubernetes"],
  ["tr", "kubernetes"],
  ["br", "aws"],
  ["za", "local"],
] as const;
const pages = new Map<string, string>();
let browser: Browser;

beforeAll(async () => {
  browser = await openBrowser();
  for (const [country, target] of stacks)
    keep(`${country}-${target}`, (await filesOf(country, target)).get("report.html")?.toString() ?? "");
  const files = ["za", "tr", "br"].map(countryFile);
  keep("comparison", comparisonPage(await compareCountries({ files, at, kit })));
}, 300_000);
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

function keep(name: string, html: string): void {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  pages.set(name, pathToFileURL(file).href);
}

async function eachPage(
  options: BrowserContextOptions,
  visit: (page: Page, name: string) => Promise<void>,
): Promise<string[]> {
  const context = await browser.newContext(options);
  const trouble: string[] = [];
  for (const [name, address] of pages) {
    const page = await context.newPage();
    page.on("console", (message) => trouble.push(`${name}: ${message.text()}`));
    page.on("request", (request) => {
      if (request.url() !== address) trouble.push(`${name} asks for ${request.url()}`);
    });
    await page.goto(address);
    await visit(page, name);
    await page.close();
  }
  await context.close();
  return trouble;
}

describe("the report", () => {
  test.each([
    ["on a phone", { viewport: { width: 360, height: 740 } }],
    ["on a desktop, dark", { viewport: { width: 1280, height: 800 }, colorScheme: "dark" as const }],
  ])(
    "%s has no violation (axe-core: WCAG 2.2 A and AA, best practice) and asks for nothing",
    async (_, options) => {
      const found: string[] = [];
      const trouble = await eachPage(options, async (page, name) => {
        await page.evaluate(() => {
          for (const one of document.querySelectorAll("details")) one.open = true;
        });
        found.push(...(await violations(page)).map((violation) => `${name} ${violation}`));
      });
      expect(found).toEqual([]);
      expect(trouble).toEqual([]);
    },
    300_000,
  );

  test("is no wider than a screen of 320 px", async () => {
    const wide: string[] = [];
    await eachPage({ viewport: { width: 320, height: 640 } }, async (page, name) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > 320) wide.push(`${name}: ${width} px`);
    });
    expect(wide).toEqual([]);
  });

  test("on paper shows what folds away on a screen", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(pages.get("tr-kubernetes") ?? "");
    const shown = () =>
      page.evaluate(
        () => [...document.querySelectorAll("details > dl")].filter((one) => one.checkVisibility()).length,
      );
    const { report } = await reportOf("tr", "kubernetes");
    const applied = report.checks.filter(({ verdict }) => verdict !== "not-applicable");
    expect(await shown()).toBe(0);
    await page.emulateMedia({ media: "print" });
    expect(await shown()).toBe(report.languages.length * applied.length);
    expect(await page.isVisible("header nav")).toBe(false);
    await context.close();
  });
});
