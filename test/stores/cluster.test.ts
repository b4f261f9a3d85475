/** The store's tables in a cluster's layout, used by the programs' own users: replicated tables below distributed ones. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { EnvironmentError } from "../../base/kit-error.ts";
import { clusterName, databaseName } from "../../components/time-series-settings.ts";
import { openClusterClient } from "../../stores/time-series/cluster.ts";
import { clusterNames, onCluster } from "../../stores/time-series/layout.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import {
  readCertificateOf,
  type ServerUnderTest,
  serverUnderTest,
} from "../cluster/clickhouse/under-test.ts";
import { TestAuthority } from "../data-path/certificates.ts";
import { disagreements, insertRaw, rowsOf, storedCountry } from "./rows.ts";

const timezone = "Asia/Kolkata";
const country = storedCountry(timezone);
const queries: string[] = [];
let server: ServerUnderTest;
let migration: ClickHouseClient;

beforeAll(async () => {
  server = await serverUnderTest({ onQuery: (_user, query) => void queries.push(query) });
  const first = await server.client("migration", "default");
  await first.command({ query: "CREATE DATABASE IF NOT EXISTS rollout ON CLUSTER 'rollout'" });
  migration = await server.client("migration");
  await migrateTimeSeriesStore(migration, country, onCluster());
});
afterAll(() => server.close());

test("the names are those in the settings that the stack gives its servers", () => {
  expect(clusterNames).toEqual({ cluster: clusterName, database: databaseName });
});

test("makes a replicated table on every server and a distributed one above it, by statements that may be repeated", async () => {
  const made = queries.filter((query) => query.startsWith("CREATE ") && !query.includes("DATABASE"));
  for (const query of made) {
    expect(query).toContain(" IF NOT EXISTS ");
    expect(query).toContain(" ON CLUSTER 'rollout'");
    expect(query).toMatch(/ENGINE = Replicated\w*MergeTree|ENGINE = Distributed\(|^CREATE MATERIALIZED VIEW/);
  }
  const tables = await rowsOf<{ name: string; engine: string }>(
    migration,
    "SELECT name, engine FROM system.tables WHERE database = 'rollout' ORDER BY name",
  );
  const named = (engine: string) =>
    tables.filter((table) => table.engine === engine).map((table) => table.name);
  expect(named("Distributed")).toEqual([
    "analytics_progress",
    "kpi_left_out",
    "kpi_shift",
    "migration",
    "raw",
    "rejected",
    "rollup_day",
    "rollup_hour",
    "rollup_minute",
  ]);
  expect(tables.filter(({ engine }) => engine.endsWith("MergeTree")).map(({ name }) => name)).toEqual(
    named("Distributed").map((name) => `${name}_local`),
  );
  expect(named("MaterializedView")).toEqual(["rollup_day_view", "rollup_hour_view", "rollup_minute_view"]);
});

test("run again it changes nothing, and makes a new server's tables at the path in Keeper that the others have", async () => {
  queries.length = 0;
  await migrateTimeSeriesStore(migration, country, onCluster());
  const created = queries.filter((query) => query.includes("raw_local") && query.includes("CREATE TABLE"));
  const [{ uuid }] = (await rowsOf<{ uuid: string }>(
    migration,
    "SELECT uuid FROM system.tables WHERE database = 'rollout' AND name = 'raw_local'",
  )) as [{ uuid: string }];
  expect(created[0]).toContain(`rollout.raw_local UUID '${uuid}' ON CLUSTER`);
  expect(queries.filter((query) => /^(ALTER|INSERT|DROP)/.test(query))).toEqual([]);
  const elsewhere = storedCountry("Africa/Johannesburg");
  await expect(migrateTimeSeriesStore(migration, elsewhere, onCluster())).rejects.toThrow(EnvironmentError);
});

test("a change of retention alters the servers' own tables", async () => {
  queries.length = 0;
  await migrateTimeSeriesStore(migration, storedCountry(timezone, { raw: "P14M" }), onCluster());
  expect(queries.filter((query) => query.startsWith("ALTER"))).toEqual([
    "ALTER TABLE rollout.raw_local ON CLUSTER 'rollout' MODIFY TTL toDateTime64(time, 0) + toIntervalMonth(14)",
  ]);
});

test("what ingest writes reaches the rollups, and each user has only its own rights", async () => {
  const ingest = await server.client("ingest");
  const now = Date.now();
  await insertRaw(
    ingest,
    Array.from({ length: 500 }, (_, at) => ({ company: `c-${at % 7}`, time: now - at * 61_000 })),
  );
  expect(await disagreements(ingest, timezone)).toEqual([]);
  const diagnostic = await server.client("diagnostic");
  const [counted] = await rowsOf<{ n: number | string }>(diagnostic, "SELECT count() AS n FROM raw");
  expect(Number(counted?.n)).toBe(500);
  await expect(insertRaw(diagnostic, [{ time: now }])).rejects.toThrow(/ACCESS_DENIED|Not enough privileges/);
  await expect(ingest.command({ query: "ALTER TABLE raw_local DELETE WHERE 1" })).rejects.toThrow(
    /privileges/,
  );
  const stranger = await server.client("somebody");
  await expect(rowsOf(stranger, "SELECT 1")).rejects.toThrow(/Authentication failed/);
});

test("a client that is cut off sends nothing more, and what was in progress fails", async () => {
  const lost = new AbortController();
  const client = await server.client("analytics", "rollout", lost.signal);
  expect(await rowsOf(client, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  const underWay = rowsOf(client, "SELECT sleepEachRow(1) FROM numbers(3)");
  const failed = expect(underWay).rejects.toThrow();
  await new Promise((resolve) => setTimeout(resolve, 200));
  lost.abort();
  await failed;
  queries.length = 0;
  await expect(rowsOf(client, "SELECT 2")).rejects.toThrow();
  expect(queries).toEqual([]);
});

test("a renewed certificate is used for the next connection", async () => {
  const folder = mkdtempSync(join(tmpdir(), "renewed-"));
  const issue = async (authority: TestAuthority, name: string) =>
    readCertificateOf(await authority.issue(join(folder, name), "analytics"));
  const strange = await issue(await TestAuthority.make("CN=Somebody else"), "strange");
  let certificate = { ...strange, ca: server.authority.pem };
  const client = openClusterClient({
    url: server.url,
    database: "rollout",
    program: "analytics",
    readCertificate: () => certificate,
  });
  await expect(rowsOf(client, "SELECT 1 AS one")).rejects.toThrow();
  certificate = await issue(server.authority, "own");
  expect(await rowsOf(client, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await client.close();
  rmSync(folder, { recursive: true, force: true });
});
