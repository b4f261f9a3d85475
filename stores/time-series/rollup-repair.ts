/**
 * Adds to rollups the raw readings that they lack. A materialised view inserts separately, so a process that is killed, or an
 * insert that fails, between the part of `raw` and that of a rollup leaves the rollup behind.
 *
 * The repair inserts the difference as one more row, which the rollup's sums and extremes include. It may be killed itself:
 * the next repair finds the rest. It deletes and subtracts nothing. A rollup that has more than its source is left as it is:
 * no insert does that, so the source has lost rows (`damage.ts`), and the rollup is the last place that counts them.
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
  /** Rollups that what is added reaches by the views, with the start of their bucket. */
  readonly reaches: readonly { readonly table: string; readonly bucketOf: (instant: string) => string }[];
}

const ofReadings = `count() AS samples, count(number) AS numbers, sum(ifNull(number, 0)) AS total,
  min(number) AS minimum, max(number) AS maximum, argMaxState((number, toString(text), time), time) AS last`;
const ofMinutes = `sum(m.samples) AS samples, sum(m.numbers) AS numbers, sum(m.total) AS total,
  min(m.minimum) AS minimum, max(m.maximum) AS maximum, argMaxMergeState(m.last) AS last`;

/** In the order of the views: a repaired minute reaches hours and days by itself. */
function levelsOf(timezone: string): Level[] {
  const minutes = { source: "rollup_minute AS m", instant: "m.bucket", aggregates: ofMinutes, reaches: [] };
  const inZone = (startOf: string) => (instant: string) =>
    `toTimeZone(${startOf}(${instant}, '${timezone}'), 'UTC')`;
  const hours = { table: "rollup_hour", bucketOf: inZone("toStartOfHour") };
  const days = { table: "rollup_day", bucketOf: inZone("toStartOfDay") };
  return [
    {
      target: "rollup_minute",
      source: "raw",
      instant: "time",
      aggregates: ofReadings,
      bucketOf: (instant) => `toStartOfMinute(${instant}, 'UTC')`,
      reaches: [hours, days],
    },
    { target: hours.table, ...minutes, bucketOf: hours.bucketOf },
    { target: days.table, ...minutes, bucketOf: days.bucketOf },
  ];
}

/**
 * Buckets of a level that would count what is added to minutes twice: they have more than their minutes, so it is the minutes
 * that have lost rows.
 */
function ahead({ table, bucketOf }: Level["reaches"][number]): string {
  return `
    SELECT ${series}, r.bucket FROM (
      SELECT ${series}, u.bucket AS bucket, sum(u.samples) AS samples FROM ${table} AS u
      WHERE (${series}, u.bucket) IN (SELECT ${series}, ${bucketOf("touched.bucket")} FROM touched)
      GROUP BY ${series}, bucket
    ) AS r
    LEFT JOIN (
      SELECT ${series}, ${bucketOf("n.bucket")} AS bucket, sum(n.samples) AS samples FROM rollup_minute AS n
      WHERE (${series}, ${bucketOf("n.bucket")}) IN (SELECT ${series}, ${bucketOf("touched.bucket")} FROM touched)
      GROUP BY ${series}, bucket
    ) AS q USING (${series}, bucket)
    WHERE r.samples > q.samples`;
}

const series = "company, site, machine, channel";
/** On a cluster all rows of a company are on one shard, so each shard can compare its own. */
const clickhouse_settings = { distributed_product_mode: "local" } as const;

/** Length of a query's list of series; longer lists are split. */
const seriesPerQuery = 1000;

/**
 * Compares the buckets of readings received since then, and adds to those that lack some. No other process may insert readings
 * of these series meanwhile: their rollups may not be written yet.
 * @param since epoch milliseconds, by `received_at`.
 * @param only these series, as `company/site/machine/channel`; all where absent.
 * @returns to how many buckets something was added.
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
  const count = async (buckets: string): Promise<number> => {
    const result = await client.query({
      query: `SELECT count() FROM (${buckets})`,
      query_params,
      clickhouse_settings,
      format: "JSONCompactEachRow",
    });
    const [row] = await result.json<[string]>();
    return Number(row?.[0] ?? 0);
  };
  for (const level of levelsOf(country.timezone)) {
    const lacking = `
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
      WHERE is.samples > was.samples AND is.numbers >= was.numbers`;
    // Seldom needed, and as long a query again.
    const toAdd = `${lacking} ${level.reaches.map((reached) => `AND (${series}, ${reached.bucketOf("is.bucket")}) NOT IN (${ahead(reached)})`).join("\n")}`;
    if ((await count(lacking)) === 0) continue;
    const buckets = await count(toAdd);
    if (buckets === 0) continue;
    await client.command({
      query: `INSERT INTO ${level.target} (${series}, bucket, samples, numbers, total, minimum, maximum, last) ${toAdd}`,
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
