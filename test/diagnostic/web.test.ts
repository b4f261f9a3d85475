/** Pages in every country and language, and which language is chosen. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import { chooseLanguage, splitPath } from "../../apps/diagnostic/web/language.ts";
import { brandColours, contrastRatio, darkSurface, lightSurface } from "../../localisation/brand-colour.ts";
import { Translation } from "../../localisation/languages/translation.ts";
import { type AppUnderTest, Browser, loadFile, openApp } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const countries = ["za", "tr", "br"].map((code) => [code, loadFile(code)] as const);

describe.each(countries)("%s", (_, { country, catalogues }) => {
  test.each(country.diagnostic.languages.map((language) => [language]))(
    "has every page in %s",
    async (language) => {
      const web = createDiagnosticApp({ ...app.dependencies, country, catalogues });
      const own = await app.company(`Works ${country.country} ${language}`, ["Lathe"], {
        sector: country.programme.sectors[0]!,
        sizeBand: country.programme.sizeBands[0]!.id,
      });
      await app.insert([
        { company: own.id, machine: "lathe", channel: "temperature", time: Date.now(), value: 1234.5 },
      ]);
      const visitor = new Browser(web.request, {});
      visitor.cookies.set("language", language);
      const owner = await app.signedIn(own.account);
      const signedIn = new Browser(web.request, {});
      signedIn.cookies.set("language", language);
      signedIn.cookies.set("session", owner.cookies.get("session")!);
      await signedIn.post("/diagnostic/start");
      const question = "/diagnostic/questions/digital-plan";
      const paths: [Browser, string][] = [
        ...["/", "/privacy", "/register", "/sign-in", "/none"].map((path): [Browser, string] => [
          visitor,
          path,
        ]),
        ...[
          "/company",
          "/diagnostic",
          question,
          "/diagnostic/check",
          "/machines",
          "/machines/hall/lathe",
          "/connect",
          "/connect/hall/lathe",
          "/account",
        ].map((path): [Browser, string] => [signedIn, path]),
      ];
      for (const [one, path] of paths) {
        const response = await one.get(path);
        const page = await response.text();
        expect([200, 404], path).toContain(response.status);
        expect(page, path).toMatch(new RegExp(`<html lang="${language}(-${country.country})?" dir="ltr">`));
        // A key that no catalogue has would show itself.
        const visible = page.replace(/<[^>]*>/g, " ");
        expect(visible, path).not.toMatch(
          /\b(page|welcome|register|account|machines?|connect|diagnostic|check|result|data|privacy|kpi|state|form)\.[a-z][a-z.-]+\b(?!@)/,
        );
        expect(visible, path).not.toMatch(/undefined|NaN|\[object|\{[a-z]+[,}]/);
      }
    },
  );

  test("says by which law data is stored where", async () => {
    const web = createDiagnosticApp({ ...app.dependencies, country, catalogues });
    const page = await (await web.request("http://sme.test/en/privacy")).text();
    for (const law of country.residency.laws) expect(page).toContain(law.url.replaceAll("&", "&amp;"));
    expect(page).toContain(country.programme.dataProtectionOfficer.email);
  });
});

test("a country's logo and help pages are linked, and a script in the logo's file may not run", async () => {
  const { country } = app;
  const web = createDiagnosticApp({
    ...app.dependencies,
    country: {
      ...country,
      support: {
        ...country.support,
        url: "https://help.test/",
        accessibilityStatement: "https://help.test/accessibility",
        privacyNotice: "https://help.test/privacy",
      },
    },
    logo: '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  });
  const page = await (await web.request("http://sme.test/privacy")).text();
  for (const path of ["", "accessibility", "privacy"])
    expect(page).toContain(`href="https://help.test/${path}"`);
  const logo = /<img src="([^"]+)"/.exec(page)![1]!;
  const response = await web.request(`http://sme.test${logo}`);
  expect(response.headers.get("content-type")).toBe("image/svg+xml");
  expect(response.headers.get("content-security-policy")).toContain("script-src 'self'");
});

describe("the language", () => {
  const offered = ["en", "zu", "pt-BR"];
  const wishes = { path: undefined, cookie: undefined, account: undefined, acceptLanguage: undefined };
  test.each([
    ["the path's before all others", { path: "zu", cookie: "en", acceptLanguage: "pt" }, "zu"],
    ["the cookie's", { cookie: "zu", account: "en", acceptLanguage: "en" }, "zu"],
    ["the account's", { account: "zu", acceptLanguage: "en" }, "zu"],
    ["the browser's best", { acceptLanguage: "fr, en;q=0.5, zu;q=0.9" }, "zu"],
    ["the nearest of the browser's", { acceptLanguage: "pt-PT" }, "pt-BR"],
    ["the country's first where nothing fits", { cookie: "xx", acceptLanguage: "fr" }, "en"],
    ["the country's first for nonsense", { cookie: "\u0000", acceptLanguage: ";;;,,q=x" }, "en"],
  ])("is %s", (_, own, expected) => expect(chooseLanguage(offered, { ...wishes, ...own })).toBe(expected));

  test.each([
    ["/zu/machines", "zu", "/machines"],
    ["/PT-br", "pt-BR", "/"],
    ["/zulu/machines", undefined, "/zulu/machines"],
    ["/", undefined, "/"],
    ["/en//evil.test", "en", "//evil.test"],
  ])("of the path %s", (path, language, rest) =>
    expect(splitPath(path, offered)).toEqual({ language, path: rest }),
  );

  test("chosen by the path is remembered", async () => {
    const browser = app.browser({ "accept-language": "en" });
    await browser.get("/zu");
    expect(await browser.page("/sign-in")).toContain('<html lang="zu-ZA"');
  });

  test("writes numbers, money and times as the country does", () => {
    const { country, catalogues } = loadFile("br");
    const portuguese = new Translation(country, catalogues, "pt-BR");
    expect(portuguese.number(1234.5)).toBe("1.234,5");
    expect(portuguese.money(12.5)).toBe("R$\u00a012,50");
    expect(portuguese.time(Date.parse("2026-01-15T12:00:00Z"))).toBe("09:00");
    expect(portuguese.calendarDate("2026-01-15")).toContain("15");
    expect(portuguese.localised({ pt: "um", en: "one" })).toBe("um");
  });
});

test.each(["#0b5c8a", "#ffff00", "#000000", "#ffffff", "#c8102e", "#7fbf7f"])(
  "the country's colour %s is made readable in both modes",
  (colour) => {
    const { light, dark } = brandColours(colour);
    expect(contrastRatio(light, lightSurface)).toBeGreaterThanOrEqual(4.5);
    expect(contrastRatio(dark, darkSurface)).toBeGreaterThanOrEqual(4.5);
  },
);
