/**
 * The latest values of the companies whose pages are open. However many pages are open, the store gets one query at a time,
 * for what came in since the last one.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { type LatestValue, latestValues } from "../../analytics/queries.ts";

const pauseMilliseconds = 500;
/** A slow store is asked less often: the pause is this many times as long as the last query took. */
const pausePerDuration = 4;
/** A commit ends some time after its readings got their time of receipt. */
const overlapMilliseconds = 10_000;
/** Older readings, sent after a lost connection, appear when the page is loaded again. */
const backlogHours = 24;

/** Without an answer of the store for longer than this, the values are not those of now. */
const freshMilliseconds = 25_000;

/** Newest value by `site/machine/channel`. */
export type CompanyValues = ReadonlyMap<string, LatestValue>;
export type Listener = (changed: readonly LatestValue[]) => void;

interface Watch {
  /** Filled when `loaded` settles. */
  readonly values: Map<string, LatestValue>;
  readonly listeners: Set<Listener>;
  readonly loaded: Promise<void>;
}

export const channelKey = ({ site, machine, channel }: Pick<LatestValue, "site" | "machine" | "channel">) =>
  `${site}/${machine}/${channel}`;

export class LiveValues {
  readonly #reader: ClickHouseClient;
  readonly #log: { warn(fields: object, message: string): void };
  readonly #watched = new Map<string, Watch>();
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  /** When the store answered last. */
  #readAt = 0;
  #closed = false;

  constructor(reader: ClickHouseClient, log: { warn(fields: object, message: string): void }) {
    this.#reader = reader;
    this.#log = log;
  }

  /** Companies that are being watched now. */
  get watched(): number {
    return this.#watched.size;
  }

  /** Whether the store has answered lately, so that watched values are those of now. */
  get isFresh(): boolean {
    return Date.now() - this.#readAt < freshMilliseconds;
  }

  async valuesOf(company: string): Promise<CompanyValues> {
    const watch = this.#watched.get(company);
    if (watch === undefined || !this.isFresh) return byChannel(await latestValues(this.#reader, company));
    await watch.loaded;
    return watch.values;
  }

  /** Calls the listener with every change until the returned function is called. */
  async watch(company: string, listener: Listener): Promise<() => void> {
    const watch = this.#watched.get(company) ?? this.#startWatch(company);
    watch.listeners.add(listener);
    const stop = () => {
      watch.listeners.delete(listener);
      if (watch.listeners.size === 0 && this.#watched.get(company) === watch) this.#watched.delete(company);
    };
    try {
      await watch.loaded;
    } catch (error) {
      stop();
      throw error;
    }
    this.#schedule(pauseMilliseconds);
    return stop;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watched.clear();
  }

  #startWatch(company: string): Watch {
    const values = new Map<string, LatestValue>();
    const loaded = latestValues(this.#reader, company).then((latest) => {
      this.#readAt = Date.now();
      for (const value of latest) values.set(channelKey(value), value);
    });
    const watch = { values, listeners: new Set<Listener>(), loaded };
    this.#watched.set(company, watch);
    return watch;
  }

  #schedule(milliseconds: number): void {
    if (this.#asking || this.#timer !== undefined || this.#closed || this.#watched.size === 0) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#asking = true;
      const started = performance.now();
      this.#ask()
        .catch((error: unknown) =>
          this.#log.warn({ error: String(error) }, "the latest values could not be read"),
        )
        .finally(() => {
          this.#asking = false;
          const duration = performance.now() - started;
          this.#schedule(Math.max(pauseMilliseconds, duration * pausePerDuration));
        });
    }, milliseconds);
    this.#timer.unref();
  }

  async #ask(): Promise<void> {
    const watches = new Map(this.#watched);
    await Promise.allSettled([...watches.values()].map(({ loaded }) => loaded));
    const result = await this.#reader.query({
      query: `SELECT company, site, machine, channel, argMax((number, toString(text), time), time) AS newest,
                toUnixTimestamp64Milli(newest.3), newest.1, newest.2
              FROM raw
              WHERE company IN {companies:Array(String)} AND received_at >= fromUnixTimestamp64Milli({since:Int64})
                AND time >= now() - toIntervalHour(${backlogHours})
              GROUP BY company, site, machine, channel`,
      query_params: {
        companies: [...watches.keys()],
        since: Date.now() - overlapMilliseconds - 2 * pauseMilliseconds,
      },
      format: "JSONCompactEachRow",
    });
    this.#readAt = Date.now();
    type Row = [string, string, string, string, unknown, string | number, number | null, string];
    const changes: LatestValue[] = [];
    for (const [company, site, machine, channel, , time, number, text] of await result.json<Row>()) {
      const value = { company, site, machine, channel, time: Number(time), number, text };
      const values = watches.get(company)?.values;
      const known = values?.get(channelKey(value));
      if (values === undefined || (known !== undefined && known.time >= value.time)) continue;
      values.set(channelKey(value), value);
      changes.push(value);
    }
    for (const [company, changed] of Map.groupBy(changes, (value) => value.company))
      for (const listener of watches.get(company)?.listeners ?? []) listener(changed);
  }
}

function byChannel(values: readonly LatestValue[]): Map<string, LatestValue> {
  return new Map(values.map((value) => [channelKey(value), value]));
}
