import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { liveThrough } from "./agreement.ts";
import { countryWith, everyDay } from "./country.ts";
import { randomFrom } from "./histories.ts";
import { Stores } from "./stores.ts";

/** Half an hour off the hour, with a change of the clock in the period, and shifts that begin at odd quarters. */
const country = countryWith(
  {
    offlineAfterSeconds: 120,
    shifts: [
      { name: "early", days: everyDay, start: "05:45", end: "13:15", plannedBreakMinutes: 20 },
      { name: "late", days: everyDay.slice(0, 5), start: "15:00", end: "02:30", plannedBreakMinutes: 60 },
    ],
    holidays: [{ date: "2026-10-05", name: { en: "A holiday" } }],
  },
  "Australia/Adelaide",
);

let stores: Stores;
beforeAll(async () => {
  stores = await Stores.open(country);
});
afterAll(() => stores.close());
beforeEach(() => stores.empty());

const seeds = Array.from({ length: 10 }, (_, index) => 1000 + index);

test.each(seeds)(
  "figures agree over a change of the clock, seed %i",
  async (seed) => {
    await liveThrough(stores, randomFrom(seed), Date.UTC(2026, 9, 1), 5);
    expect.hasAssertions();
  },
  300_000,
);
