/** `rollout init`: what is known of the country, questions for everything else, and never another country's facts. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InputError } from "../../base/kit-error.ts";
import { requireCountry } from "../../localisation/country-code.ts";
import { loadCountry } from "../../localisation/load.ts";
import { countryCodes, countryName } from "../../localisation/schema/formats.ts";
import { startFile, startText } from "../../localisation/start-file.ts";
import { Folder, problemsOf, today } from "./fixture.ts";

function started(country: string) {
  using folder = new Folder();
  const file = join(folder.path, `${country.toLowerCase()}.yaml`);
  startFile(file, country);
  return loadCountry(file, { today });
}

test.each(["GH", "CH", "ID", "SA", "EG", "IN", "BD", "MX"])(
  "a file for %s holds no fact of another country, and opens what it does not know",
  (code) => {
    const { country, placeholders } = started(code);
    expect(country.country).toBe(code);
    expect(placeholders.length).toBeGreaterThanOrEqual(26);
    const text = startText(code);
    // Codes of its own provinces may be words of other countries: IN-BR, IN-TR.
    const words = text.replaceAll(new RegExp(`\\b${code}-[A-Z0-9]+`, "g"), "");
    for (const other of ["KE", "ZA", "TR", "BR"])
      expect(words).not.toMatch(new RegExp(`\\b${countryName(other)}|\\b${other}\\b`));
    expect(text).not.toMatch(/@|https?:/);
    expect(
      problemsOf(`${text}hosting: { environments: { production: {} } }\n`, { environment: "production" }),
    ).toHaveLength(placeholders.length);
  },
);

test("languages, currency and regions are the country's own", () => {
  const swiss = started("CH").country;
  expect(swiss.languages).toEqual(["de", "fr", "it"]);
  expect(swiss.currency).toBe("CHF");
  expect(swiss.programme.regions).toHaveLength(26);
  expect(started("SA").country.languages).toEqual(["ar"]);
  expect(started("ID").placeholders.map(({ path }) => path)).toContain("timezone");
});

test.each([
  ["JP", "ja", "元日"],
  ["CZ", "cs", "Nový rok a Den obnovy samostatného českého státu"],
  ["GE", "ka", "ახალი წელი"],
  ["NO", "nb", "Første nyttårsdag"],
])("public holidays of %s have the names of its language %s", (country, language, newYear) => {
  expect(
    started(country).country.telemetry.holidays.find(({ date }) => date.endsWith("-01-01"))?.name,
  ).toMatchObject({
    [language]: newYear,
  });
});

test("in a folder outside the kit, the file names the reference where it is", () => {
  using folder = new Folder();
  const before = process.cwd();
  process.chdir(folder.path);
  try {
    const [page] = /\S*localisation\.md/.exec(startText("JP")) ?? [];
    expect(existsSync(page ?? "")).toBe(true);
  } finally {
    process.chdir(before);
  }
});

test("every country's file loads", { timeout: 240_000 }, () => {
  // One of five: each takes a hundredth of a second alone, and its public holidays ten times that.
  for (const code of countryCodes().filter((_, index) => index % 5 === 0))
    expect(problemsOf(`${startText(code)}  holidays: []\n`), code).toEqual([]);
});

describe("the country's code", () => {
  test.each([
    ["gh", "GH"],
    [" Gh ", "GH"],
  ])("%j is %s", (text, code) => {
    expect(requireCountry(text)).toBe(code);
  });

  test.each([
    ["UK", "Did you mean GB (United Kingdom)?"],
    ["uk", "Did you mean GB (United Kingdom)?"],
    ["KEN", "Did you mean KE (Kenya)?"],
    ["404", "Did you mean KE (Kenya)?"],
    ["Indonesia", "Did you mean ID (Indonesia)?"],
    ["EU", "Use the code of two letters"],
    ["Q9", "Use the code of two letters"],
    ["XK", "Use the country's code of ISO 3166-1. Where it has none"],
    ["ZZ", "Use the country's code of ISO 3166-1."],
  ])("%s is told", (text, remediation) => {
    expect(() => requireCountry(text)).toThrow(InputError);
    try {
      requireCountry(text);
    } catch (error) {
      expect((error as InputError).remediation).toContain(remediation);
    }
  });

  test("a code that ISO leaves to its users says whose it is", () => {
    expect(() => requireCountry("xk")).toThrow("some use it for Kosovo");
  });
});

describe("a place that can't be written", () => {
  test("a file that is there stays as it is", () => {
    using folder = new Folder();
    const file = folder.write("gh.yaml", "mine");
    expect(() => startFile(file, "GH")).toThrow("exists already and was left as it is");
    expect(readFileSync(file, "utf8")).toBe("mine");
  });

  test("a part of the path that is a file", () => {
    using folder = new Folder();
    folder.write("file", "");
    expect(() => startFile(join(folder.path, "file", "gh.yaml"), "GH")).toThrow(
      "can't be written: a part of the path is no folder",
    );
  });

  test("a folder that is missing is made", () => {
    using folder = new Folder();
    const file = join(folder.path, "a", "b", "gh.yaml");
    startFile(file, "GH");
    expect(existsSync(join(folder.path, "a", "b", "schema.json"))).toBe(true);
  });

  test("a full disk leaves no half a file", () => {
    // Every write to /dev/full fails as on a full disk; a link to it stands where the schema goes.
    using folder = new Folder();
    expect(() => startFile(join("/dev/full", "gh.yaml"), "GH")).toThrow(InputError);
    mkdirSync(join(folder.path, "closed"));
    writeFileSync(join(folder.path, "closed", "a"), "");
    chmodSync(join(folder.path, "closed"), 0o500);
    if (process.getuid?.() !== 0)
      expect(() => startFile(join(folder.path, "closed", "gh.yaml"), "GH")).toThrow("this user may not");
  });
});
