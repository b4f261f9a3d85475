/** Rollups: right in every time zone, and repaired where an insert ended between raw and a rollup. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lastReceivedAt, repairRollups } from "../../stores/time-series/rollup-repair.ts";
import { openTestTimeSeries, type TestTimeSeriesStore } from "./open.ts";
import { disagreements, insertRaw, type Row, rowsOf, storedCountry } from "./rows.ts";

const minute = 60_000;
const hour = 60 * minute;

/** Numbers, texts and late readings of several machines, over `hours` up to `until`. */
function readings(until: number, hours: number, receivedAt = Date.now()): Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < hours * 12; index += 1) {
    const time = until - index * 5 * minute - 1234;
    rows.push({ machine: `lathe-${index % 3}`, time, number: (index % 7) - 3.5, receivedAt });
    if (index % 5 === 0)
      rows.push({
        machine: "lathe-0",
        channel: "state",
        time,
        number: null,
        text: `état\t"${index}"`,
        receivedAt,
      });
  }
  return rows;
}

describe.each([
  // An offset with a quarter of an hour; daylight saving that begins at midnight, so that the day has no midnight.
  ["Asia/Kathmandu", Date.now()],
  ["Africa/Cairo", Date.UTC(2026, 3, 24, 12)],
])("in %s", (timezone, until) => {
  test("hours and days start when the country's do, over a change of the clocks", async () => {
    const country = storedCountry(timezone, { raw: "P99Y", minute: "P99Y", hour: "P99Y", day: "P99Y" });
    const store = await openTestTimeSeries(country);
    for (const chunk of [readings(until, 72), readings(until - 2 * hour + 7, 3)])
      await insertRaw(store.writer, chunk);
    const starts = await rowsOf<{ at: number }>(
      store.reader,
      "SELECT DISTINCT toUnixTimestamp(bucket) AS at FROM rollup_day",
    );
    const localTime = new Intl.DateTimeFormat("en-GB", {
      timeZone: timezone,
      hour: "2-digit",
      minute: "2-digit",
    });
    const localDay = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, dateStyle: "short" });
    expect(starts.length).toBeGreaterThanOrEqual(4);
    for (const { at } of starts) {
      expect(localTime.format(at * 1000)).toMatch(/^0[01]:00$/);
      expect(localDay.format(at * 1000 - 1)).not.toBe(localDay.format(at * 1000));
    }
    expect(await disagreements(store.reader, timezone)).toEqual([]);
    await store.close();
  });
});

describe("repair", () => {
  const country = storedCountry("Asia/Kolkata");
  const { timezone } = country;
  let store: TestTimeSeriesStore;
  let started: number;
  beforeAll(async () => {
    store = await openTestTimeSeries(country);
    started = Date.now();
    // Over a month's end, so that inserts make several parts.
    await insertRaw(store.writer, readings(started, 24 * 35, started));
  });
  afterAll(() => store.close());

  const detach = (table: string) => store.writer.command({ query: `DETACH TABLE ${table}` });
  const contents = (at: TestTimeSeriesStore) =>
    rowsOf(
      at.reader,
      `SELECT * FROM (${["minute", "hour", "day"].map((level) => `SELECT ${"'"}${level}${"'"} AS level, machine, channel, bucket, sum(r.samples) AS samples, sum(r.total) AS total FROM rollup_${level} AS r GROUP BY ALL`).join(" UNION ALL ")}) ORDER BY ALL`,
    );
  const attach = (table: string) => store.writer.command({ query: `ATTACH TABLE ${table}` });

  test("finds nothing to do where all agree", async () => {
    expect(await repairRollups(store.writer, country, 0)).toBe(0);
    expect(await lastReceivedAt(store.writer)).toBe(started);
  });

  test.each(["rollup_minute", "rollup_hour", "rollup_day"])(
    "adds what an insert that ended before %s left out",
    async (table) => {
      const at = (await lastReceivedAt(store.writer)) + 1;
      await detach(`${table}_view`);
      await insertRaw(store.writer, readings(started - 3 * hour + at - started, 24 * 33, at));
      await attach(`${table}_view`);
      expect(await disagreements(store.reader, timezone)).not.toEqual([]);
      expect(await repairRollups(store.writer, country, at)).toBeGreaterThan(0);
      expect(await disagreements(store.reader, timezone)).toEqual([]);
      expect(await repairRollups(store.writer, country, 0)).toBe(0);
    },
  );

  test("leaves a rollup as it is that has more than raw", async () => {
    for (const table of ["rollup_hour", "rollup_day"])
      await store.writer.command({
        query: `INSERT INTO ${table} SELECT * FROM ${table} WHERE bucket >= fromUnixTimestamp64Milli(${started - 2 * hour})`,
      });
    const before = await contents(store);
    expect(await repairRollups(store.writer, country, 0)).toBe(0);
    expect(await contents(store)).toEqual(before);
    // For the tests that follow.
    for (const table of ["raw", "rollup_minute", "rollup_hour", "rollup_day"])
      await store.writer.command({ query: `TRUNCATE TABLE ${table}` });
    await insertRaw(store.writer, readings(started, 24 * 35, started));
  });

  test("gives the right result when it is itself cut off half-way", async () => {
    const at = (await lastReceivedAt(store.writer)) + 1;
    await detach("rollup_minute_view");
    await insertRaw(store.writer, readings(started - hour + 17, 30, at));
    await attach("rollup_minute_view");
    await detach("rollup_day_view");
    await store.writer.command({
      query: "ALTER TABLE rollup_hour ADD CONSTRAINT cut_off CHECK samples > 1000000",
    });
    await expect(repairRollups(store.writer, country, at)).rejects.toThrow("cut_off");
    await store.writer.command({ query: "ALTER TABLE rollup_hour DROP CONSTRAINT cut_off" });
    await attach("rollup_day_view");
    expect(await disagreements(store.reader, timezone)).not.toEqual([]);
    await repairRollups(store.writer, country, at);
    expect(await disagreements(store.reader, timezone)).toEqual([]);
  });

  test("leaves a bucket alone whose readings retention has begun to delete", async () => {
    const old = started - 34 * 24 * hour;
    await store.writer.command({
      query: `ALTER TABLE raw DELETE WHERE time < fromUnixTimestamp64Milli(${old}) SETTINGS mutations_sync = 2`,
    });
    const before = await rowsOf(store.reader, "SELECT sum(samples) AS samples FROM rollup_day");
    await repairRollups(store.writer, storedCountry(timezone, { raw: "P33D" }), 0);
    expect(await rowsOf(store.reader, "SELECT sum(samples) AS samples FROM rollup_day")).toEqual(before);
  });
});
