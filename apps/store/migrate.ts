/** Brings the time-series store's tables to this version of the kit, and their retention to the country's file. */
import { readdirSync, readFileSync } from "node:fs";
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";

const folder = new URL("./migrations/", import.meta.url);

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

function readMigrations(country: Country): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".sql"))
    .sort()
    .map((file) => ({
      version: Number.parseInt(file, 10),
      name: file,
      statements: readFileSync(new URL(file, folder), "utf8")
        .replaceAll("{{timezone}}", country.timezone)
        .split(/^;$/m)
        .map((statement) => statement.trim())
        .filter((statement) => statement.replace(/^--.*$/gm, "").trim() !== ""),
    }));
}

/** The data was written by a newer version of the kit. */
export class NewerStoreError extends Error {
  override readonly name = "NewerStoreError";
}

/**
 * Applies the migrations that the store lacks, each statement once: a statement that was applied before a crash is
 * not applied again.
 * @throws NewerStoreError when the store has migrations that this version doesn't know.
 */
export async function migrateTimeSeriesStore(client: ClickHouseClient, country: Country): Promise<void> {
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS migration (version UInt32, statement UInt32, name String, applied_at DateTime('UTC') DEFAULT now())
            ENGINE = MergeTree ORDER BY (version, statement) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`,
  });
  const result = await client.query({
    query: "SELECT version, statement FROM migration",
    format: "JSONEachRow",
  });
  const applied = await result.json<{ version: number; statement: number }>();
  const migrations = readMigrations(country);
  const newest = migrations.at(-1)?.version ?? 0;
  const newer = applied.find((row) => row.version > newest);
  if (newer !== undefined) {
    throw new NewerStoreError(
      `The time-series store has version ${newer.version}, this kit knows up to ${newest}: the data was written by a newer ` +
        "version of the kit. Use that version, or another data folder.",
    );
  }
  const done = new Set(applied.map((row) => `${row.version}.${row.statement}`));
  for (const { version, name, statements } of migrations) {
    for (const [statement, sql] of statements.entries()) {
      if (done.has(`${version}.${statement}`)) continue;
      // A crash between the statement and its record would run the statement twice.
      const repeatable = sql.replace(
        /CREATE (TABLE|MATERIALIZED VIEW|VIEW) (?!IF NOT EXISTS)/,
        "CREATE $1 IF NOT EXISTS ",
      );
      await client.command({ query: repeatable });
      await client.insert({
        table: "migration",
        values: [{ version, statement, name }],
        format: "JSONEachRow",
      });
    }
  }
  await applyRetention(client, country);
}

const retentionOf = {
  raw: "time",
  rollup_minute: "bucket",
  rollup_hour: "bucket",
  rollup_day: "bucket",
  rejected: "received_at",
} as const;

async function applyRetention(client: ClickHouseClient, country: Country): Promise<void> {
  for (const [table, column] of Object.entries(retentionOf)) {
    const level = table.replace("rollup_", "") as keyof Country["telemetry"]["retention"];
    const ttl = `TTL toDateTime(${column}) + ${interval(country.telemetry.retention[level])}`;
    const result = await client.query({
      query:
        "SELECT create_table_query AS definition FROM system.tables WHERE database = currentDatabase() AND name = {table:String}",
      query_params: { table },
      format: "JSONEachRow",
    });
    const [row] = await result.json<{ definition: string }>();
    if (row?.definition.includes(`${ttl} `) || row?.definition.endsWith(ttl)) continue;
    await client.command({
      query: `ALTER TABLE ${table} MODIFY ${ttl} SETTINGS materialize_ttl_after_modify = 0`,
    });
  }
}

/** ISO 8601 duration in days, months or years, as ClickHouse writes intervals itself. */
function interval(period: string): string {
  const units = { D: "toIntervalDay", M: "toIntervalMonth", Y: "toIntervalYear" } as const;
  return `${units[period.slice(-1) as keyof typeof units]}(${period.slice(1, -1)})`;
}
