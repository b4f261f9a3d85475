/**
 * Which machines have readings that the last run hadn't seen, and of which quarter of an hour: most are of the shift
 * that runs now, but a device that was offline sends what it measured days ago.
 *
 * Readings are found by when they were received. Some become visible later than that, because a batch takes its time
 * to commit; so each run looks again at the minutes before, and counts.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { keyOf, type MachineKey } from "./machine-key.ts";
import type { Progress } from "./progress.ts";

export interface ChangedQuarter extends MachineKey {
  /** Start of the quarter of an hour, epoch milliseconds. Shifts start and end on one, in every time zone. */
  readonly quarter: number;
}

export const quarterMilliseconds = 15 * 60_000;

/** A batch is committed at most this long after its readings were received. */
const commitMilliseconds = 5 * 60_000;
/** How far back to look after the clock was set back. */
const clockSetBackMilliseconds = 24 * 3_600_000;
const watermark = "received-until";

export class Changes {
  readonly #client: ClickHouseClient;
  readonly #progress: Progress;
  /** Readings counted by machine, quarter and minute received, of the minutes that are looked at again. */
  #counted = new Map<string, number>();
  #pending: { readonly until: number; readonly counted: Map<string, number> } | undefined;

  constructor(client: ClickHouseClient, progress: Progress) {
    this.#client = client;
    this.#progress = progress;
  }

  /** Until when readings received are accounted for, epoch milliseconds; undefined before the first run. */
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
      // A minute that lies across the edge of what is looked at again is counted anew, which does no harm.
      if (minute * 1000 >= now - commitMilliseconds) counted.set(group, Number(count));
      if (this.#counted.get(group) !== Number(count))
        changes.set(place, { company, site, machine, quarter: quarter * 1000 });
    }
    this.#pending = { until: now, counted };
    return [...changes.values()];
  }

  /** What `find` gave is accounted for: its shifts are stored. */
  async settle(): Promise<void> {
    if (this.#pending === undefined) return;
    const { until, counted } = this.#pending;
    await this.#progress.set(watermark, String(until), until);
    this.#counted = counted;
    this.#pending = undefined;
  }
}
