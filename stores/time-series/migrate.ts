/** Migrates the time-series store's tables to this version of the kit, and sets their retention by the country's file. */
import { readdirSync, readFileSync } from "node:fs";
import type { ClickHouseClient } from "@clickhouse/client";
import { EnvironmentError } from "../../base/kit-error.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { inProcess, type Layout } from "./layout.ts";
import { applyRetention } from "./retention.ts";

const folder = new URL("./migrations/", import.meta.url);

export const migrationTable = `CREATE TABLE IF NOT EXISTS migration (version UInt32, statement UInt32, name String, applied_at DateTime('UTC') DEFAULT now())
ENGINE = MergeTree ORDER BY (version, statement) SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

export function readMigrations(country: Country): Migration[] {
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

/**
 * Applies the migrations that the store lacks, each statement once: a statement that was applied before a crash is
 * not applied again.
 * @throws EnvironmentError when the store has migrations that this version does not know, or keeps days of another time zone.
 */
export async function migrateTimeSeriesStore(
  client: ClickHouseClient,
  country: Country,
  layout: Layout = inProcess,
): Promise<void> {
  const identifiers = await identifiersOf(client, layout);
  for (const query of layout.statements(migrationTable, identifiers)) await client.command({ query });
  const result = await client.query({
    query: "SELECT version, statement FROM migration",
    format: "JSONEachRow",
  });
  const applied = await result.json<{ version: number; statement: number }>();
  const migrations = readMigrations(country);
  const newest = migrations.at(-1)?.version ?? 0;
  const newer = applied.find((row) => row.version > newest);
  if (newer !== undefined) {
    throw new EnvironmentError(
      `The time-series store has version ${newer.version}, this kit knows up to ${newest}: the data was written by a newer version of the kit.`,
      "Use that version, or another data folder.",
    );
  }
  const done = new Set(applied.map((row) => `${row.version}.${row.statement}`));
  for (const { version, name, statements } of migrations) {
    for (const [statement, sql] of statements.entries()) {
      // For each statement, applied or not: the layout remembers the tables of earlier ones.
      const queries = layout.statements(sql, identifiers);
      const isDone = done.has(`${version}.${statement}`);
      if (!isDone || layout.grows) for (const query of queries) await client.command({ query });
      if (isDone) continue;
      await client.insert({
        table: "migration",
        values: [{ version, statement, name }],
        format: "JSONEachRow",
      });
    }
  }
  await checkTimeZone(client, country.timezone);
  await applyRetention(client, country.telemetry.retention, layout);
}

async function identifiersOf(client: ClickHouseClient, layout: Layout): Promise<Map<string, string>> {
  if (!layout.grows) return new Map();
  const result = await client.query({
    query: `SELECT name, toString(any(uuid)) FROM ${layout.system("tables")} WHERE database = currentDatabase() GROUP BY name`,
    format: "JSONCompactEachRow",
  });
  return new Map(await result.json<[string, string]>());
}

/** Hours and days in the store are those of the time zone with which it was created. */
async function checkTimeZone(client: ClickHouseClient, timezone: string): Promise<void> {
  const result = await client.query({
    query:
      "SELECT create_table_query AS definition FROM system.tables WHERE database = currentDatabase() AND name = 'rollup_day_view'",
    format: "JSONEachRow",
  });
  const [row] = await result.json<{ definition: string }>();
  const stored = /toStartOfDay\([\w.]+, '([^']+)'\)/.exec(row?.definition ?? "")?.[1];
  if (stored !== timezone) {
    throw new EnvironmentError(
      `The time-series store keeps hours and days of ${stored}, the country's file says ${timezone}.`,
      "Set `timezone` back, or use another data folder.",
    );
  }
}
