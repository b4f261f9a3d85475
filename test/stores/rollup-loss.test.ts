/** Whatever rows `raw` or a rollup loses, the repair takes nothing from any rollup and counts nothing twice. */
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { repairRollups } from "../../stores/time-series/rollup-repair.ts";
import { openTestTimeSeries, type TestTimeSeriesStore } from "./open.ts";
import { disagreements, insertRaw, type Row, rowsOf, storedCountry } from "./rows.ts";

const country = storedCountry("Asia/Kathmandu");
const rollups = ["rollup_minute", "rollup_hour", "rollup_day"];
const minute = 60_000;
const now = Date.now();
let store: TestTimeSeriesStore;

const rows = (age: number, channel = "temperature"): Row[] =>
  Array.from({ length: 120 }, (_, index) => ({
    machine: `m-${index % 2}`,
    channel,
    time: now - age - index * 7 * minute,
    number: channel === "state" ? null : (index % 11) - 5,
    text: channel === "state" ? `s-${index % 3}` : "",
  }));

beforeAll(async () => {
  store = await openTestTimeSeries(country);
});
afterAll(() => store.close());
beforeEach(reset);

async function reset() {
  for (const table of ["raw", ...rollups]) await command(`TRUNCATE TABLE ${table}`);
  await insertRaw(store.writer, [...rows(0), ...rows(30_000), ...rows(3000, "state")]);
}

const command = (query: string) => store.writer.command({ query });
const remove = (table: string, condition: string) =>
  command(`ALTER TABLE ${table} DELETE WHERE ${condition} SETTINGS mutations_sync = 2`);

interface Bucket {
  readonly key: string;
  readonly samples: number;
  readonly numbers: number;
  readonly total: number;
  readonly minimum: number | null;
  readonly maximum: number | null;
}

async function buckets(table: string): Promise<Map<string, Bucket>> {
  const found = await rowsOf<Bucket>(
    store.reader,
    `SELECT concat(machine, '/', channel, '/', toString(bucket)) AS key, toInt64(sum(r.samples)) AS samples,
       toInt64(sum(r.numbers)) AS numbers, sum(r.total) AS total, min(r.minimum) AS minimum, max(r.maximum) AS maximum
     FROM ${table} AS r GROUP BY key ORDER BY key`,
  );
  return new Map(
    found.map((row) => [row.key, { ...row, samples: Number(row.samples), numbers: Number(row.numbers) }]),
  );
}

test("rows that raw has lost are taken from no rollup", async () => {
  const before = await Promise.all(rollups.map(buckets));
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 97 }),
      fc.integer({ min: 0, max: 2 ** 31 }),
      async (share, seed) => {
        await remove("raw", `cityHash64(machine, channel, time, ${seed}) % 100 < ${share}`);
        expect(await repairRollups(store.writer, country, 0)).toBe(0);
        expect(await Promise.all(rollups.map(buckets))).toEqual(before);
      },
    ),
    // Each run removes more.
    { numRuns: 6 },
  );
});

test("with an insert that was cut off as well, no rollup shrinks", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...rollups),
      fc.integer({ min: 1, max: 97 }),
      fc.integer({ min: 0, max: 2 ** 31 }),
      async (table, share, seed) => {
        await reset();
        await remove("raw", `cityHash64(machine, channel, time, ${seed}) % 100 < ${share}`);
        await command(`DETACH TABLE ${table}_view`);
        await insertRaw(store.writer, [...rows(seed % 100_000), ...rows(13_000, "state")]);
        await command(`ATTACH TABLE ${table}_view`);
        const before = await Promise.all(rollups.map(buckets));
        await repairRollups(store.writer, country, 0);
        const after = await Promise.all(rollups.map(buckets));
        for (const [level, former] of before.entries())
          for (const [key, bucket] of former) {
            const found = after[level]!.get(key)!;
            expect(found.samples).toBeGreaterThanOrEqual(bucket.samples);
            expect(found.numbers).toBeGreaterThanOrEqual(bucket.numbers);
            if (bucket.minimum === null || bucket.maximum === null) continue;
            expect(found.minimum).toBeLessThanOrEqual(bucket.minimum);
            expect(found.maximum).toBeGreaterThanOrEqual(bucket.maximum);
          }
      },
    ),
    { numRuns: 8 },
  );
});

test.each(["rollup_hour", "rollup_day"])("%s is made again from minutes that are whole", async (table) => {
  await remove(table, "machine = 'm-1'");
  expect(await repairRollups(store.writer, country, 0)).toBeGreaterThan(0);
  expect(await disagreements(store.reader, country.timezone)).toEqual([]);
});

test("minutes that were lost are not added again to the hours and days that have them", async () => {
  const before = await Promise.all(["rollup_hour", "rollup_day"].map(buckets));
  await remove("rollup_minute", "machine = 'm-1'");
  await repairRollups(store.writer, country, 0);
  expect(await Promise.all(["rollup_hour", "rollup_day"].map(buckets))).toEqual(before);
});
