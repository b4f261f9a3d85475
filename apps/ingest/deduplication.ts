/**
 * Tells new readings from those that the store already has, so that a message sent twice (a client that saw no PUBACK,
 * a broker that was killed after the commit) is stored once.
 *
 * A reading later than everything stored of its series is new without a look-up. Only others are looked up, by
 * primary key and all of a batch at once.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Reading } from "./reading.ts";

const hour = 3_600_000;
const minute = 60_000;

/** Length of the exact look-up's list of keys; longer lists are split. */
const keysPerLookup = 5000;

type Value = Pick<Reading, "number" | "text">;

interface Known extends Value {
  /** Epoch milliseconds; Infinity for a reading of the same batch. */
  readonly receivedAt: number;
}

export interface Sorted {
  readonly fresh: readonly Reading[];
  readonly duplicates: number;
  /** Of the duplicates, those received at `since` or later: an earlier attempt at this batch stored them. */
  readonly storedBefore: number;
  /** Epoch milliseconds by series: when the earliest reading was received that `maybeStored` asked for and the store has. */
  readonly storedAt: ReadonlyMap<string, number>;
  /** The store (or the batch) has another value for the same series and time. */
  readonly conflicts: readonly { readonly reading: Reading; readonly stored: string }[];
}

export class Deduplication {
  readonly #client: ClickHouseClient;
  /** Epoch milliseconds by series: nothing later is stored. */
  readonly #latest = new Map<string, number>();
  /** Holds for series that are not in the map. */
  #floor = Number.POSITIVE_INFINITY;

  private constructor(client: ClickHouseClient) {
    this.#client = client;
  }

  static async open(client: ClickHouseClient, now = Date.now()): Promise<Deduplication> {
    const deduplication = new Deduplication(client);
    await deduplication.read(now);
    return deduplication;
  }

  /**
   * Reads upper bounds of each series' latest time from the rollups, which must agree with the raw readings except those
   * that `sort` gets as maybe stored. To be called again before readings of series that another process wrote.
   */
  async read(now = Date.now()): Promise<void> {
    const floor = now - 48 * hour;
    const latest = new Map<string, number>();
    for (const [table, since, width] of [
      ["rollup_hour", floor - hour, hour],
      ["rollup_minute", now - 2 * hour, minute],
    ] as const) {
      const result = await this.#client.query({
        query: `SELECT company, site, machine, channel, toUnixTimestamp(max(bucket)) AS latest FROM ${table}
                WHERE bucket >= toDateTime({since:UInt32}) GROUP BY company, site, machine, channel`,
        query_params: { since: Math.floor(since / 1000) },
        format: "JSONCompactEachRow",
      });
      for (const [company, site, machine, channel, bucket] of await result.json<
        [string, string, string, string, number]
      >())
        latest.set(`${company}/${site}/${machine}/${channel}`, Number(bucket) * 1000 + width);
    }
    // Nothing earlier is forgotten: readings may have been sorted while this was read.
    for (const [series, time] of latest)
      this.#latest.set(series, Math.max(time, this.#latest.get(series) ?? Number.NEGATIVE_INFINITY));
    this.#floor = floor;
  }

  get series(): ReadonlyMap<string, number> {
    return this.#latest;
  }

  /**
   * After a failed insert call again with the same readings: they are no longer later than everything, so each is
   * looked up, and those that the store received at `since` or later count as `storedBefore`.
   * @param since epoch milliseconds
   * @param maybeStored are looked up in any case: another process may have stored them without their rollups.
   */
  async sort(
    readings: Iterable<Reading>,
    since = Number.POSITIVE_INFINITY,
    maybeStored: ReadonlySet<Reading> = new Set(),
  ): Promise<Sorted> {
    const fresh: Reading[] = [];
    const doubtful: Reading[] = [];
    for (const reading of readings) {
      const { key } = reading.series;
      const isLater = reading.time > (this.#latest.get(key) ?? this.#floor);
      if (isLater) this.#latest.set(key, reading.time);
      if (isLater && !maybeStored.has(reading)) fresh.push(reading);
      else doubtful.push(reading);
    }
    if (doubtful.length === 0)
      return { fresh, duplicates: 0, storedBefore: 0, storedAt: new Map(), conflicts: [] };
    return this.#sortDoubtful(fresh, doubtful, since, maybeStored);
  }

  async #sortDoubtful(
    fresh: Reading[],
    doubtful: readonly Reading[],
    since: number,
    maybeStored: ReadonlySet<Reading>,
  ): Promise<Sorted> {
    const known: Map<string, Known> = await this.#lookUp(doubtful);
    const seriesInDoubt = new Set(doubtful.map((reading) => reading.series.key));
    for (const { series, time, number, text } of fresh)
      if (seriesInDoubt.has(series.key))
        known.set(keyOf(series.key, time), { number, text, receivedAt: Number.POSITIVE_INFINITY });
    const conflicts: { reading: Reading; stored: string }[] = [];
    const storedAt = new Map<string, number>();
    let duplicates = 0;
    let storedBefore = 0;
    for (const reading of doubtful) {
      const { number, text, series } = reading;
      const key = keyOf(series.key, reading.time);
      const twin = known.get(key);
      if (twin !== undefined && maybeStored.has(reading) && twin.receivedAt !== Number.POSITIVE_INFINITY)
        storedAt.set(series.key, Math.min(twin.receivedAt, storedAt.get(series.key) ?? twin.receivedAt));
      if (twin === undefined) {
        fresh.push(reading);
        known.set(key, { number, text, receivedAt: Number.POSITIVE_INFINITY });
      } else if (twin.number === number && twin.text === text) {
        duplicates += 1;
        if (twin.receivedAt >= since && twin.receivedAt !== Number.POSITIVE_INFINITY) {
          storedBefore += 1;
          // Once only: the batch itself may hold the reading twice.
          known.set(key, { number, text, receivedAt: Number.POSITIVE_INFINITY });
        }
      } else conflicts.push({ reading, stored: shown(twin) });
    }
    return { fresh, duplicates, storedBefore, storedAt, conflicts };
  }

  async #lookUp(readings: readonly Reading[]): Promise<Map<string, Known>> {
    const found = new Map<string, Known>();
    for (let start = 0; start < readings.length; start += keysPerLookup) {
      const keys = readings
        .slice(start, start + keysPerLookup)
        .map(
          ({ series: { company, site, machine, channel }, time }) =>
            `('${company}','${site}','${machine}','${channel}','${instantOf(time)}')`,
        );
      const result = await this.#client.query({
        // Identifiers hold letters, digits and hyphens only, which decoding has checked. A bound parameter of this length is
        // slower to parse, and expressions other than literals would exceed the parser's limits.
        query: `SELECT company, site, machine, channel, toUnixTimestamp64Milli(time), number, text, toUnixTimestamp64Milli(received_at)
                FROM raw WHERE (company, site, machine, channel, time) IN (${keys.join(",")})`,
        format: "JSONCompactEachRow",
        clickhouse_settings: { max_query_size: String(2 ** 22) },
      });
      type Row = [string, string, string, string, string, number | null, string, string];
      for (const [
        company,
        site,
        machine,
        channel,
        time,
        number,
        text,
        receivedAt,
      ] of await result.json<Row>())
        found.set(keyOf(`${company}/${site}/${machine}/${channel}`, Number(time)), {
          number,
          text,
          receivedAt: Number(receivedAt),
        });
    }
    return found;
  }
}

/** As the engine reads a DateTime64(3, 'UTC'). */
function instantOf(time: number): string {
  return new Date(time).toISOString().slice(0, 23).replace("T", " ");
}

function keyOf(series: string, time: number): string {
  return `${series}@${time}`;
}

function shown(value: Value): string {
  return value.number === null ? JSON.stringify(value.text) : String(value.number);
}
