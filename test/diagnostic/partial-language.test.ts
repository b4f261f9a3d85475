/** Pages in a language whose catalogue holds only some of the texts. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import type { Catalogue } from "../../localisation/languages/catalogue.ts";
import { Translation } from "../../localisation/languages/translation.ts";
import { type AppUnderTest, Browser, openApp } from "./app-under-test.ts";

let app: AppUnderTest;
beforeAll(async () => {
  app = await openApp();
});
afterAll(() => app.close());

const swahili: Catalogue = {
  language: "sw",
  name: "Kiswahili",
  messages: {
    "welcome.title": "Jua jinsi zana zinavyoweza kusaidia",
    "welcome.answer.text": "{count, plural, one {Swali moja} other {Maswali #}} kuhusu kiwanda chako.",
    "privacy.how-long.after": "{data}: {period} baada ya matumizi.",
    "privacy.retention.raw": "Kila kipimo: {period}",
    "data.identity.name": "Kampuni yako",
    "form.choose": "Chagua…",
  },
  questions: {},
  policies: {},
};

function kenya() {
  const { country, catalogues } = app;
  return {
    country: {
      ...country,
      country: "KE",
      languages: ["sw", "en"],
      diagnostic: { ...country.diagnostic, languages: ["sw", "en"] },
    },
    catalogues: { en: catalogues.en!, sw: swahili },
  };
}

async function page(path: string): Promise<string> {
  const web = createDiagnosticApp({ ...app.dependencies, ...kenya() });
  return new Browser(web.request, {}).page(`/sw${path}`);
}

describe("a text that is missing", () => {
  test("is shown in English and says so; one that is there does not", async () => {
    const welcome = await page("/");
    expect(welcome).toContain('<html lang="sw-KE" dir="ltr">');
    expect(welcome).toContain("<h1>Jua jinsi zana zinavyoweza kusaidia</h1>");
    expect(welcome).toContain('<h2><span lang="en" dir="ltr">How it works</span></h2>');
    expect(welcome).toContain("Maswali 19 kuhusu kiwanda chako.");
  });

  test("says so in a choice too, and never breaks a tag", async () => {
    const register = await page("/register");
    expect(register).toContain('<option value="">Chagua…</option>');
    expect(register).toContain('<option value="10" lang="en">Food</option>');
    expect(register).toContain('<nav class="languages" aria-label="Language">');
    expect(register).toMatch(/<title>Register your company – [^<]+<\/title>/);
    expect(register.match(/<[^>]*<span/g)).toBeNull();
  });

  test("leaves no sentence half in one language", async () => {
    const privacy = await page("/privacy");
    // Its data has a name in Swahili.
    expect(privacy).toMatch(/<li>Kampuni yako: (mwaka|miaka) \d+ baada ya matumizi\.<\/li>/);
    // This one's has none.
    expect(privacy).toMatch(
      /<li><span lang="en" dir="ltr">Your answers: \d+ years? after the last use\.<\/span>/,
    );
    expect(privacy).toMatch(/<li>Kila kipimo: siku \d+<\/li>/);
    expect(privacy).toMatch(/<li><span lang="en" dir="ltr">Values per minute: \d+ (days|years?)<\/span>/);
  });

  test("of a question is English with all its levels", () => {
    const { country, catalogues } = kenya();
    const { text, levels } = new Translation(country, catalogues, "sw").question("digital-plan");
    expect([text, ...levels].map(({ language, isForeign }) => [language, isForeign])).toEqual(
      Array.from({ length: 7 }, () => ["en", true]),
    );
  });
});

test("a text of the country's file in another of its languages says which", async () => {
  const { country, catalogues } = kenya();
  const web = createDiagnosticApp({
    ...app.dependencies,
    catalogues,
    country: { ...country, programme: { ...country.programme, name: { en: "Workshops", sw: "Karakana" } } },
  });
  const programme = async (language: string) =>
    /<a class="programme"[^>]*>(.*)<\/a>/.exec(await new Browser(web.request, {}).page(`/${language}`))![1];
  expect(await programme("sw")).toBe("Karakana");
  const english = { ...country.programme, name: { en: "Workshops" } };
  const other = createDiagnosticApp({
    ...app.dependencies,
    catalogues,
    country: { ...country, programme: english },
  });
  expect(
    /<a class="programme"[^>]*>(.*)<\/a>/.exec(await new Browser(other.request, {}).page("/sw"))![1],
  ).toBe('<span lang="en" dir="ltr">Workshops</span>');
});

describe("numbers and dates", () => {
  const written = (language: string, code: string) => {
    const { country, catalogues } = kenya();
    const own = new Translation({ ...country, country: code, timezone: "UTC" }, catalogues, language);
    return [
      own.tag,
      own.dateTime(Date.UTC(2026, 10, 27, 23, 4)).replaceAll("\u202f", " "),
      own.number(1234.5),
    ];
  };

  test.each([
    ["en", "KE", ["en-KE", "27 Nov 2026, 23:04", "1,234.5"]],
    ["en", "ZA", ["en-ZA", "27 Nov 2026, 23:04", "1\u00a0234,5"]],
    // Not known to Unicode CLDR: no reason to write as in the United States.
    ["en", "NP", ["en", "27 Nov 2026, 23:04", "1,234.5"]],
    ["en", "BR", ["en", "27 Nov 2026, 23:04", "1,234.5"]],
    ["pt-BR", "BR", ["pt-BR", "27 de nov. de 2026, 23:04", "1.234,5"]],
    // The digits of machines and telephone numbers, which stand on the same pages.
    ["ar", "EG", ["ar-EG", "27\u200f/11\u200f/2026، 11:04 م", "1,234.5"]],
    ["bn", "BD", ["bn-BD", "27 নভে, 2026, 11:04 PM", "1,234.5"]],
  ])("in %s of %s", (language, code, expected) => expect(written(language, code)).toEqual(expected));
});
