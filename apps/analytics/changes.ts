/**
 * Finds the machines with readings that the last run had not seen, and the quarters of an hour of these readings: most are of
 * the shift in progress, but a device that was offline sends what it measured days ago.
 *
 * Readings are found by the time of receipt. Some become visible later than that, because a batch takes time to commit; so
 * each run reads the last minutes again, and compares the counts.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { keyOf, type MachineKey } from "./machine-key.ts";
import type { Progress } from "./progress.ts";

export interface ChangedQuarter extends MachineKey {
  /** Start of the quarter of an hour, epoch milliseconds. Shifts start and end on one, in every time zone. */
  readonly quarter: number;
}

export const quarterMilliseconds = 15 * 60_000;

/** A batch is committed within this time after its readings were received. */
const commitMilliseconds = 5 * 60_000;
/** How far back to read after the clock was set back. */
const clockSetBackMilliseconds = 24 * 3_600_000;
const watermark = "received-until";

export class Changes {
  readonly #client: ClickHouseClient;
  readonly #progress: Progress;
  /** Number of readings by machine, quarter and minute received, of the minutes that are read again. */
  #counted = new Map<string, number>();
  #pending: { readonly until: number; readonly counted: Map<string, number> } | undefined;

  constructor(client: ClickHouseClient, progress: Progress) {
    this.#client = client;
    this.#progress = progress;
  }

  /** Readings received until then are included, epoch milliseconds; undefined before the first run. */
  get receivedUntil(): number | undefined {
    const stored = this.#progress.get(watermark);
    return stored === undefined ? undefined : Number(stored);
  }

  async find(now: number): Promise<ChangedQuarter[]> {
    const until = this.receivedUntil ?? now;
    const since = (until > now ? now - clockSetBackMilliseconds : until) - commitMilliseconds;
    const result = await this.#client.query({
      query: `SELECT company, site, machine, toUnixTimestamp(toStartOfFifteenMinutes(time)) AS quarter,
                toUnixTimestamp(toStartOfMinute(received_at)) AS minute, count()
              FROM raw
              WHERE received_at >= fromUnixTimestamp64Milli({since:Int64})
                AND received_at < fromUnixTimestamp64Milli({now:Int64})
              GROUP BY company, site, machine, quarter, minute`,
      query_params: { since, now },
      format: "JSONCompactEachRow",
    });
    const counted = new Map<string, number>();
    const changes = new Map<string, ChangedQuarter>();
    type Row = [string, string, string, number, number, string | number];
    for (const [company, site, machine, quarter, minute, count] of await result.json<Row>()) {
      const place = `${keyOf({ company, site, machine })}@${quarter}`;
      const group = `${place}/${minute}`;
      // Of the first minute only a part may be read: then its shift is computed once more, to the same result.
      if (minute * 1000 >= now - commitMilliseconds) counted.set(group, Number(count));
      if (this.#counted.get(group) !== Number(count))
        changes.set(place, { company, site, machine, quarter: quarter * 1000 });
    }
    this.#pending = { until: now, counted };
    return [...changes.values()];
  }

  /** To be called when the shifts of what `find` gave are stored. */
  async settle(): Promise<void> {
    if (this.#pending === undefined) return;
    const { until, counted } = this.#pending;
    await this.#progress.set(watermark, String(until), until);
    this.#counted = counted;
    this.#pending = undefined;
  }
}
