/** The calendar day in a time zone. */
import { expect, test } from "vitest";
import { dayIn } from "../../base/day.ts";

test.each([
  ["2026-11-25T21:59:59Z", "Africa/Johannesburg", "2026-11-25"],
  ["2026-11-25T22:00:00Z", "Africa/Johannesburg", "2026-11-26"],
  ["2026-03-01T02:59:59Z", "America/Sao_Paulo", "2026-02-28"],
  ["2026-12-31T23:30:00Z", "UTC", "2026-12-31"],
])("%s in %s is %s", (at, timezone, day) => expect(dayIn(timezone, new Date(at))).toBe(day));
