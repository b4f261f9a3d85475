/** A country's working days, from Unicode CLDR's data on weekends. */
import { weekdays } from "../schema/telemetry.ts";

type Weekday = (typeof weekdays)[number];

/** ECMA-402's getWeekInfo is younger than the type definitions. Days count from Monday, 1. */
type Week = { readonly firstDay: number; readonly weekend: readonly number[] };

/** The days that are no weekend, in the order of the country's week: from Sunday to Thursday in Saudi Arabia. */
export function workingDaysOf(country: string): readonly Weekday[] {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & { getWeekInfo(): Week };
  const { weekend } = locale.getWeekInfo();
  const first = Math.max(...weekend);
  return weekdays
    .map((_, index) => weekdays[(first + index) % 7] as Weekday)
    .filter((day) => !weekend.includes(weekdays.indexOf(day) + 1));
}
