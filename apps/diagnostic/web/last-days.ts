/** Days of the country's calendar up to today. */
import { Temporal } from "temporal-polyfill";
import type { Period } from "../../analytics/queries.ts";

/** @param timezone IANA. @returns the last days there, today included. */
export function lastDays(timezone: string, days: number, now = Date.now()): Period {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  return { from: today.subtract({ days: days - 1 }).toString(), to: today.toString() };
}
