/**
 * The planned working time: the country's shifts on its days in its time zone, as intervals. A shift follows the local
 * clock: an 8-hour night on which daylight saving begins or ends has 7 or 9 hours.
 */

import { Temporal } from "temporal-polyfill";
import { dateIn } from "../../base/calendar.ts";
import type { Country, Shift } from "../../localisation/schema/country.ts";
import { weekdays } from "../../localisation/schema/telemetry.ts";

export interface ShiftCalendar {
  /** IANA. */
  readonly timezone: string;
  readonly shifts: readonly Shift[];
  readonly holidays: readonly { readonly date: string }[];
}

/** From `from` (inclusive) to `to` (exclusive), epoch milliseconds. */
export interface ShiftInterval {
  /** The day on which the shift starts, "YYYY-MM-DD". */
  readonly shiftDate: string;
  readonly shift: string;
  readonly from: number;
  readonly to: number;
  /** At any time in the shift: each factory chooses when. */
  readonly plannedBreakSeconds: number;
}

export function calendarOf(country: Country): ShiftCalendar {
  return {
    timezone: country.timezone,
    shifts: country.telemetry.shifts,
    holidays: country.telemetry.holidays,
  };
}

/**
 * The shifts that overlap the time from `from` (inclusive) to `to` (exclusive), in order of their start. A shift that
 * would start on a holiday is not planned; one that started on the day before runs to its end.
 */
export function shiftsBetween(calendar: ShiftCalendar, from: number, to: number): ShiftInterval[] {
  const { timezone, shifts } = calendar;
  const holidays = new Set(calendar.holidays.map((holiday) => holiday.date));
  const last = dateIn(timezone, to);
  const found: ShiftInterval[] = [];
  // A shift that starts on a day ends at the latest two days later.
  for (
    let date = dateIn(timezone, from).subtract({ days: 2 });
    Temporal.PlainDate.compare(date, last) <= 0;
    date = date.add({ days: 1 })
  ) {
    const shiftDate = date.toString();
    if (holidays.has(shiftDate)) continue;
    const weekday = weekdays[date.dayOfWeek - 1]!;
    for (const shift of shifts) {
      if (!shift.days.includes(weekday)) continue;
      const interval = intervalOn(date, shift, timezone);
      if (interval.from < to && interval.to > from && interval.from < interval.to) found.push(interval);
    }
  }
  return found.sort((a, b) => a.from - b.from || (a.shift < b.shift ? -1 : 1));
}

function intervalOn(date: Temporal.PlainDate, shift: Shift, timezone: string): ShiftInterval {
  const endsNextDay = shift.end <= shift.start;
  return {
    shiftDate: date.toString(),
    shift: shift.name,
    from: instantOf(date, shift.start, timezone),
    to: instantOf(endsNextDay ? date.add({ days: 1 }) : date, shift.end, timezone),
    plannedBreakSeconds: shift.plannedBreakMinutes * 60,
  };
}

/** A local time that daylight saving skips is read as one hour later, one that occurs twice as the first. */
function instantOf(date: Temporal.PlainDate, time: string, timezone: string): number {
  return date.toZonedDateTime({ timeZone: timezone, plainTime: time }).epochMilliseconds;
}
