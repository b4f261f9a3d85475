/** Finds readings that the rollups count and `raw` does not have: a part's whole folder is gone, so nothing else tells of it. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import type { Damage } from "./damage.ts";
import { wholeBucketAge } from "./retention.ts";

const dayMilliseconds = 86_400_000;

/**
 * Compares each of the country's days whose rows no retention has begun to delete.
 * @param seconds after which the engine gives up. @throws its TIMEOUT_EXCEEDED then.
 */
export async function missingReadings(
  client: ClickHouseClient,
  { timezone, telemetry }: Pick<Country, "timezone" | "telemetry">,
  seconds: number,
  now = Date.now(),
): Promise<Damage[]> {
  const from = now - wholeBucketAge(telemetry.retention) + dayMilliseconds;
  const countsOf = async (query: string) => {
    const result = await client.query({
      query,
      query_params: { from: Math.ceil(from), timezone },
      clickhouse_settings: { max_execution_time: seconds },
      format: "JSONEachRow",
    });
    const rows = await result.json<{ day: string; count: string }>();
    return new Map(rows.map(({ day, count }) => [day, Number(count)]));
  };
  // First the rollups: readings that come in between the two are then in `raw` at least.
  const counted = await countsOf(
    `SELECT toDate(r.bucket, {timezone:String}) AS day, sum(r.samples) AS count FROM rollup_day AS r
     WHERE r.bucket >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') GROUP BY day ORDER BY day`,
  );
  const [first] = counted.keys();
  if (first === undefined) return [];
  const stored = await countsOf(
    `SELECT toDate(time, {timezone:String}) AS day, count() AS count FROM raw
     WHERE time >= fromUnixTimestamp64Milli({from:Int64}, 'UTC') - INTERVAL 2 DAY GROUP BY day`,
  );
  const missing = [...counted].flatMap(([day, count]) => {
    const rows = count - (stored.get(day) ?? 0);
    return rows > 0 ? [{ day, rows }] : [];
  });
  if (missing.length === 0) return [];
  return [
    {
      table: "raw",
      rows: missing.reduce((sum, { rows }) => sum + rows, 0),
      from: missing[0]!.day,
      to: missing.at(-1)!.day,
      reason: "are missing, though the rollups count them",
    },
  ];
}
