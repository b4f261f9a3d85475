/**
 * Fills a time-series store as years of work leave it: readings up to now, which the views make into rollups, and years of
 * shifts. The engine itself makes the rows, in the order of time, as machines send them.
 */
import type { ClickHouseClient } from "@clickhouse/client";

export interface Filling {
  readonly readings: number;
  readonly machines: number;
  readonly years: number;
  /** IANA. */
  readonly timezone: string;
  /** Epoch milliseconds, of the newest reading. */
  readonly now: number;
}

export const machinesOfCompany = 10;
export const site = "plant";
export const companyName = (company: number) => `company-${company}`;
export const channels = ["produced", "energy", "temperature", "state"];
const hour = 3_600_000;
/** What the countries' files ask of machines. */
const denseMilliseconds = 10_000;
const rowsAtOnce = 4_000_000;

/** In SQL, of a machine's number. */
const keyOf = (machine: string) =>
  `'company-' || toString(intDiv(${machine}, ${machinesOfCompany})) AS company, '${site}' AS site, 'machine-' || toString(${machine}) AS machine`;

/** One reading of each channel in each hour of a month, as far as `readings` allows, and the others close to each other up to now. */
export async function fillReadings(client: ClickHouseClient, filling: Filling): Promise<void> {
  const rounds = Math.floor(filling.readings / (filling.machines * channels.length));
  const sparse = Math.min(Math.floor(rounds / 2), 30 * 24);
  const dense = rounds - sparse;
  await insertRounds(client, filling, sparse, hour, filling.now - dense * denseMilliseconds);
  await insertRounds(client, filling, dense, denseMilliseconds, filling.now);
}

/** What machines have sent since: filling takes a while, and pages ask who was heard just now. */
export function addNewest(client: ClickHouseClient, filling: Filling): Promise<void> {
  return insertRounds(client, filling, 6, denseMilliseconds, Date.now());
}

/** @param until epoch milliseconds, of the newest reading. */
async function insertRounds(
  client: ClickHouseClient,
  { machines }: Filling,
  rounds: number,
  step: number,
  until: number,
): Promise<void> {
  const series = machines * channels.length;
  const roundsAtOnce = Math.max(1, Math.floor(rowsAtOnce / series));
  for (let round = 0; round < rounds; round += roundsAtOnce) {
    const count = Math.min(roundsAtOnce, rounds - round);
    // Each series has its own place between two rounds.
    const age = `(${rounds - 1} - intDiv(number, ${series})) * ${step} + intDiv(number % ${series} * ${step}, ${series})`;
    await client.command({
      query: `INSERT INTO raw SELECT ${keyOf(`intDiv(number % ${series}, ${channels.length})`)},
          ['${channels.join("','")}'][1 + number % ${channels.length}] AS channel,
          fromUnixTimestamp64Milli(toInt64(${until} - ${age}), 'UTC') AS time,
          if(channel = 'state', NULL, intDiv(number, ${series}) + rand() % 100 / 100) AS value,
          if(channel = 'state', ['producing', 'idle', 'down'][1 + rand(1) % 3], '') AS text,
          time AS received_at
        FROM numbers(${round * series}, ${count * series})`,
      clickhouse_settings: { max_insert_threads: "4", parallel_view_processing: 1 },
    });
  }
}

/** Three shifts a day up to today's, whose figures were computed six times: the engine has yet to merge those. */
export async function fillShifts(client: ClickHouseClient, filling: Filling): Promise<void> {
  const daysAtOnce = 30;
  for (let age = Math.round(filling.years * 365); age > 0; age -= daysAtOnce)
    await insertShifts(client, filling, age, Math.max(0, age - daysAtOnce));
  for (let time = 0; time < 5; time += 1) await insertShifts(client, filling, 1, 0);
}

/** Shifts of the days from `oldest` days ago, today being one, to `newest` (exclusive), at 06:00, 14:00 and 22:00. */
async function insertShifts(
  client: ClickHouseClient,
  { machines, timezone, now }: Filling,
  oldest: number,
  newest: number,
): Promise<void> {
  const today = `toDate(toDateTime64(${now / 1000}, 3, '${timezone}'))`;
  const place = `intDiv(number, ${machines}) % 3`;
  const keys = `SELECT ${keyOf(`number % ${machines}`)}, ${today} - ${oldest - 1} + intDiv(number, ${machines * 3}) AS shift_date,
      ['morning', 'afternoon', 'night'][1 + ${place}] AS shift,
      toDateTime(shift_date, '${timezone}') + 3600 * (6 + 8 * (${place})) AS shift_from, shift_from + 28800 AS shift_to,
      rand(1) % 25200 AS producing
    FROM numbers(${(oldest - newest) * 3 * machines})`;
  for (const query of [
    `INSERT INTO kpi_shift SELECT company, site, machine, shift_date, shift, shift_from, shift_to, true, 12.5, 27000,
       producing, 900, 25200 - producing, 600, 0, 300, rand(2) % 4, rand(3) % 2000, rand(4) % 40, rand(5) % 1000 / 8, now64(3)
     FROM (${keys})`,
    `INSERT INTO kpi_left_out SELECT company, site, machine, shift_date, shift_from, shift_to, 1, now64(3)
     FROM (${keys}) WHERE cityHash64(machine, shift_from) % 20 = 0`,
  ])
    await client.command({ query });
}

/** Until the engine has merged what it has begun to. */
export async function merged(client: ClickHouseClient): Promise<void> {
  for (let idle = 0; idle < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const result = await client.query({
      query: "SELECT count() FROM system.merges",
      format: "JSONCompactEachRow",
    });
    const [row] = await result.json<[string | number]>();
    idle = Number(row?.[0]) === 0 ? idle + 1 : 0;
  }
}
