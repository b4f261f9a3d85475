/** The periods after which a country publishes its aggregates: calendar months, quarters or years in its time zone. */

import { timeIn } from "../../../base/calendar.ts";
import type { Country } from "../../../localisation/schema/country.ts";

const monthsOf = { monthly: 1, quarterly: 3, yearly: 12 } as const;

/** @param now epoch milliseconds. @returns when the period that `now` is in began. */
export function startOfPublicationPeriod(country: Country, now: number): Date {
  const months = monthsOf[country.aggregates.publication];
  const today = timeIn(country.timezone, now);
  const month = Math.floor((today.month - 1) / months) * months + 1;
  const start = today.with({ month, day: 1 }).startOfDay();
  return new Date(start.epochMilliseconds);
}
