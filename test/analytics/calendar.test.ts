import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ShiftCalendar, shiftsBetween } from "../../apps/analytics/calendar.ts";
import { everyDay, threeShifts } from "./country.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Local time in a time zone, by another library than the one under test. */
function wallClock(timezone: string) {
  const format = new Intl.DateTimeFormat("sv", {
    timeZone: timezone,
    dateStyle: "short",
    timeStyle: "short",
  });
  return (time: number) => format.format(time);
}

const zones = [
  "Africa/Johannesburg",
  "America/Sao_Paulo",
  "Europe/Istanbul",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "Pacific/Apia",
  // The clock changes at midnight: a day starts at 01:00.
  "Africa/Cairo",
];

test.each(zones)("shifts start and end by local time, all year in %s", (timezone) => {
  const calendar: ShiftCalendar = { timezone, shifts: threeShifts, holidays: [{ date: "2026-05-01" }] };
  const wall = wallClock(timezone);
  const from = Date.UTC(2026, 0, 1);
  const shifts = shiftsBetween(calendar, from, from + 365 * day);
  const byName = new Map(threeShifts.map((shift) => [shift.name, shift]));
  for (const [index, shift] of shifts.entries()) {
    const { start, end } = byName.get(shift.shift)!;
    expect(wall(shift.from)).toBe(`${shift.shiftDate} ${start}`);
    expect(wall(shift.to).slice(11)).toBe(end);
    const hours = (shift.to - shift.from) / hour;
    expect(Math.abs(hours - 8)).toBeLessThanOrEqual(1);
    const before = shifts[index - 1];
    // Day and night, except on the holiday.
    if (before !== undefined && !/2026-05-0[12]/.test(shift.shiftDate)) expect(shift.from).toBe(before.to);
  }
  expect(shifts.filter((shift) => shift.shiftDate === "2026-05-01")).toEqual([]);
  expect(shifts.some((shift) => shift.shiftDate === "2026-04-30" && shift.shift === "night")).toBe(true);
  expect(shifts.length).toBeGreaterThan(3 * 364 - 4);
});

describe("changes of the clock", () => {
  const calendar: ShiftCalendar = { timezone: "Europe/Berlin", shifts: threeShifts, holidays: [] };
  const hoursOf = (shiftDate: string, name: string) => {
    const shift = shiftsBetween(calendar, Date.parse(shiftDate), Date.parse(shiftDate) + 2 * day).find(
      (one) => one.shiftDate === shiftDate && one.shift === name,
    )!;
    return (shift.to - shift.from) / hour;
  };
  test("make a night shorter and another longer", () => {
    expect(hoursOf("2026-03-27", "night")).toBe(8);
    expect(hoursOf("2026-03-28", "night")).toBe(7);
    expect(hoursOf("2026-10-24", "night")).toBe(9);
  });
  test("leave out a shift that they skip as a whole, and move one that they skip in part", () => {
    const skipped: ShiftCalendar = {
      timezone: "Europe/Berlin",
      shifts: [
        { name: "gone", days: everyDay, start: "02:00", end: "03:00", plannedBreakMinutes: 0 },
        { name: "late", days: everyDay, start: "02:30", end: "05:00", plannedBreakMinutes: 0 },
      ],
      holidays: [],
    };
    const from = Date.UTC(2026, 2, 28, 23);
    const shifts = shiftsBetween(skipped, from, from + 12 * hour);
    expect(shifts.map((shift) => [shift.shift, new Date(shift.from).toISOString().slice(11, 16)])).toEqual([
      ["late", "01:30"],
    ]);
  });
});

test("a shift that ends when it starts lasts a day", () => {
  const shifts = [{ name: "all day", days: everyDay, start: "07:00", end: "07:00", plannedBreakMinutes: 0 }];
  const calendar: ShiftCalendar = { timezone: "America/Sao_Paulo", shifts, holidays: [] };
  const from = Date.UTC(2026, 6, 1);
  for (const shift of shiftsBetween(calendar, from, from + 5 * day)) expect(shift.to - shift.from).toBe(day);
});

test("shifts start on their days only, and the week may have gaps", () => {
  const shifts = [
    {
      name: "weekend",
      days: ["saturday", "sunday"] as const,
      start: "09:00",
      end: "17:00",
      plannedBreakMinutes: 45,
    },
  ];
  const calendar: ShiftCalendar = {
    timezone: "Africa/Johannesburg",
    shifts,
    holidays: [{ date: "2026-08-09" }],
  };
  const found = shiftsBetween(calendar, Date.UTC(2026, 7, 1), Date.UTC(2026, 7, 17));
  expect(found.map((shift) => shift.shiftDate)).toEqual([
    "2026-08-01",
    "2026-08-02",
    "2026-08-08",
    "2026-08-15",
    "2026-08-16",
  ]);
  expect(found[0]).toEqual({
    shiftDate: "2026-08-01",
    shift: "weekend",
    from: Date.UTC(2026, 7, 1, 7),
    to: Date.UTC(2026, 7, 1, 15),
    plannedBreakSeconds: 2700,
  });
});

test("the shifts of a range are those of a longer one that overlap it", () => {
  const calendar: ShiftCalendar = { timezone: "America/New_York", shifts: threeShifts, holidays: [] };
  const start = Date.UTC(2026, 2, 1);
  const all = shiftsBetween(calendar, start, start + 30 * day);
  fc.assert(
    fc.property(
      fc.integer({ min: 2 * day, max: 26 * day }),
      fc.integer({ min: 1, max: 2 * day }),
      (offset, length) => {
        const [from, to] = [start + offset, start + offset + length];
        expect(shiftsBetween(calendar, from, to)).toEqual(
          all.filter((shift) => shift.from < to && shift.to > from),
        );
      },
    ),
  );
});
