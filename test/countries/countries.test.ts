/** The kit's own country files: complete, valid in law and language, and refused in production while they hold placeholders. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Holidays from "date-holidays";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { type LoadOptions, LocalisationError, loadCountry, type Problem } from "../../localisation/load.ts";
import type { FinancingProgramme } from "../../localisation/schema/country.ts";

const codes = ["za", "tr", "br"] as const;
/** Written by docs/new-country.md alone: the least that a pilot needs. */
const started = ["eg", "ke"] as const;
const today = "2026-11-28";
const fileOf = (code: string) => join(packageRoot, "countries", `${code}.yaml`);
const load = (code: string, options: LoadOptions = {}) => loadCountry(fileOf(code), { today, ...options });

function problemsOf(file: string, options: LoadOptions): readonly Problem[] {
  try {
    loadCountry(file, { today, ...options });
  } catch (error) {
    if (error instanceof LocalisationError) return error.problems;
    throw error;
  }
  return [];
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "countries-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([...codes, ...started])("%s", (code) => {
  test("loads with no problem and no warning", () => {
    const { country, warnings } = load(code);
    expect(country.country).toBe(code.toUpperCase());
    expect(warnings).toEqual([]);
  });

  test("refers only to articles that its laws list, and leaves no listed law unused", () => {
    const { residency } = load(code).country;
    const known = new Set(
      residency.laws.flatMap((law) => law.articles.map((at) => `${law.id}:${at.article}`)),
    );
    const used = [
      ...Object.values(residency.dataClasses).flatMap((dataClass) => dataClass.articles),
      ...residency.registrations.map((registration) => registration.article),
      ...(residency.breachNotice ? [residency.breachNotice.article] : []),
    ];
    for (const reference of used) expect(known).toContain(reference);
    const usedLaws = new Set(used.map((reference) => reference.split(":")[0]));
    expect([...usedLaws].sort()).toEqual(residency.laws.map((law) => law.id).sort());
  });

  test("keeps what identifies anybody in the country", () => {
    const { country } = load(code);
    for (const [name, { restsIn, crossBorder }] of Object.entries(country.residency.dataClasses)) {
      expect(restsIn, name).toEqual([country.country]);
      if (name !== "aggregates") expect(crossBorder.transfer, name).toBe("forbidden");
    }
  });

  test("says when each of its facts was checked, and names what is still an example", () => {
    const { placeholders } = load(code);
    expect(placeholders.length).toBeGreaterThan(5);
    const paths = placeholders.map((placeholder) => placeholder.path);
    expect(paths).toContain("programme.operator.email");
    expect(paths.filter((path) => /sizeBands|laws|energy|regions\b/.test(path))).toEqual([]);
  });
});

describe.each(codes)("%s", (code) => {
  test("says every text in every language that it offers", () => {
    const { country } = load(code);
    const sorted = [...country.languages].sort();
    expect([...country.diagnostic.languages].sort()).toEqual(sorted);
    const texts: [string, Readonly<Record<string, string>>][] = [
      ["names", country.names],
      ["programme", country.programme.name],
      ["support hours", country.support.hours ?? {}],
      ...country.programme.sizeBands.map((band): [string, Record<string, string>] => [band.id, band.name]),
      ...(country.programme.regions ?? []).map((at): [string, Record<string, string>] => [at.code, at.name]),
      ...country.telemetry.holidays.map((day): [string, Record<string, string>] => [day.date, day.name]),
    ];
    for (const { id, text, levels } of country.diagnostic.extraQuestions) {
      texts.push(
        [id, text],
        ...levels.map((level, n): [string, Record<string, string>] => [`${id}/${n}`, level]),
      );
      for (const language of country.languages)
        expect(new Set(levels.map((level) => level[language])), `${id} in ${language}`).toHaveProperty(
          "size",
          6,
        );
    }
    for (const offer of [...country.diagnostic.financing, ...country.diagnostic.levers])
      texts.push([offer.id, offer.name], [offer.id, offer.summary]);
    for (const [what, text] of texts) expect(Object.keys(text).sort(), what).toEqual(sorted);
  });

  test("names its sources, and offers help with every barrier", () => {
    const { country } = load(code);
    const offers: readonly FinancingProgramme[] = [
      ...country.diagnostic.financing,
      ...country.diagnostic.levers,
    ];
    const bands = country.programme.sizeBands.map((band) => band.id);
    expect(country.diagnostic.financing.length).toBeGreaterThanOrEqual(3);
    expect(country.diagnostic.levers.length).toBeGreaterThanOrEqual(2);
    expect(new Set(offers.map((offer) => offer.id)).size).toBe(offers.length);
    for (const offer of offers) {
      for (const address of [offer.url, offer.source])
        expect(new URL(address).hostname, offer.id).toMatch(/\../);
      expect(offer.source, offer.id).not.toMatch(/example/);
      expect(bands, offer.id).toEqual(expect.arrayContaining([...(offer.sizeBands ?? [])]));
    }
    const helped = new Set(offers.flatMap((offer) => offer.barriers));
    expect([...helped].sort()).toEqual(
      expect.arrayContaining(["capital", "processes", "skills", "technology-market"]),
    );
    const { tariff, emissionFactor } = country.telemetry.energy;
    for (const figure of [tariff, emissionFactor]) expect(figure.source).not.toMatch(/example/);
  });

  test("covers every number of employees once, with turnover growing along", () => {
    const { sizeBands } = load(code).country.programme;
    expect(sizeBands[0]?.employees?.from).toBe(0);
    sizeBands.forEach((band, index) => {
      const before = sizeBands[index - 1];
      expect(band.employees!.to).toBeGreaterThan(band.employees!.from);
      if (before === undefined) return;
      expect(band.employees!.from).toBe(before.employees!.to + 1);
      expect(band.annualTurnover?.to).toBeGreaterThan(before.annualTurnover?.to ?? Number.POSITIVE_INFINITY);
    });
  });

  test("keeps the public holidays of 2026 and 2027", () => {
    const { country } = load(code);
    const ours = country.telemetry.holidays.map((day) => day.date);
    expect(new Set(ours).size).toBe(ours.length);
    expect([...ours].sort()).toEqual(ours);
    const calendar = new Holidays(country.country, { timezone: country.timezone });
    const official = [2026, 2027].flatMap((year) =>
      calendar
        .getHolidays(year)
        .filter((holiday) => holiday.type === "public")
        .map((holiday) => holiday.date.slice(0, 10)),
    );
    expect(official.length).toBeGreaterThan(15);
    expect(ours).toEqual(expect.arrayContaining(official));
  });

  test("lets a pilot run with placeholders, and keeps its raw readings longer", () => {
    expect(load(code, { environment: "pilot" }).country.telemetry.retention.raw).toBe("P180D");
    expect(load(code).country.telemetry.retention.raw).toBe("P90D");
  });

  test("is refused in production for its placeholders, and for nothing else", () => {
    const refused = problemsOf(fileOf(code), { environment: "production" });
    const paths = refused.map((problem) => problem.path);
    expect(paths).toEqual(
      expect.arrayContaining([
        "programme.operator.email",
        "programme.dataProtectionOfficer.email",
        "notifications.from",
        "support.email",
      ]),
    );
    const own = join(folder, `${code}.yaml`);
    writeFileSync(own, withoutPlaceholders(readFileSync(fileOf(code), "utf8")));
    expect(problemsOf(own, { environment: "production" })).toEqual([]);
  });
});

test("the three countries differ where they must", () => {
  const countries = codes.map((code) => load(code).country);
  for (const of of [
    (index: number) => countries[index]?.timezone,
    (index: number) => countries[index]?.currency,
    (index: number) => countries[index]?.branding.primaryColour,
    (index: number) => countries[index]?.residency.laws[0]?.id,
  ])
    expect(new Set([0, 1, 2].map(of)).size).toBe(3);
  expect(countries[1]?.residency.regions).toEqual([]);
});

/** As the country's team would: real addresses and names, and the numbers of its entries in the registers. */
function withoutPlaceholders(text: string): string {
  return text
    .replaceAll(/\bexample\.gov\b/g, "ministry.gov")
    .replaceAll(/ ?\(example\)/g, "")
    .replaceAll(/^( +name:) Example /gm, "$1 ")
    .replaceAll(/(?<=name:.*)(Örnek | de exemplo)/g, "")
    .replaceAll(/(\{ register: [^}]*)(, article:)/g, '$1, number: "2026-1"$2');
}
