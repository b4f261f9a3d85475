/** A country with the settings that key figures depend on. */
import type { Country, Shift } from "../../localisation/schema/country.ts";

export const everyDay: Shift["days"] = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
];

export const threeShifts: readonly Shift[] = [
  { name: "morning", days: everyDay, start: "06:00", end: "14:00", plannedBreakMinutes: 30 },
  { name: "afternoon", days: everyDay, start: "14:00", end: "22:00", plannedBreakMinutes: 30 },
  { name: "night", days: everyDay, start: "22:00", end: "06:00", plannedBreakMinutes: 45 },
];

export function countryWith(
  telemetry: Partial<Country["telemetry"]> = {},
  timezone = "Europe/Istanbul",
): Country {
  return {
    country: "TR",
    timezone,
    telemetry: {
      retention: { raw: "P50Y", minute: "P50Y", hour: "P50Y", day: "P50Y", rejected: "P50Y" },
      offlineAfterSeconds: 300,
      units: {},
      shifts: threeShifts,
      holidays: [],
      ...telemetry,
    },
    aggregates: { minimumCount: 5, dominance: { largest: 1, percent: 75 }, publication: "monthly" },
  } as unknown as Country;
}
