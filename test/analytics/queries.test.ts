import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addTotals, indicatorsOf, nothing, totalsOf } from "../../apps/analytics/kpi.ts";
import { overviewOf } from "../../apps/analytics/overview.ts";
import {
  kpiByCompany,
  kpiByDay,
  kpiByShift,
  kpiOfCompany,
  latestValues,
  series,
} from "../../apps/analytics/queries.ts";
import { countryWith } from "./country.ts";
import { randomFrom } from "./histories.ts";
import type { RawReading } from "./reference.ts";
import { Stores } from "./stores.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const now = Math.floor(Date.now() / hour) * hour;
const lathe = { company: "acme", site: "main", machine: "lathe" };
const temperature = { ...lathe, channel: "temperature" };

let stores: Stores;
beforeAll(async () => {
  stores = await Stores.open(countryWith());
  await stores.insert(readings);
  await stores.timeSeries.writer.insert({ table: "kpi_shift", values: shifts, format: "JSONEachRow" });
});
afterAll(() => stores.close());

/** Every ten seconds for two days. */
const readings: RawReading[] = Array.from({ length: 2 * 8640 }, (_, index) => ({
  ...temperature,
  time: now - 2 * day + index * 10 * second,
  number: 20 + (index % 360) / 36,
  text: "",
}));
readings.push({ ...lathe, channel: "state", time: now - minute, number: null, text: "down" });
readings.push({ ...lathe, company: "acme-2", channel: "state", time: now, number: null, text: "idle" });

const random = randomFrom(9);
const maybe = (value: number) => (random() < 0.25 ? null : value);
const shifts = ["acme", "globex", "initech"].flatMap((company) =>
  Array.from({ length: 40 }, (_, index) => {
    const produced = Math.floor(random() * 500);
    const date = `2026-03-${String(1 + Math.floor(index / 4)).padStart(2, "0")}`;
    const producing = maybe(Math.floor(random() * 25_000));
    return {
      company,
      site: "main",
      machine: index % 4 < 2 ? "lathe" : "mill",
      shift_date: date,
      shift: index % 2 === 0 ? "morning" : "afternoon",
      shift_from: Date.parse(`${date}T${index % 2 === 0 ? "04" : "12"}:00:00Z`) / 1000,
      shift_to: Date.parse(`${date}T${index % 2 === 0 ? "12" : "20"}:00:00Z`) / 1000,
      complete: index < 39,
      planned_run_time_per_item: 1 + Math.floor(random() * 30),
      planned_busy_seconds: 25_000,
      producing_seconds: producing,
      setup_seconds: producing === null ? null : 0,
      idle_seconds: producing === null ? null : 0,
      down_seconds: producing === null ? null : Math.floor(random() * 900),
      planned_stop_seconds: producing === null ? null : 0,
      unknown_seconds: producing === null ? null : 0,
      failures: producing === null ? null : Math.floor(random() * 4),
      produced: maybe(produced),
      scrap: maybe(Math.floor(random() * produced * 1.1)),
      energy_kilowatt_hours: maybe(random() * 90),
      computed_at: "2026-04-01 00:00:00.000",
    };
  }),
);

describe("latest values", () => {
  test("are the newest of each channel of the company and of no other", async () => {
    expect(await latestValues(stores.timeSeries.reader, "acme")).toEqual([
      { ...lathe, channel: "state", time: now - minute, number: null, text: "down" },
      { ...temperature, time: now - 10 * second, number: 20 + (17_279 % 360) / 36, text: "" },
    ]);
  });
  test("of a name that is no company are none", async () => {
    expect(await latestValues(stores.timeSeries.reader, "' OR 1=1 --")).toEqual([]);
  });
});

describe("a series", () => {
  const reader = () => stores.timeSeries.reader;
  test.each([
    ["an hour", hour, "raw", 360],
    ["four hours", 4 * hour, "raw", 1440],
    ["eight hours", 8 * hour, "minute", 480],
    ["a day", day, "minute", 1440],
    ["two days", 2 * day, "hour", 48],
    ["a year", 365 * day, "day", 3],
  ] as const)("of %s has at most 1,500 points", async (_, span, level, points) => {
    const found = await series(reader(), temperature, { from: now - span, to: now });
    expect(found.level).toBe(level);
    expect(found.points.length).toBeLessThanOrEqual(1500);
    expect(Math.abs(found.points.length - points)).toBeLessThanOrEqual(1);
    for (const [index, point] of found.points.entries()) {
      expect(point.time).toBeGreaterThanOrEqual(now - span - (level === "day" ? day : 0));
      expect(point.time).toBeLessThan(now);
      if (index > 0) expect(point.time).toBeGreaterThan(found.points[index - 1]!.time);
      expect(point.minimum!).toBeLessThanOrEqual(point.mean!);
      expect(point.mean!).toBeLessThanOrEqual(point.maximum!);
      expect(point.last! >= point.minimum! && point.last! <= point.maximum!).toBe(true);
    }
  });
  test("of minutes and hours has their mean, extremes and last value", async () => {
    const minutes = await series(reader(), temperature, { from: now - 8 * hour, to: now });
    const first = readings
      .filter((one) => one.channel === "temperature" && one.time >= now - 8 * hour)
      .slice(0, 6);
    expect(minutes.points[0]).toEqual({
      time: now - 8 * hour,
      mean: expect.closeTo(first.reduce((sum, one) => sum + one.number!, 0) / 6, 9),
      minimum: first[0]!.number,
      maximum: first[5]!.number,
      last: first[5]!.number,
    });
    const hours = await series(reader(), temperature, { from: now - 2 * day, to: now });
    expect(hours.points[5]).toMatchObject({ time: now - 43 * hour, minimum: 20, maximum: 20 + 359 / 36 });
  });
  test("of texts, without readings, and of a reversed range is empty", async () => {
    const range = { from: now - hour, to: now };
    expect(
      (await series(reader(), { ...lathe, channel: "state" }, range)).points.every((p) => p.mean === null),
    ).toBe(true);
    expect((await series(reader(), { ...lathe, channel: "none" }, range)).points).toEqual([]);
    expect((await series(reader(), temperature, { from: now, to: now - hour })).points).toEqual([]);
  });
});

describe("key figures", () => {
  const period = { from: "2026-03-02", to: "2026-03-08" };
  const inPeriod = shifts.filter((shift) => shift.shift_date >= period.from && shift.shift_date <= period.to);
  const totalsOfRows = (rows: typeof shifts) =>
    rows
      .map((row) =>
        totalsOf({
          plannedRunTimePerItem: row.planned_run_time_per_item,
          plannedBusySeconds: row.planned_busy_seconds,
          actualProductionSeconds: row.producing_seconds,
          produced: row.produced,
          scrap: row.scrap,
          energyKilowattHours: row.energy_kilowatt_hours,
          downSeconds: row.down_seconds,
          failures: row.failures,
        }),
      )
      .reduce(addTotals, nothing);
  const reader = () => stores.timeSeries.reader;

  test("by shift are the stored ones, in order, of the company or machine", async () => {
    const rows = await kpiByShift(reader(), { company: "acme" }, period);
    expect(rows).toHaveLength(28);
    expect(rows.map((row) => row.from)).toEqual(rows.map((row) => row.from).toSorted((a, b) => a - b));
    const mill = await kpiByShift(reader(), { company: "acme", site: "main", machine: "mill" }, period);
    expect(mill).toHaveLength(14);
    expect(await kpiByShift(reader(), { company: "acme", site: "other" }, period)).toEqual([]);
  });

  test("by day, over a company and over all companies come from sums of numerators and denominators", async () => {
    const days = await kpiByDay(reader(), { company: "acme" }, period);
    expect(days).toHaveLength(14);
    for (const { shiftDate, machine, oee, availability, complete } of days) {
      const own = inPeriod.filter(
        (s) => s.company === "acme" && s.shift_date === shiftDate && s.machine === machine,
      );
      expect(own).toHaveLength(2);
      const expected = indicatorsOf(totalsOfRows(own));
      expect([oee, availability, complete]).toEqual([expected.oee, expected.availability, true]);
    }
    const inAll = await kpiByCompany(reader(), period);
    expect([...inAll.keys()].sort()).toEqual(["acme", "globex", "initech"]);
    for (const [company, totals] of inAll) {
      const expected = totalsOfRows(inPeriod.filter((shift) => shift.company === company));
      for (const [name, value] of Object.entries(totals))
        expect([name, value]).toEqual([
          name,
          expected[name as keyof typeof expected] === null
            ? null
            : expect.closeTo(expected[name as keyof typeof expected]!, 6),
        ]);
      const summary = await kpiOfCompany(reader(), company, period);
      for (const [name, value] of Object.entries(indicatorsOf(totals)))
        expect(summary![name as keyof typeof summary]).toEqual(
          value === null ? null : expect.closeTo(value, 9),
        );
    }
    expect(await kpiOfCompany(reader(), "nobody", period)).toBeUndefined();
    expect((await kpiOfCompany(reader(), "acme", { from: "2026-03-10", to: "2026-03-10" }))!.complete).toBe(
      false,
    );
  });
});

describe("the national overview", () => {
  const rule = { minimumCount: 3, dominance: { largest: 1, percent: 75 }, publication: "monthly" } as const;
  const one = (produced: number) =>
    totalsOf({
      plannedRunTimePerItem: 10,
      plannedBusySeconds: 1000,
      actualProductionSeconds: 800,
      produced,
      scrap: 1,
      energyKilowattHours: 5,
      downSeconds: 0,
      failures: 0,
    });

  test("sums what it may show, names what it suppresses, and is undefined without data", () => {
    const overview = overviewOf(
      [
        [[one(70), one(60), one(50)], []],
        [
          [one(40), one(40), one(40), one(40)],
          [one(30), one(30), one(30)],
        ],
      ],
      ["10", "25"],
      ["micro", "small"],
      rule,
    );
    expect(overview.cells[0]![0]).toMatchObject({
      figures: { companies: 3, plannedBusySeconds: 3000, availability: 0.8, energyKilowattHours: 15 },
    });
    expect(overview.cells[0]![1]).toBeUndefined();
    expect(overview.total).toMatchObject({ figures: { companies: 10 } });
  });

  test("suppresses a cell of two companies, and cells that would reveal it", () => {
    const overview = overviewOf(
      [
        [
          [one(70), one(60)],
          [one(40), one(40), one(40)],
        ],
        [
          [one(40), one(40), one(40)],
          [one(30), one(30), one(30)],
        ],
      ],
      ["10", "25"],
      ["micro", "small"],
      rule,
    );
    expect(overview.cells.flat()).toEqual(["suppressed", "suppressed", "suppressed", "suppressed"]);
    expect([...overview.bySector, ...overview.bySizeBand, overview.total]).not.toContain("suppressed");
  });

  test("suppresses where one company has most of the planned time", () => {
    const overview = overviewOf([[[one(5000), one(10), one(10), one(10)]]], ["10"], ["micro"], rule);
    expect(overview.cells[0]![0]).toBe("suppressed");
    expect(overview.total).toBe("suppressed");
  });
});
