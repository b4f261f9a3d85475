/** How long each table keeps its rows: the country's file as the engine's TTL. */
import type { ClickHouseClient } from "@clickhouse/client";
import { longestPeriodDays, parsePeriod, shortestPeriodDays } from "../../base/period.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { inProcess, type Layout } from "./layout.ts";

export type Retention = Country["telemetry"]["retention"];

/** The column whose age counts and the period it is kept for, by table. */
const kept: Readonly<Record<string, readonly [column: string, level: keyof Retention]>> = {
  raw: ["time", "raw"],
  rollup_minute: ["bucket", "minute"],
  rollup_hour: ["bucket", "hour"],
  rollup_day: ["bucket", "day"],
  kpi_shift: ["shift_from", "day"],
  kpi_left_out: ["shift_from", "day"],
  rejected: ["received_at", "rejected"],
};

/** Sets the tables' TTL where it differs; the engine deletes rows past a shorter one in the background. */
export async function applyRetention(
  client: ClickHouseClient,
  retention: Retention,
  layout: Layout = inProcess,
): Promise<void> {
  for (const [table, [column, level]] of Object.entries(kept)) {
    // A DateTime of 32 bits would overflow for a period that ends after 2106, and delete all rows at once.
    const ttl = `TTL toDateTime64(${column}, 0) + ${interval(retention[level])}`;
    const result = await client.query({
      query: `SELECT create_table_query AS definition FROM ${layout.system("tables")}
              WHERE database = currentDatabase() AND name = {table:String}`,
      query_params: { table: layout.ownTable(table) },
      format: "JSONEachRow",
    });
    const rows = await result.json<{ definition: string }>();
    if (rows.length > 0 && rows.every(({ definition }) => definition.includes(`${ttl} SETTINGS`))) continue;
    await client.command({ query: `ALTER TABLE ${layout.alterable(layout.ownTable(table))} MODIFY ${ttl}` });
  }
}

const dayMilliseconds = 86_400_000;

/**
 * Age in milliseconds up to which late readings are accepted: the bucket that they belong to is then still complete in
 * `raw` and in the rollups, with a margin of two days for the longest bucket and for a stack that was down.
 */
export function acceptedAge(retention: Retention): number {
  const whole = wholeBucketAge(retention);
  return Math.max(whole - 2 * dayMilliseconds, whole / 2);
}

/** Age in milliseconds up to which no row of `raw` or of the rollups was deleted for its age. */
export function wholeBucketAge(retention: Retention): number {
  const { raw, minute, hour, day: days } = retention;
  return Math.min(...[raw, minute, hour, days].map(shortestPeriodDays)) * dayMilliseconds;
}

/** @param day the last day or month of the rows, in UTC. @returns whether the table keeps none of them any more. */
export function isPastRetention(
  table: string,
  day: string | undefined,
  retention: Retention,
  now = Date.now(),
): boolean {
  const level = kept[table.replace(/_local$/, "")]?.[1];
  if (day === undefined || level === undefined) return false;
  const [year, month, date] = day.split("-").map(Number);
  // The first instant after it.
  const end = date === undefined ? Date.UTC(year!, month!) : Date.UTC(year!, month! - 1, date + 1);
  return end + longestPeriodDays(retention[level]) * dayMilliseconds < now;
}

/** An ISO 8601 duration in days, months or years in the engine's own form, which `applyRetention` compares with. */
function interval(period: string): string {
  const units = { D: "toIntervalDay", M: "toIntervalMonth", Y: "toIntervalYear" } as const;
  const { count, unit } = parsePeriod(period);
  return `${units[unit]}(${count})`;
}
