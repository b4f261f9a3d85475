/** Days and weeks of the calendar: the day in a country's time zone, and weeks of ISO 8601. */
import { Temporal } from "temporal-polyfill";

/** The time in a zone. @param timezone IANA. @param at epoch milliseconds. */
export const timeIn = (timezone: string, at = Date.now()): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone);

export const dateIn = (timezone: string, at = Date.now()): Temporal.PlainDate =>
  timeIn(timezone, at).toPlainDate();

/** The last days in a zone, today included. @returns YYYY-MM-DD. */
export function lastDays(timezone: string, days: number, at = Date.now()): { from: string; to: string } {
  const today = dateIn(timezone, at);
  return { from: today.subtract({ days: days - 1 }).toString(), to: today.toString() };
}

/** The week of a day in UTC, by ISO 8601: `2026-W48`. */
export function weekOf(day: Date): string {
  const { yearOfWeek, weekOfYear } = dateIn("UTC", day.getTime());
  return `${yearOfWeek}-W${String(weekOfYear).padStart(2, "0")}`;
}

/** When a week is over. @param week such as `2026-W48`. @returns epoch milliseconds, UTC. */
export function endOfWeek(week: string): number {
  const [year = 0, number = 0] = week.split("-W").map(Number);
  // 4 January is always in the first week.
  const fourth = Temporal.PlainDate.from({ year, month: 1, day: 4 });
  const monday = fourth.subtract({ days: fourth.dayOfWeek - 1 }).add({ weeks: number });
  return monday.toZonedDateTime("UTC").epochMilliseconds;
}
