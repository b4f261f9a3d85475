/** A country's public holidays from the library date-holidays, for files that don't list their own. */
import { createRequire } from "node:module";
import type Holidays from "date-holidays";

interface Holiday {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly name: Readonly<Record<string, string>>;
}

/** The library's own tags, where they are not those of BCP 47. */
const libraryTags: Readonly<Record<string, string>> = { cs: "cz", ja: "jp", ka: "ge", nb: "no" };

const known = new Map<string, readonly Holiday[]>();

/** Whole days without work; none where the library doesn't know the country. */
export function publicHolidays(
  country: string,
  languages: readonly string[],
  years: readonly number[],
): readonly Holiday[] {
  const key = [country, ...languages, ...years].join(" ");
  const remembered = known.get(key);
  if (remembered !== undefined) return remembered;
  // The library is slow to load, and most files list their own.
  const Library = createRequire(import.meta.url)("date-holidays") as typeof Holidays;
  const calendar = new Library(country, { types: ["public"] });
  const days = new Map<string, Record<string, string>>();
  for (const language of spoken(calendar, languages)) {
    calendar.setLanguages(libraryTags[language] ?? language);
    for (const year of years)
      for (const holiday of calendar.getHolidays(year) ?? [])
        for (const date of datesOf(holiday)) {
          const name = days.get(date) ?? {};
          name[language] ??= holiday.name;
          days.set(date, name);
        }
  }
  const holidays = [...days].map(([date, name]) => ({ date, name: complete(name, languages) }));
  holidays.sort((a, b) => a.date.localeCompare(b.date));
  known.set(key, holidays);
  return holidays;
}

function spoken(calendar: Holidays, languages: readonly string[]): string[] {
  const offered = calendar.getLanguages();
  const wanted = languages.filter((language) =>
    [language, language.split("-")[0] ?? "", libraryTags[language] ?? ""].some((tag) =>
      offered.includes(tag),
    ),
  );
  return wanted.length > 0 ? wanted : ["en"];
}

/** A language that the library lacks takes the name of the first one that it has. */
function complete(name: Record<string, string>, languages: readonly string[]): Record<string, string> {
  const fallback = Object.values(name)[0] ?? "";
  return Object.fromEntries(languages.map((language) => [language, name[language] ?? fallback]));
}

/** The days of a holiday; a last half day is a working day. */
function datesOf(holiday: { readonly date: string; readonly start: Date; readonly end: Date }): string[] {
  const first = holiday.date.slice(0, 10);
  // Islamic days start at sunset; the library marks that by an offset such as `-0600`.
  const eveningHours = Number(/ -(\d{2})\d{2}$/.exec(holiday.date)?.[1] ?? 0);
  const hours = (holiday.end.getTime() - holiday.start.getTime()) / 3_600_000 - eveningHours;
  const count = Math.min(Math.max(Math.floor(hours / 24), 1), 31);
  return Array.from({ length: count }, (_, day) => {
    const date = new Date(`${first}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() + day);
    return date.toISOString().slice(0, 10);
  });
}
