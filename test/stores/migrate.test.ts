/** Migrations, retention, and the errors of opening a store. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { EnvironmentError } from "../../base/kit-error.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { disagreements, insertRaw, rowsOf, storedCountry } from "./rows.ts";

const parent = mkdtempSync(join(tmpdir(), "store test "));
const folder = join(parent, "time-series");
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const definitions =
  "SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase() ORDER BY name";
const mutations = "SELECT table, mutation_id FROM system.mutations ORDER BY table, mutation_id";
const country = storedCountry("America/Sao_Paulo");

test("a second start applies no migration again and alters nothing", async () => {
  let store = await openTimeSeriesStore(folder);
  await migrateTimeSeriesStore(store.writer, country);
  const first = await rowsOf(store.writer, definitions);
  const applied = await rowsOf(store.writer, "SELECT * FROM migration ORDER BY version, statement");
  expect(applied.length).toBeGreaterThan(5);
  const changes = await rowsOf(store.writer, mutations);
  await insertRaw(store.writer, [{ time: Date.now() }]);
  await store.close();

  store = await openTimeSeriesStore(folder);
  await migrateTimeSeriesStore(store.writer, country);
  expect(await rowsOf(store.writer, definitions)).toEqual(first);
  expect(await rowsOf(store.writer, "SELECT * FROM migration ORDER BY version, statement")).toEqual(applied);
  expect(await rowsOf(store.writer, mutations)).toEqual(changes);
  expect(await disagreements(store.reader, country.timezone)).toEqual([]);
  await store.close();
});

test("a migration that was cut off between its statement and its record continues there", async () => {
  const store = await openTimeSeriesStore(folder);
  await store.writer.command({ query: "DROP TABLE migration" });
  await migrateTimeSeriesStore(store.writer, country);
  expect(await rowsOf(store.writer, "SELECT count() AS readings FROM raw")).toEqual([{ readings: 1 }]);
  await store.close();
});

test("a shorter retention deletes older rows, a longer one keeps the rest", async () => {
  const store = await openTimeSeriesStore(folder);
  const day = 86_400_000;
  const ages = [1, 20, 40, 400].map((days) => ({ time: Date.now() - days * day, machine: `age-${days}` }));
  await insertRaw(store.writer, ages);
  const machines = async (table = "raw") =>
    (
      await rowsOf<{ machine: string }>(
        store.writer,
        `SELECT DISTINCT machine FROM ${table} WHERE machine LIKE 'age-%' ORDER BY machine`,
      )
    ).map((row) => row.machine);
  const shorter = { raw: "P30D", minute: "P30D", hour: "P2M", day: "P1Y" };
  await migrateTimeSeriesStore(store.writer, storedCountry("America/Sao_Paulo", shorter));
  const tables = ["raw", "rollup_minute", "rollup_hour", "rollup_day"];
  for (const table of tables) await store.writer.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
  expect(await Promise.all(tables.map(machines))).toEqual([
    ["age-1", "age-20"],
    ["age-1", "age-20"],
    ["age-1", "age-20", "age-40"],
    ["age-1", "age-20", "age-40"],
  ]);
  await migrateTimeSeriesStore(store.writer, storedCountry("America/Sao_Paulo", { raw: "P2M" }));
  await store.writer.command({ query: "OPTIMIZE TABLE raw FINAL" });
  expect(await machines()).toEqual(["age-1", "age-20"]);
  await migrateTimeSeriesStore(store.writer, country);
  await store.close();
});

test("every table with a company's rows deletes them by one of the country's periods", async () => {
  const periods = { raw: "P31D", minute: "P32D", hour: "P33D", day: "P34D", rejected: "P35D" };
  const store = await openTimeSeriesStore();
  await migrateTimeSeriesStore(store.writer, storedCountry("America/Sao_Paulo", periods));
  const tables = await rowsOf<{ name: string; days: string }>(
    store.writer,
    `SELECT name, extract(create_table_query, 'TTL \\S+\\(\\w+, 0\\) \\+ toIntervalDay\\((\\d+)\\)') AS days
     FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree' AND (database, name) IN
       (SELECT database, table FROM system.columns WHERE name = 'company') ORDER BY name`,
  );
  const daysOf = Object.fromEntries(tables.map(({ name, days }) => [name, days]));
  expect(daysOf).toMatchObject({
    raw: "31",
    rollup_minute: "32",
    rollup_hour: "33",
    rollup_day: "34",
    kpi_shift: "34",
    rejected: "35",
  });
  expect(Object.entries(daysOf).filter(([, days]) => !/^3[1-5]$/.test(days))).toEqual([]);
  await store.close();
});

test("another time zone is refused, because hours and days are kept in the first one", async () => {
  const store = await openTimeSeriesStore(folder);
  await expect(
    migrateTimeSeriesStore(store.writer, storedCountry("Africa/Johannesburg")),
  ).rejects.toMatchObject({
    name: EnvironmentError.name,
    message:
      "The time-series store keeps hours and days of America/Sao_Paulo, the country's file says Africa/Johannesburg.",
    remediation: "Set `timezone` back, or use another data folder.",
  });
  await store.close();
});

test("a store of a newer version is refused and left unchanged", async () => {
  const store = await openTimeSeriesStore(folder);
  const before = await rowsOf(store.writer, definitions);
  await store.writer.insert({
    table: "migration",
    values: [{ version: 9000, statement: 0, name: "9000_later.sql" }],
    format: "JSONEachRow",
  });
  await expect(migrateTimeSeriesStore(store.writer, country)).rejects.toThrow(EnvironmentError);
  expect(await rowsOf(store.writer, definitions)).toEqual(before);
  await store.writer.command({ query: "DELETE FROM migration WHERE version = 9000" });
  await store.close();
});

test("a second process on the folder is told which process has it", async () => {
  const store = await openTimeSeriesStore(folder);
  const script = `
    import { openTimeSeriesStore } from ${JSON.stringify(new URL("../../stores/time-series/store.ts", import.meta.url).href)};
    await openTimeSeriesStore(${JSON.stringify(folder)}).catch((error) => console.log(error.name, error.message));`;
  const second = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(second.stdout).toContain(EnvironmentError.name);
  expect(second.stdout).toContain(`is in use by process ${process.pid}.`);
  await store.close();
});

test("a folder that is a file is refused with the reason", async () => {
  const file = join(parent, "file");
  writeFileSync(file, "");
  await expect(openTimeSeriesStore(file)).rejects.toThrow(EnvironmentError);
});
