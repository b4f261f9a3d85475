/** What a file leaves out is there in the country, by fixed defaults and by those that follow from other fields. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";
import { newValidator } from "../../localisation/check/schema-check.ts";
import { loadCountry } from "../../localisation/load.ts";
import { CountrySchema } from "../../localisation/schema/country.ts";
import { edited, Folder, today, validFile } from "./fixture.ts";

const load = (content: string, environment?: string) => {
  using folder = new Folder();
  const file = folder.write("file.yaml", content);
  return loadCountry(file, { today, ...(environment === undefined ? {} : { environment }) }).country;
};

const template = join(packageRoot, "countries", "template.yaml");

describe("the template", () => {
  test("is under 50 lines without comments", () => {
    const lines = readFileSync(template, "utf8").split("\n");
    expect(lines.filter((line) => !/^\s*(#|$)/.test(line)).length).toBeLessThan(50);
  });

  test("gives a complete country: every field with a default is there", () => {
    // In the schema as it is defined, nothing that has a default may be missing.
    const complete = newValidator({ strictRequired: false }).compile(
      JSON.parse(JSON.stringify(CountrySchema)),
    );
    complete(JSON.parse(JSON.stringify(loadCountry(template, { today }).country)));
    expect(complete.errors ?? []).toEqual([]);
  });
});

describe("defaults that follow from other fields", () => {
  const country = load(edited("  holidays: []\n", ""));

  test("names, time zone and currency come from CLDR", () => {
    expect(country.names).toEqual({ en: "Kenya", sw: "Kenya" });
    expect(country.timezone).toBe("Africa/Nairobi");
    expect(country.currency).toBe("KES");
    expect(load(edited("country: KE", "country: TR")).names).toEqual({ en: "Türkiye", sw: "Uturuki" });
  });

  test("all data is stored in the country and never leaves, by every article", () => {
    for (const dataClass of Object.values(country.residency.dataClasses))
      expect(dataClass).toEqual({
        restsIn: ["KE"],
        crossBorder: { transfer: "forbidden" },
        articles: ["dpa:48", "dpa:50"],
      });
  });

  test("cloud regions are those in the country", () => {
    expect(country.residency.regions).toEqual([]);
    expect(load(edited("country: KE", "country: ZA")).residency.regions).toEqual([
      { provider: "aws", region: "af-south-1" },
    ]);
    const aws = load(`${edited("country: KE", "country: ZA")}hosting: { aws: { domain: sme.gov.za } }\n`)
      .hosting.aws;
    expect(aws?.region).toBe("af-south-1");
    expect(aws?.zones).toEqual(["af-south-1a", "af-south-1b", "af-south-1c"]);
  });

  test("contacts and languages are the programme's", () => {
    expect(country.notifications.from).toBe("office@industry.go.ke");
    expect(country.support.email).toBe("office@industry.go.ke");
    expect(country.diagnostic.languages).toEqual(["en", "sw"]);
  });

  test("holidays are the public ones of this year and the next, by name in each language", () => {
    const { holidays } = country.telemetry;
    expect(holidays).toContainEqual({
      date: "2026-12-12",
      name: { en: "Jamhuri Day", sw: "Siku ya Jamhuri" },
    });
    expect(new Set(holidays.map(({ date }) => date.slice(0, 4)))).toEqual(new Set(["2026", "2027"]));
    expect(holidays.map(({ date }) => date)).toEqual(holidays.map(({ date }) => date).toSorted());
  });

  test("a feast of several days takes as many holidays, and its half days are working days", () => {
    const dates = load(
      edited("country: KE", "country: TR").replace("  holidays: []\n", ""),
    ).telemetry.holidays.map(({ date }) => date);
    expect(dates.filter((date) => date >= "2026-05-26" && date <= "2026-06-01")).toEqual([
      "2026-05-27",
      "2026-05-28",
      "2026-05-29",
      "2026-05-30",
    ]);
  });
});

describe("the country", () => {
  test("is frozen through and through, catalogues included", () => {
    const { country, catalogues } = loadCountry(template, { today });
    const open: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== "object" || value === null) return;
      if (!Object.isFrozen(value)) open.push(path);
      for (const [key, item] of Object.entries(value)) visit(item, `${path}.${key}`);
    };
    visit(country, "country");
    visit(catalogues, "catalogues");
    expect(open).toEqual([]);
  });

  test("finds in its maps only what the file says", () => {
    const { telemetry, diagnostic } = load(validFile);
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      expect(telemetry.units[name]).toBeUndefined();
      expect(diagnostic.overrides[name]).toBeUndefined();
    }
  });

  test("keeps what the file says over every default", () => {
    const { telemetry } = load(edited("  holidays: []\n", "  holidays: []\n  units: { flow: m3/h }\n"));
    expect(telemetry.units).toEqual({ flow: "m3/h" });
    expect(telemetry.holidays).toEqual([]);
  });

  test.each(["za", "tr", "br"])(
    "of %s, written out in full, is a file that gives the same country",
    (name) => {
      using folder = new Folder();
      const { country } = loadCountry(join(packageRoot, "countries", `${name}.yaml`), { today });
      const again = loadCountry(folder.write("full.yaml", JSON.stringify(country, null, 1)), {
        today,
      }).country;
      expect(again).toEqual(country);
    },
  );
});
