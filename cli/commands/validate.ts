/** `rollout validate`: checks localisation files, all problems at once. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import { dayIn } from "../../base/day.ts";
import { exitCode } from "../../base/kit-error.ts";
import { packageRoot } from "../../base/package-root.ts";
import {
  formatProblem,
  type LoadedCountry,
  LocalisationError,
  loadCountry,
  type Problem,
} from "../../localisation/load.ts";
import { textIn } from "../../localisation/text.ts";
import { weekInWords } from "../../localisation/working-calendar.ts";
import { print, printJson, style } from "../terminal.ts";

interface CheckedFile {
  readonly file: string;
  readonly country?: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** What is still to be filled in. */
  readonly placeholders: readonly Problem[];
  /** The working week and the present year's holidays, which follow from the country where the file names none. */
  readonly week?: string;
  readonly holidays?: Holidays;
}

interface Holidays {
  readonly year: number;
  readonly names: readonly string[];
  readonly from: LoadedCountry["holidaysFrom"];
}

export function validateCommand(): Command {
  return new Command("validate")
    .description("check localisation files and show every problem in them")
    .argument("[files...]", "localisation files (default: the kit's own countries)")
    .option("--env <name>", "check this environment of the files, such as production")
    .option("--json", "print JSON")
    .action(async (files: string[], options: { env?: string; json?: boolean }) => {
      const checked = await Promise.all(
        (files.length > 0 ? files : ownCountries()).map((file) => check(file, options.env)),
      );
      const valid = checked.every((each) => each.problems.length === 0);
      if (options.json) printJson({ ok: valid, files: checked });
      else for (const each of checked) show(each);
      if (!valid) process.exitCode = exitCode.inputWrong;
    });
}

function ownCountries(): string[] {
  const folder = join(packageRoot, "countries");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml") && name !== "template.yaml")
    .map((name) => relative(process.cwd(), join(folder, name)));
}

async function check(file: string, environment: string | undefined): Promise<CheckedFile> {
  try {
    const loaded = loadCountry(file, environment === undefined ? {} : { environment });
    const warnings = [...loaded.warnings, ...(await waiversOfNoPolicy(loaded))];
    return {
      file,
      country: loaded.country.country,
      problems: [],
      warnings,
      placeholders: loaded.placeholders,
      ...calendarOf(loaded),
    };
  } catch (error) {
    if (error instanceof LocalisationError)
      return { file, problems: error.problems, warnings: [], placeholders: [] };
    throw error;
  }
}

/** The policies are above the localisation file, and only they know their names. */
async function waiversOfNoPolicy(loaded: LoadedCountry): Promise<Problem[]> {
  if (loaded.country.residency.waivers.length === 0) return [];
  const { checkCountry } = await import("../../policies/check-country.ts");
  const { findings } = checkCountry(loaded, { subject: { kind: "file" } });
  return findings
    .filter(({ policy, path }) => policy === "waiver-unused" && path.endsWith(".policy"))
    .map(({ source, path, message, remediation }) => ({
      file: loaded.file,
      line: source?.line ?? 1,
      column: 1,
      path,
      message,
      remediation,
    }));
}

function calendarOf({ country, holidaysFrom }: LoadedCountry): Pick<CheckedFile, "week" | "holidays"> {
  const year = Number(dayIn(country.timezone).slice(0, 4));
  const names = country.telemetry.holidays
    .filter(({ date }) => date.startsWith(`${year}-`))
    .map(({ date, name }) => `${date.slice(5)} ${textIn(name, ["en", ...country.languages])}`);
  return { week: weekInWords(country), holidays: { year, names, from: holidaysFrom } };
}

function showCalendar({ file, week, holidays }: CheckedFile): void {
  if (week === undefined || holidays === undefined) return;
  const { year, names, from } = holidays;
  const count = `${names.length} ${names.length === 1 ? "holiday" : "holidays"} in ${year}`;
  print(
    from === "file"
      ? `${file}: shifts ${week}; ${count}, from the file.`
      : `${file}: shifts ${week}; ${count}, from the library date-holidays, to be confirmed: ${names.join(", ")}.`,
  );
}

function show(checked: CheckedFile): void {
  const { file, country, problems, warnings, placeholders } = checked;
  for (const problem of problems) print(formatProblem(problem));
  for (const warning of warnings) print(`${formatProblem(warning)} ${style("yellow", "(warning)")}`);
  for (const placeholder of placeholders)
    print(`${formatProblem(placeholder)} ${style("yellow", "(to do)")}`);
  showCalendar(checked);
  const count = problems.length;
  const open = placeholders.length;
  if (count > 0) print(`${style("red", "✗")} ${file}: ${count} ${count === 1 ? "problem" : "problems"}.`);
  else if (open === 0) print(`${style("green", "✓")} ${file}: a valid localisation file of ${country}.`);
  else
    print(
      `${style("yellow", "!")} ${file}: a valid localisation file of ${country}, with ${open} ${open === 1 ? "value" : "values"} still to be filled in: a pilot runs with them, production refuses them.`,
    );
}
