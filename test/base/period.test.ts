/** Periods of the localisation file and durations of operators, in days. */
import { describe, expect, test } from "vitest";
import {
  durationDays,
  longestPeriodDays,
  parsePeriod,
  periodDays,
  shortestPeriodDays,
} from "../../base/period.ts";

test.each([
  ["P1D", 1, 1, 1],
  ["P35D", 35, 35, 35],
  ["P1M", 30, 28, 31],
  ["P6M", 180, 168, 186],
  ["P1Y", 365, 365, 366],
  ["P10Y", 3650, 3650, 3660],
])("%s is %d days, at least %d, at most %d", (period, days, shortest, longest) => {
  expect(periodDays(period)).toBe(days);
  expect(shortestPeriodDays(period)).toBe(shortest);
  expect(longestPeriodDays(period)).toBe(longest);
});

test("parsePeriod gives count and unit", () => expect(parsePeriod("P18M")).toEqual({ count: 18, unit: "M" }));

test.each(["", "35D", "P", "PD", "P1W", "P1Y6M", "PT1H", "P1.5D", "p1d", " P1D"])(
  "%j is no period",
  (text) => {
    expect(() => periodDays(text)).toThrow(RangeError);
  },
);

describe("durationDays", () => {
  test.each([
    ["35d", 35],
    ["5w", 35],
    ["12m", 360],
    ["720h", 30],
    ["720h0m0s", 30],
    ["36h0m", 1.5],
    [" 7 d ", 7],
  ])("%s is %d days", (text, days) => expect(durationDays(text)).toBe(days));

  test.each(["", "d", "5y", "P5D", "1d2h", "90s"])("%j is none", (text) => {
    expect(durationDays(text)).toBeUndefined();
  });
});
