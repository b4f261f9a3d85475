/** Key figures of a period read that period's part of the store, however old the store is. */
import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  kpiByCompany,
  kpiByDay,
  kpiByShift,
  kpiOfCompany,
  leftOutByCompany,
  leftOutOf,
  type Period,
} from "../../apps/analytics/queries.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { countryWith } from "./country.ts";

const machines = 12;
const shiftsOfDay = ["morning", "afternoon", "night"];
const company = "acme";
const lathe = { company, site: "main", machine: "m-0" };
const week: Period = { from: "2026-03-25", to: "2026-03-31" };
const year: Period = { from: "2025-04-01", to: "2026-03-31" };

const figures: Record<string, (reader: ClickHouseClient, period: Period) => Promise<unknown>> = {
  kpiByShift: (reader, period) => kpiByShift(reader, { company }, period),
  "kpiByShift of a machine": (reader, period) => kpiByShift(reader, lathe, period),
  kpiByDay: (reader, period) => kpiByDay(reader, lathe, period),
  kpiOfCompany: (reader, period) => kpiOfCompany(reader, company, period),
  kpiByCompany,
  leftOutByCompany,
  leftOutOf: (reader, period) => leftOutOf(reader, lathe, period),
};

let store: TimeSeriesStore;
beforeAll(async () => {
  store = await openTimeSeriesStore();
  await migrateTimeSeriesStore(store.writer, countryWith());
  await addDays("2026-03-01", "2026-03-31");
});
afterAll(() => store.close());

/** Each machine's three shifts of each day, by Istanbul's clock, and what their figures leave out. */
async function addDays(first: string, last: string): Promise<void> {
  const shifts = `SELECT '${company}' AS company, 'main' AS site, 'm-' || toString(number % ${machines}) AS machine,
      toDate('${first}') + intDiv(number, ${3 * machines}) AS shift_date, intDiv(number, ${machines}) % 3 AS place,
      toDateTime(shift_date, 'UTC') + 3600 * (3 + 8 * place) AS shift_from, shift_from + 28800 AS shift_to
    FROM numbers(${3 * machines} * (1 + dateDiff('day', toDate('${first}'), toDate('${last}'))))`;
  const shift = `['${shiftsOfDay.join("','")}'][1 + place]`;
  const key = "company, site, machine, shift_date, shift_from, shift_to, computed_at";
  const values = "company, site, machine, shift_date, shift_from, shift_to, now64(3)";
  for (const statement of [
    `kpi_shift (${key}, shift, complete, planned_busy_seconds) SELECT ${values}, ${shift}, 1, 27000 FROM (${shifts})`,
    `kpi_left_out (${key}, readings) SELECT ${values}, 1 FROM (${shifts})`,
  ])
    await store.writer.command({ query: `INSERT INTO ${statement}` });
}

interface Reading {
  readonly parts: number;
  readonly rows: number;
}

/** What the engine would read for the queries that a function sends. */
async function readingOf(ask: (reader: ClickHouseClient) => Promise<unknown>): Promise<Reading> {
  const { reader } = store;
  const read = { parts: 0, rows: 0 };
  const query: ClickHouseClient["query"] = async (parameters) => {
    const estimate = await reader.query({
      ...parameters,
      query: `EXPLAIN ESTIMATE ${parameters.query}`,
      format: "JSONEachRow",
    });
    for (const { parts, rows } of await estimate.json<Record<keyof Reading, string | number>>()) {
      read.parts += Number(parts);
      read.rows += Number(rows);
    }
    return reader.query(parameters) as never;
  };
  await ask(
    new Proxy(reader, {
      get: (target, name) => (name === "query" ? query : Reflect.get(target, name).bind(target)),
    }),
  );
  return read;
}

const all = Object.entries(figures);
const readingsOf = async (period: Period): Promise<Map<string, Reading>> => {
  const found = new Map<string, Reading>();
  for (const [name, ask] of all) found.set(name, await readingOf((reader) => ask(reader, period)));
  return found;
};

test("key figures of a week read as much in a store of three years as in one of a month, and give the same", async () => {
  const answers = () => Promise.all(all.map(([, ask]) => ask(store.reader, week)));
  const [young, before] = [await readingsOf(week), await answers()];
  await addDays("2023-04-01", "2026-02-28");
  expect(await readingsOf(week)).toEqual(young);
  expect(await answers()).toEqual(before);
  expect(before[0]).toHaveLength(7 * 3 * machines);
  expect(before.at(-1)).toBe(7 * 3);
  for (const [name, { parts, rows }] of young) {
    expect([name, parts]).toEqual([name, 1]);
    expect(rows, name).toBeGreaterThanOrEqual(7 * 3);
  }
});

test("those of a year read the year's months and no others", async () => {
  const ofYear = await readingsOf(year);
  const ofWeek = await readingsOf(week);
  for (const [name] of all) {
    // Its first hours may lie in the month before.
    expect(ofYear.get(name)!.parts, name).toBeLessThanOrEqual(13);
    expect(ofYear.get(name)!.parts, name).toBeGreaterThanOrEqual(12);
    expect(ofYear.get(name)!.rows, name).toBeGreaterThan(8 * ofWeek.get(name)!.rows);
  }
  const shifts = await kpiByShift(store.reader, { company }, year);
  expect(shifts).toHaveLength(365 * 3 * machines);
  const everything = { from: "1970-01-01", to: "2149-06-06" };
  expect(await kpiByShift(store.reader, { company }, everything)).toHaveLength(
    3 * 365 * 3 * machines + 3 * machines,
  );
});

test.each([
  ["Pacific/Kiritimati", "2026-01-31T10:00:00Z", "2026-02-01"],
  ["Pacific/Kiritimati", "2026-03-01T09:45:00Z", "2026-03-01"],
  ["Etc/GMT+12", "2026-02-01T12:00:00Z", "2026-02-01"],
  ["Etc/GMT+12", "2026-03-01T11:45:00Z", "2026-02-28"],
])("a day's first and last shift are that day's in %s: %s", async (timezone, from, shiftDate) => {
  const [zone, start] = [timezone.replaceAll(/\W/g, "-"), Date.parse(from) / 1000];
  const row = { site: "main", machine: "m", shift: "one", complete: true, planned_busy_seconds: 1 };
  const times = { shift_date: shiftDate, shift_from: start, shift_to: start + 900, computed_at: start };
  await store.writer.insert({
    table: "kpi_shift",
    values: [{ company: zone, ...row, ...times }],
    format: "JSONEachRow",
  });
  const of = async (day: string) =>
    (await kpiByShift(store.reader, { company: zone }, { from: day, to: day })).map((shift) => shift.from);
  expect(await of(shiftDate)).toEqual([start * 1000]);
});
