/**
 * Makes rollups agree with raw readings again. A materialised view inserts separately, so a process that is killed, or an
 * insert that fails, between the part of `raw` and that of a rollup leaves the rollup behind.
 *
 * The repair inserts the difference as one more row, which the rollup's sums and extremes include. It deletes nothing and may
 * be killed itself: the next repair finds the rest.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import { wholeBucketAge } from "./retention.ts";

interface Level {
  readonly target: string;
  readonly source: string;
  /** Start of the target's bucket, from the instant given. */
  readonly bucketOf: (instant: string) => string;
  readonly instant: string;
  readonly aggregates: string;
}

const ofReadings = `count() AS samples, count(number) AS numbers, sum(ifNull(number, 0)) AS total,
  min(number) AS minimum, max(number) AS maximum, argMaxState((number, toString(text), time), time) AS last`;
const ofMinutes = `sum(m.samples) AS samples, sum(m.numbers) AS numbers, sum(m.total) AS total,
  min(m.minimum) AS minimum, max(m.maximum) AS maximum, argMaxMergeState(m.last) AS last`;

/** In the order of the views: a repaired minute reaches hours and days by itself. */
function levelsOf(timezone: string): Level[] {
  const minutes = { source: "rollup_minute AS m", instant: "m.bucket", aggregates: ofMinutes };
  const inZone = (startOf: string) => (instant: string) =>
    `toTimeZone(${startOf}(${instant}, '${timezone}'), 'UTC')`;
  return [
    {
      target: "rollup_minute",
      source: "raw",
      instant: "time",
      aggregates: ofReadings,
      bucketOf: (instant) => `toStartOfMinute(${instant}, 'UTC')`,
    },
    { target: "rollup_hour", ...minutes, bucketOf: inZone("toStartOfHour") },
    { target: "rollup_day", ...minutes, bucketOf: inZone("toStartOfDay") },
  ];
}

const series = "company, site, machine, channel";
/** On a cluster all rows of a company are on one shard, so each shard can compare its own. */
const clickhouse_settings = { distributed_product_mode: "local" } as const;

/** Length of a query's list of series; longer lists are split. */
const seriesPerQuery = 1000;

/**
 * Compares the buckets of readings received since then, and repairs those that differ. No other process may insert readings
 * of these series meanwhile: their rollups may not be written yet.
 * @param since epoch milliseconds, by `received_at`.
 * @param only these series, as `company/site/machine/channel`; all where absent.
 * @returns how many buckets were repaired.
 */
export async function repairRollups(
  client: ClickHouseClient,
  country: Country,
  since: number,
  only?: readonly string[],
): Promise<number> {
  if (only === undefined) return repair(client, country, since, "");
  let repaired = 0;
  for (let start = 0; start < only.length; start += seriesPerQuery) {
    // Identifiers are letters, digits and hyphens: decoding has refused others.
    const listed = only.slice(start, start + seriesPerQuery).map(
      (key) =>
        `(${key
          .split("/")
          .map((id) => `'${id}'`)
          .join(",")})`,
    );
    repaired += await repair(client, country, since, `AND (${series}) IN (${listed.join(",")})`);
  }
  return repaired;
}

async function repair(
  client: ClickHouseClient,
  country: Country,
  since: number,
  condition: string,
  now = Date.now(),
): Promise<number> {
  // Of older buckets retention may have deleted rows, in `raw` or in the rollup only.
  const whole = now - wholeBucketAge(country.telemetry.retention);
  const query_params = { since: Math.floor(since), whole: Math.ceil(whole) };
  let repaired = 0;
  for (const level of levelsOf(country.timezone)) {
    const differing = `
      WITH touched AS (
        SELECT DISTINCT ${series}, ${level.bucketOf("time")} AS bucket FROM raw
        WHERE received_at >= fromUnixTimestamp64Milli({since:Int64}, 'UTC') ${condition}
          AND ${level.bucketOf("time")} > fromUnixTimestamp64Milli({whole:Int64}, 'UTC')
      )
      SELECT ${series}, is.bucket AS bucket,
        toUInt64(is.samples - was.samples) AS samples, toUInt64(is.numbers - was.numbers) AS numbers,
        ifNotFinite(is.total - was.total, 0) AS total,
        is.minimum AS minimum, is.maximum AS maximum, is.last AS last
      FROM (
        SELECT ${series}, ${level.bucketOf(level.instant)} AS bucket, ${level.aggregates} FROM ${level.source}
        WHERE (${series}, ${level.bucketOf(level.instant)}) IN (SELECT * FROM touched)
        GROUP BY ${series}, bucket
      ) AS is
      LEFT JOIN (
        SELECT ${series}, t.bucket AS bucket, sum(t.samples) AS samples, sum(t.numbers) AS numbers, sum(t.total) AS total
        FROM ${level.target} AS t WHERE (${series}, t.bucket) IN (SELECT * FROM touched)
        GROUP BY ${series}, bucket
      ) AS was USING (${series}, bucket)
      WHERE is.samples != was.samples`;
    const result = await client.query({
      query: `SELECT count() FROM (${differing})`,
      query_params,
      clickhouse_settings,
      format: "JSONCompactEachRow",
    });
    const [row] = await result.json<[string]>();
    const buckets = Number(row?.[0] ?? 0);
    if (buckets === 0) continue;
    await client.command({
      query: `INSERT INTO ${level.target} (${series}, bucket, samples, numbers, total, minimum, maximum, last) ${differing}`,
      query_params,
      clickhouse_settings,
    });
    repaired += buckets;
  }
  return repaired;
}

/** When the newest insert was received, in epoch milliseconds; 0 in an empty store. */
export async function lastReceivedAt(client: ClickHouseClient, now = Date.now()): Promise<number> {
  // The index on received_at serves ranges, not a maximum of all.
  for (const age of [3_600_000, 30 * 86_400_000, now]) {
    const result = await client.query({
      query:
        "SELECT toUnixTimestamp64Milli(max(received_at)) FROM raw WHERE received_at >= fromUnixTimestamp64Milli({from:Int64}, 'UTC')",
      query_params: { from: now - age },
      format: "JSONCompactEachRow",
    });
    const [row] = await result.json<[string]>();
    const newest = Number(row?.[0] ?? 0);
    if (newest > 0) return newest;
  }
  return 0;
}
