/**
 * Every query of the programs over tables of two shards: the engine refuses none. Both shards are this one server, so a row
 * is stored once, and a query of all shards returns it twice.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Analytics } from "../../apps/analytics/analytics.ts";
import {
  kpiByCompany,
  kpiByShift,
  latestValues,
  series,
  stateTimeline,
} from "../../apps/analytics/queries.ts";
import { rejectionsOf } from "../../apps/diagnostic/connect/rejections.ts";
import { nationalFigures } from "../../apps/diagnostic/ministry/national.ts";
import { Ingest } from "../../apps/ingest/ingest.ts";
import { MachineRegistry } from "../../apps/ingest/machine-registry.ts";
import { StoreDamage } from "../../apps/ingest/store-damage.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import { onCluster } from "../../stores/time-series/layout.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { repairRollups } from "../../stores/time-series/rollup-repair.ts";
import { countryWith } from "../analytics/country.ts";
import { registerTestCompany } from "../broker/data-path.ts";
import { type ServerUnderTest, serverUnderTest } from "../cluster/clickhouse/under-test.ts";
import { openEmptyRelational } from "./empty-relational.ts";
import { rowsOf } from "./rows.ts";

const country = countryWith();
const queries: string[] = [];
let server: ServerUnderTest;
let relational: RelationalStore;
let client: ClickHouseClient;

beforeAll(async () => {
  server = await serverUnderTest({ shards: 2, onQuery: (_user, query) => void queries.push(query) });
  await (await server.client("migration", "default")).command({
    query: "CREATE DATABASE rollout ON CLUSTER 'rollout'",
  });
  await migrateTimeSeriesStore(await server.client("migration"), country, onCluster());
  relational = await openEmptyRelational();
  client = await server.client("ingest");
});
afterAll(async () => {
  await relational.close();
  await server.close();
});

test("the engine can parse every statement with its ON CLUSTER as well", async () => {
  const reader = await server.client("diagnostic");
  for (const query of queries.filter((text) => text.includes("ON CLUSTER"))) {
    const [formatted] = await rowsOf<{ text: string }>(
      reader,
      "SELECT formatQuerySingleLine({query:String}) AS text",
      { query },
    );
    expect(formatted?.text).toContain("ON CLUSTER rollout");
  }
});

test("the engine refuses no query of ingest, key figures, pages, repair and erasure over shards", async () => {
  const { database } = relational;
  await registerTestCompany(database, "Acme");
  await registerTestCompany(database, "Zeta");
  const warnings: string[] = [];
  const log = {
    warn: (fields: object, message: string) => warnings.push(`${message} ${JSON.stringify(fields)}`),
  };
  const ingest = await Ingest.openShared({ client, country, registry: new MachineRegistry(database), log });
  const now = Date.now();
  const minute = 60_000;
  const send = (company: string, channel: string, payload: unknown, redelivered = false) =>
    new Promise<void>((resolve, reject) =>
      ingest.accept(
        {
          company,
          topic: `sme/v1/${company}/plant/lathe/${channel}`,
          payload: Buffer.from(JSON.stringify(payload)),
          redelivered,
        },
        (error) => (error === undefined ? resolve() : reject(error)),
      ),
    );
  for (const company of ["acme", "zeta"]) {
    const readings = [3, 2, 1].map((age) => ({ t: now - age * minute, v: 10 - age }));
    await send(company, "temperature", readings);
    // Again, and one between: both are looked up.
    await send(company, "temperature", readings, true);
    await send(company, "temperature", { t: now - 2.5 * minute, v: 1 }, true);
    // The same in quotes: that the channel has numbers is looked up.
    await send(company, "temperature", { t: now - 2.5 * minute, v: "1" }, true);
    await send(company, "temperature", { t: now - 2 * minute, v: 99 });
    await send(company, "temperature", { v: 1 }, true);
    await send(company, "temperature", { v: 1 }, true);
    await send(company, "state", { t: now - 3 * minute, v: "producing" });
    await send(company, "produced", [
      { t: now - 3 * minute, v: 1 },
      { t: now - minute, v: 5 },
    ]);
  }
  await ingest.takeOver();
  await ingest.stop();
  expect(warnings).toEqual([]);
  // Sent twice, stored once: one row in the table that both shards read.
  expect(ingest.flow).toMatchObject({ stored: 14, duplicates: 8 });
  const own = await rowsOf<{ rows: number | string }>(client, "SELECT count() AS rows FROM raw_local");
  expect(Number(own[0]?.rows)).toBe(14);

  await repairRollups(client, country, now - 10 * minute, ["acme/plant/lathe/temperature"]);
  await repairRollups(client, country, now - 10 * minute);

  const layout = onCluster();
  const analyticsClient = await server.client("analytics");
  const options = { client: analyticsClient, database, country, layout, log };
  const analytics = await Analytics.open({ ...options, clock: () => now });
  await analytics.runOnce();
  expect(analytics.status.rows).toBe(2);
  // Another calendar, whose shifts make the stored ones outdated: they are deleted.
  const shifts = country.telemetry.shifts.map((shift) => ({ ...shift, name: `new-${shift.name}` }));
  const changed = countryWith({ shifts: [{ ...shifts[0]!, start: "00:00", end: "00:00" }] });
  queries.length = 0;
  await (await Analytics.open({ ...options, country: changed, clock: () => now + minute })).runOnce();
  expect(
    queries.filter((query) => query.startsWith("ALTER TABLE rollout.kpi_shift_local ON CLUSTER")),
  ).toHaveLength(1);

  const reader = await server.client("diagnostic");
  const company = "acme";
  const where = { company, site: "plant", machine: "lathe" };
  const range = { from: now - 10 * minute, to: now };
  const period = { from: "2020-01-01", to: "2040-01-01" };
  expect((await latestValues(reader, company)).map(({ channel }) => channel)).toEqual([
    "produced",
    "state",
    "temperature",
  ]);
  expect((await series(reader, { ...where, channel: "temperature" }, range)).points.length).toBeGreaterThan(
    0,
  );
  await series(reader, { ...where, channel: "temperature" }, { from: 0, to: now });
  expect((await stateTimeline(reader, where, range, 300)).map(({ state }) => state)).toContain("producing");
  expect((await kpiByShift(reader, { company }, period)).length).toBeGreaterThan(0);
  expect([...(await kpiByCompany(reader, period)).keys()].toSorted()).toEqual(["acme", "zeta"]);
  expect((await rejectionsOf(reader, company, now - minute)).map(({ reason }) => reason).toSorted()).toEqual([
    "time-conflict",
    "time-missing",
  ]);
  const national = { ...country, programme: { sectors: ["25"], sizeBands: [{ id: "small" }], regions: [] } };
  expect(
    (await nationalFigures({ database, reader, country: national as never }, false, period)).connected,
  ).toBe(2);

  await analytics.eraseCompany(company);
  for (const table of ["raw", "rejected", "rollup_minute", "rollup_hour", "rollup_day", "kpi_shift"])
    expect(await rowsOf(reader, `SELECT DISTINCT toString(company) AS company FROM ${table}`)).toEqual([
      { company: "zeta" },
    ]);
});

test("parts that a server has set aside are found on every server, by ingest's own rights", async () => {
  const logged: string[] = [];
  const damage = new StoreDamage({
    client,
    retention: country.telemetry.retention,
    log: {
      warn: (fields) => logged.push(JSON.stringify(fields)),
      error: (fields) => logged.push((fields as { damage: string }).damage),
    },
  });
  expect(damage.metrics).toEqual([]);
  await damage.look();
  expect(damage.state).toEqual({ health: "healthy", detail: "no damage is known" });
  const migration = await server.client("migration");
  const [part] = await rowsOf<{ name: string }>(
    migration,
    "SELECT name FROM system.parts WHERE active AND database = 'rollout' AND table = 'raw_local' LIMIT 1",
  );
  await migration.command({ query: `ALTER TABLE rollout.raw_local DETACH PART '${part!.name}'` });
  await damage.look();
  expect(damage.state.health).toBe("failed");
  expect(damage.state.detail).toContain(`part ${part!.name}`);
  expect(damage.state.detail).toMatch(/^raw_local on \S+: .*rollout restore/);
  expect(damage.metrics.map(({ name, value }) => [name, value])).toEqual([
    ["rollout_ingest_store_damaged_parts", 1],
    ["rollout_ingest_store_damaged_replicas", 0],
  ]);
  expect(new Set(logged).size).toBe(logged.length);
  expect(logged[0]).toContain("raw_local on ");
  await migration.command({ query: `ALTER TABLE rollout.raw_local ATTACH PART '${part!.name}'` });
  await damage.look();
  expect(damage.state.health).toBe("healthy");
});
