/** `rollout explain`: every value in force, where it comes from and what depends on it; the year's shifts and holidays. */
import { Command } from "commander";
import { InputError } from "../../base/kit-error.ts";
import { nearest } from "../../base/nearest.ts";
import { type ExplainedPart, type ExplainedValue, explain } from "../../localisation/explain.ts";
import { didYouMean } from "../../localisation/problem.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { textIn } from "../../localisation/text.ts";
import { type CalendarDay, weekInWords, workingCalendar } from "../../localisation/working-calendar.ts";
import { type FileOptions, loadOptions, targetOption, withFile } from "../localisation-file.ts";
import { print, printJson, style } from "../terminal.ts";

interface Options extends FileOptions {
  readonly year?: string;
  readonly json?: boolean;
}

const calendarPaths = ["telemetry", "telemetry.shifts", "telemetry.holidays"];

export function explainCommand(): Command {
  return withFile(new Command("explain"))
    .description(
      "show every value in force, where it comes from and what depends on it, and the year's calendar",
    )
    .argument("[path]", "a part of the file, such as telemetry.shifts")
    .addOption(targetOption())
    .option("--year <year>", "year of the calendar (default: the present one)")
    .option("--json", "print JSON")
    .action((file: string, path: string | undefined, options: Options) => {
      const { loaded, parts } = explain(file, loadOptions(options));
      const shown = path === undefined ? parts : below(parts, path);
      const { country } = loaded;
      const withCalendar = path === undefined || calendarPaths.includes(path);
      const calendar = withCalendar ? workingCalendar(country, yearOf(options)) : undefined;
      if (options.json) {
        printJson({ ok: true, file, country: country.country, parts: shown, ...(calendar && { calendar }) });
        return;
      }
      for (const part of shown) showPart(file, part);
      if (calendar !== undefined) showCalendar(country, calendar);
    });
}

function yearOf({ year }: Options): number {
  const wanted = Number(year ?? new Date().getFullYear());
  if (!Number.isInteger(wanted) || wanted < 2015 || wanted > 2100)
    throw new InputError(`"${year}" is not a year from 2015 to 2100.`, "Write it like 2026.");
  return wanted;
}

/** @throws InputError where nothing has the path. */
function below(parts: readonly ExplainedPart[], path: string): ExplainedPart[] {
  const isBelow = (value: ExplainedValue) =>
    value.path === path || value.path.startsWith(`${path}.`) || value.path.startsWith(`${path}[`);
  const found = parts.flatMap((part) => {
    const values = part.values.filter(isBelow);
    return values.length === 0 ? [] : [{ ...part, values }];
  });
  if (found.length > 0) return found;
  const known = parts.flatMap((part) => [part.path, ...part.values.map((value) => value.path)]);
  throw new InputError(
    `The file has no value at "${path}", and none follows from a default.`,
    didYouMean(nearest(path, known), "Leave the path out to see all."),
  );
}

function showPart(file: string, { path, dependents, values }: ExplainedPart): void {
  print(`${style("bold", path)} ${style("dim", `→ ${dependents}`)}`);
  const shown = values.map((value) => ({
    name: value.path,
    value: JSON.stringify(value.value),
    origin: originText(file, value),
  }));
  const width = Math.min(60, Math.max(...shown.map(({ name }) => name.length)));
  for (const { name, value, origin } of shown)
    print(`  ${name.padEnd(width)}  ${value}  ${style("dim", origin)}`);
}

function originText(file: string, { origin }: ExplainedValue): string {
  switch (origin.kind) {
    case "file":
      return `${file}:${origin.line}`;
    case "environment":
      return `${file}:${origin.line}, environment ${origin.environment}`;
    case "open":
      return `${file}:${origin.line}, still to be filled in (!todo)`;
    case "derived":
      return `default: ${origin.from}`;
    default:
      return "default";
  }
}

/** A line for each month, a sign for each day; then the holidays. */
function showCalendar(country: Country, days: readonly CalendarDay[]): void {
  const [first] = days;
  print(`${style("bold", `Calendar of ${first?.date.slice(0, 4)}`)}: shifts ${weekInWords(country)}`);
  print(`  ${" ".repeat(9)}${Array.from({ length: 31 }, (_, day) => (day + 1) % 10).join("")}`);
  for (const [month, ofMonth] of Map.groupBy(days, ({ date }) => date.slice(0, 7)))
    print(`  ${month}  ${ofMonth.map(signOf).join("")}`);
  print("  # shifts, . none, H holiday");
  const holidays = days.flatMap(({ date, weekday, holiday }) =>
    holiday === undefined ? [] : [`  ${date} ${weekday.padEnd(9)}  ${textIn(holiday, country.languages)}`],
  );
  for (const line of holidays) print(line);
  if (holidays.length === 0) print("  No holiday of this year is known.");
}

const signOf = ({ holiday, shifts }: CalendarDay): string =>
  holiday !== undefined ? "H" : shifts.length > 0 ? "#" : ".";
