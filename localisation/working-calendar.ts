/** The days of a year in a country: its shifts and holidays, for people who check them. */
import type { Country } from "./schema/country.ts";
import { weekdays } from "./schema/telemetry.ts";

export interface CalendarDay {
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly weekday: (typeof weekdays)[number];
  /** Names of the shifts that start on the day; none on a holiday. */
  readonly shifts: readonly string[];
  /** Its name in each language. */
  readonly holiday?: Readonly<Record<string, string>>;
}

export function workingCalendar({ telemetry }: Country, year: number): readonly CalendarDay[] {
  const holidays = new Map(telemetry.holidays.map(({ date, name }) => [date, name]));
  const days: CalendarDay[] = [];
  for (let day = Date.UTC(year, 0, 1); day < Date.UTC(year + 1, 0, 1); day += 86_400_000) {
    const date = new Date(day).toISOString().slice(0, 10);
    const weekday = weekdays[(new Date(day).getUTCDay() + 6) % 7] as CalendarDay["weekday"];
    const holiday = holidays.get(date);
    const shifts = telemetry.shifts.filter(({ days: on }) => on.includes(weekday)).map(({ name }) => name);
    days.push({ date, weekday, shifts: holiday === undefined ? shifts : [], ...(holiday && { holiday }) });
  }
  return days;
}

/** `sunday to thursday`, `monday, wednesday` */
export function weekInWords({ telemetry }: Country): string {
  const worked = weekdays.filter((day) => telemetry.shifts.some(({ days }) => days.includes(day)));
  if (worked.length === 7) return "every day";
  // The run of days starts after a day off, on whichever day the week starts.
  const start = worked.find((day) => !worked.includes(before(day))) ?? worked[0];
  const isRun = worked.filter((day) => !worked.includes(before(day))).length === 1;
  const end = worked.find((day) => !worked.includes(after(day)));
  return isRun && worked.length > 2 ? `${start} to ${end}` : worked.join(", ");
}

const at = (index: number): (typeof weekdays)[number] => weekdays[(index + 7) % 7] ?? "monday";
const before = (day: (typeof weekdays)[number]) => at(weekdays.indexOf(day) - 1);
const after = (day: (typeof weekdays)[number]) => at(weekdays.indexOf(day) + 1);
