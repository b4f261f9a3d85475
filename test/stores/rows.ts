/** Puts readings into a store and asks whether its rollups agree with them, bucket by bucket. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";

const retention = { raw: "P13M", minute: "P3Y", hour: "P5Y", day: "P10Y", rejected: "P90D" };

/** The settings of a country that the store and ingest read. */
export function storedCountry(timezone: string, periods: Partial<typeof retention> = {}): Country {
  return {
    timezone,
    telemetry: { units: { temperature: "Cel" }, retention: { ...retention, ...periods } },
  } as unknown as Country;
}

export interface Row {
  readonly company?: string;
  readonly machine?: string;
  readonly channel?: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly number?: number | null;
  readonly text?: string;
  readonly receivedAt?: number;
}

export async function insertRaw(client: ClickHouseClient, rows: readonly Row[]): Promise<void> {
  await client.insert({
    table: "raw",
    values: rows.map((row) => ({
      company: row.company ?? "acme",
      site: "plant",
      machine: row.machine ?? "lathe",
      channel: row.channel ?? "temperature",
      time: (row.time / 1000).toFixed(3),
      number: row.number === undefined ? 1 : row.number,
      text: row.text ?? "",
      received_at: ((row.receivedAt ?? Date.now()) / 1000).toFixed(3),
    })),
    format: "JSONEachRow",
  });
}

export async function rowsOf<T>(
  client: ClickHouseClient,
  query: string,
  query_params: Record<string, unknown> = {},
): Promise<T[]> {
  const result = await client.query({ query, query_params, format: "JSONEachRow" });
  return result.json<T>();
}

const bucketOf = {
  rollup_minute: () => "toStartOfMinute(time, 'UTC')",
  rollup_hour: (timezone: string) => `toStartOfHour(time, '${timezone}')`,
  rollup_day: (timezone: string) => `toStartOfDay(time, '${timezone}')`,
};

/** Buckets in which a rollup and `raw` differ in anything, or which only one of them has. */
export async function disagreements(client: ClickHouseClient, timezone: string): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const [table, start] of Object.entries(bucketOf)) {
    const key = "company, site, machine, channel";
    const rows = await rowsOf(
      client,
      `SELECT ${key}, at, groupArray((source, samples, total)) AS found
       FROM (
         SELECT 'raw' AS source, ${key}, toUnixTimestamp(${start(timezone)}) AS at, count() AS samples, count(number) AS numbers,
           sum(ifNull(number, 0)) AS total, min(number) AS least, max(number) AS most,
           argMax((number, toString(text), time), time) AS newest
         FROM raw GROUP BY ${key}, at
         UNION ALL
         SELECT '${table}', ${key}, toUnixTimestamp(bucket) AS at, sum(r.samples), sum(r.numbers), sum(r.total),
           min(r.minimum), max(r.maximum), argMaxMerge(r.last)
         FROM ${table} AS r GROUP BY ${key}, at
       )
       GROUP BY ${key}, at
       HAVING count() != 2 OR uniqExact(samples) != 1 OR uniqExact(numbers) != 1 OR uniqExact(toString((least, most, newest))) != 1
         OR max(total) - min(total) > 1e-9 * max(abs(total))
       LIMIT 20`,
    );
    found.push(...rows.map((row) => ({ table, ...(row as object) })));
  }
  return found;
}
