/** `rollout explain`: where each value comes from, and the calendar that follows. */
import { describe, expect, test } from "vitest";
import { fileSchemas } from "../../localisation/check/schema-check.ts";
import { workingDaysOf } from "../../localisation/complete/working-week.ts";
import { dependentsOf } from "../../localisation/dependents.ts";
import { explain } from "../../localisation/explain.ts";
import { loadCountry } from "../../localisation/load.ts";
import { weekInWords, workingCalendar } from "../../localisation/working-calendar.ts";
import { CommandLine } from "../command-line.ts";
import { edited, Folder, today, validFile } from "./fixture.ts";

const withEnvironment = `${edited("email: dpo@industry.go.ke", "email: !todo Whom to ask?")}hosting:
  environments:
    pilot:
      telemetry: { offlineAfterSeconds: 60 }
`;

function valuesOf(content: string, environment?: string) {
  using folder = new Folder();
  const { parts } = explain(folder.write("ke.yaml", content), {
    today,
    ...(environment === undefined ? {} : { environment }),
  });
  return new Map(parts.flatMap(({ values }) => values.map(({ path, ...rest }) => [path, rest])));
}

describe("where a value comes from", () => {
  const values = valuesOf(withEnvironment, "pilot");
  test.each([
    ["programme.sectors", ["10", "14"], { kind: "file", line: 8 }],
    ["programme.name.sw", "Karakana", { kind: "file", line: 5 }],
    ["programme.operator.name", "Ministry of Industry", { kind: "file", line: 6 }],
    ["programme.dataProtectionOfficer.email", "todo@todo.invalid", { kind: "open", line: 7 }],
    ["telemetry.offlineAfterSeconds", 60, { kind: "environment", line: 31, environment: "pilot" }],
    ["telemetry.retention.raw", "P90D", { kind: "default" }],
    ["aggregates.minimumCount", 5, { kind: "default" }],
    [
      "timezone",
      "Africa/Nairobi",
      { kind: "derived", from: "the country's time zone, where Unicode CLDR knows only one" },
    ],
    ["support.email", "office@industry.go.ke", { kind: "derived", from: "`programme.operator.email`" }],
    [
      "telemetry.shifts[0].start",
      "08:00",
      {
        kind: "derived",
        from: "one shift from 8:00 to 17:00 with an hour's break, on the country's working days",
      },
    ],
    ["telemetry.holidays", [], { kind: "file", line: 24 }],
  ])("%s", (path, value, origin) => {
    expect(values.get(path)).toEqual({ value, origin });
  });

  test("without the environment the default counts", () => {
    expect(valuesOf(withEnvironment).get("telemetry.offlineAfterSeconds")).toEqual({
      value: 300,
      origin: { kind: "default" },
    });
  });

  test("every part of a file says what depends on it", () => {
    const { properties = {} } = fileSchemas.country;
    for (const [section, schema] of Object.entries(properties))
      for (const key of Object.keys(schema.properties ?? { [section]: {} }))
        expect(dependentsOf(schema.properties === undefined ? section : `${section}.${key}`), key).not.toBe(
          "",
        );
  });
});

describe("the working week", () => {
  test.each([
    ["SA", "sunday to thursday"],
    ["EG", "sunday to thursday"],
    ["KE", "monday to friday"],
    ["AE", "monday to friday"],
    ["IN", "monday to saturday"],
    ["IR", "saturday to thursday"],
    ["AF", "saturday to wednesday"],
  ])("of %s is %s", (code, week) => {
    using folder = new Folder();
    const content = edited("country: KE", `country: ${code}`).replace(
      "languages: [en, sw]",
      "languages: [en, sw]",
    );
    const { country } = loadCountry(folder.write("file.yaml", content), { today });
    expect(weekInWords(country)).toBe(week);
    expect(country.telemetry.shifts[0]?.days).toEqual(workingDaysOf(code));
  });

  test("of a shift that names no days is the country's; one that names them keeps them", () => {
    using folder = new Folder();
    const content = edited("country: KE", "country: SA").replace(
      "  holidays: []",
      '  holidays: []\n  shifts: [{ name: a, start: "08:00", end: "12:00" }, { name: b, days: [friday], start: "13:00", end: "15:00" }]',
    );
    const { shifts } = loadCountry(folder.write("file.yaml", content), { today }).country.telemetry;
    expect(shifts.map(({ days }) => days)).toEqual([workingDaysOf("SA"), ["friday"]]);
  });
});

test("the calendar has the shifts of each day, and none on a holiday", () => {
  using folder = new Folder();
  const content = edited("holidays: []", "holidays: [{ date: 2026-06-01, name: Madaraka Day }]");
  const { country } = loadCountry(folder.write("file.yaml", content), { today });
  const days = workingCalendar(country, 2026);
  expect(days).toHaveLength(365);
  expect(days.find(({ date }) => date === "2026-06-01")).toEqual({
    date: "2026-06-01",
    weekday: "monday",
    shifts: [],
    holiday: { en: "Madaraka Day", sw: "Madaraka Day" },
  });
  expect(days.find(({ date }) => date === "2026-06-02")?.shifts).toEqual(["day"]);
  expect(days.filter(({ shifts }) => shifts.length > 0)).toHaveLength(260);
});

describe("the commands", () => {
  const rollout = new CommandLine();
  const write = (folder: Folder) => folder.write("ke.yaml", edited("  holidays: []\n", ""));

  test("explain shows a part with its calendar, as text and as JSON", async () => {
    using folder = new Folder();
    const file = write(folder);
    const text = await rollout.run("explain", file, "telemetry.holidays", "--year", "2026");
    expect(text.stdout).toContain("→ days without planned time in every key figure");
    expect(text.stdout).toContain(
      "default: the country's public holidays of this year and the next, from the library date-holidays",
    );
    expect(text.stdout).toContain("  2026-06  H####..#####..#####..#####..##");
    expect(text.stdout).toMatch(/2026-10-10 saturday +Moi Day/);
    expect(text.stdout).not.toContain("programme.");
    const json = await rollout.run("explain", file, "programme.scale", "--json");
    expect(JSON.parse(json.stdout).parts).toEqual([
      {
        path: "programme.scale",
        dependents: "size of every store and server, simulated companies",
        values: [
          ["now.companies", 30],
          ["now.machines", 90],
          ["inThreeYears.companies", 500],
          ["inThreeYears.machines", 2500],
        ].map(([path, value], index) => ({
          path: `programme.scale.${path}`,
          value,
          origin: { kind: "file", line: index < 2 ? 14 : 15 },
        })),
      },
    ]);
  });

  test("a path that there is not is told", async () => {
    using folder = new Folder();
    const { status, stderr } = await rollout.run("explain", write(folder), "telemetry.shfts");
    expect(status).toBe(2);
    expect(stderr).toContain('Did you mean "telemetry.shifts"?');
  });

  test("validate shows the week and the holidays that nobody has confirmed", async () => {
    using folder = new Folder();
    const { stdout } = await rollout.run("validate", write(folder));
    expect(stdout).toMatch(
      /shifts monday to friday; \d+ holidays in \d{4}, from the library date-holidays, to be confirmed: 01-01 New Year's Day, /,
    );
    const own = await rollout.run("validate", folder.write("own.yaml", validFile));
    expect(own.stdout).toMatch(/shifts monday to friday; 0 holidays in \d{4}, from the file\./);
  });
});
