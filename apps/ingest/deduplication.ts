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

export interface Sorted {
  readonly fresh: readonly Reading[];
  readonly duplicates: number;
  /** The store (or the batch) has another value for the same series and time. */
  readonly conflicts: readonly { readonly reading: Reading; readonly stored: string }[];
}

export const seriesOf = (reading: Reading) =>
  `${reading.company}/${reading.site}/${reading.machine}/${reading.channel}`;

export class Deduplication {
  readonly #client: ClickHouseClient;
  /** Epoch milliseconds by series: nothing later is stored. */
  readonly #latest: Map<string, number>;
  /** Holds for series that are not in the map. */
  readonly #floor: number;

  private constructor(client: ClickHouseClient, latest: Map<string, number>, floor: number) {
    this.#client = client;
    this.#latest = latest;
    this.#floor = floor;
  }

  /** Reads upper bounds of each series' latest time from the rollups, which must agree with the raw readings. */
  static async open(client: ClickHouseClient, now = Date.now()): Promise<Deduplication> {
    const floor = now - 48 * hour;
    const latest = new Map<string, number>();
    for (const [table, since, width] of [
      ["rollup_hour", floor - hour, hour],
      ["rollup_minute", now - 2 * hour, minute],
    ] as const) {
      const result = await client.query({
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
    return new Deduplication(client, latest, floor);
  }

  get series(): ReadonlyMap<string, number> {
    return this.#latest;
  }

  /**
   * @param verifyAll looks every reading up: after an insert that failed, when part of the batch may be stored.
   * Readings returned as fresh count as stored from here on; after a failure call again with `verifyAll`.
   */
  async sort(readings: readonly Reading[], verifyAll: boolean): Promise<Sorted> {
    const candidates = new Map<string, Reading>();
    const doubtful = new Map<string, Reading>();
    const conflicts: { reading: Reading; stored: string }[] = [];
    let duplicates = 0;
    for (const reading of readings) {
      const series = seriesOf(reading);
      const key = `${series}@${reading.time}`;
      const twin = candidates.get(key);
      if (twin !== undefined) {
        if (sameValue(twin, reading)) duplicates += 1;
        else conflicts.push({ reading, stored: shown(twin) });
        continue;
      }
      candidates.set(key, reading);
      const latest = this.#latest.get(series) ?? this.#floor;
      if (verifyAll || reading.time <= latest) doubtful.set(key, reading);
      if (reading.time > latest) this.#latest.set(series, reading.time);
    }
    for (const [key, stored] of await this.#lookUp([...doubtful.values()])) {
      const reading = candidates.get(key);
      if (reading === undefined) continue;
      candidates.delete(key);
      if (sameValue(stored, reading)) duplicates += 1;
      else conflicts.push({ reading, stored: shown(stored) });
    }
    return { fresh: [...candidates.values()], duplicates, conflicts };
  }

  async #lookUp(readings: readonly Reading[]): Promise<Map<string, Pick<Reading, "number" | "text">>> {
    const found = new Map<string, Pick<Reading, "number" | "text">>();
    for (let start = 0; start < readings.length; start += keysPerLookup) {
      const keys = readings
        .slice(start, start + keysPerLookup)
        .map(
          (r) =>
            `('${r.company}','${r.site}','${r.machine}','${r.channel}',fromUnixTimestamp64Milli(${r.time},'UTC'))`,
        );
      const result = await this.#client.query({
        // Identifiers were checked to be letters, digits and hyphens; a bound parameter of this length is slower to parse.
        query: `SELECT company, site, machine, channel, toUnixTimestamp64Milli(time), number, text FROM raw
                WHERE (company, site, machine, channel, time) IN (${keys.join(",")})`,
        format: "JSONCompactEachRow",
      });
      type Row = [string, string, string, string, string, number | null, string];
      for (const [company, site, machine, channel, time, number, text] of await result.json<Row>())
        found.set(`${company}/${site}/${machine}/${channel}@${time}`, { number, text });
    }
    return found;
  }
}

function sameValue(a: Pick<Reading, "number" | "text">, b: Pick<Reading, "number" | "text">): boolean {
  return a.number === b.number && a.text === b.text;
}

function shown(reading: Pick<Reading, "number" | "text">): string {
  return reading.number === null ? JSON.stringify(reading.text) : String(reading.number);
}
