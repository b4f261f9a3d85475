/** The analytics job's progress, kept in the time-series store so that a restart continues where it stopped. */
import type { ClickHouseClient } from "@clickhouse/client";

export class Progress {
  readonly #client: ClickHouseClient;
  readonly #values: Map<string, string>;
  #lastVersion: number;

  private constructor(client: ClickHouseClient, values: Map<string, string>, lastVersion: number) {
    this.#client = client;
    this.#values = values;
    this.#lastVersion = lastVersion;
  }

  static async open(client: ClickHouseClient): Promise<Progress> {
    const stored = await client.query({
      query: "SELECT name, argMax(value, written_at) FROM analytics_progress GROUP BY name",
      format: "JSONCompactEachRow",
    });
    const newest = await client.query({
      query: `SELECT toUnixTimestamp64Milli(greatest(
                (SELECT max(written_at) FROM analytics_progress), (SELECT max(computed_at) FROM kpi_shift)))`,
      format: "JSONCompactEachRow",
    });
    const values = new Map(await stored.json<[string, string]>());
    const [[lastVersion] = [0]] = await newest.json<[string | number]>();
    return new Progress(client, values, Number(lastVersion));
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  async set(name: string, value: string, now: number): Promise<void> {
    await this.#client.insert({
      table: "analytics_progress",
      values: [{ name, value, written_at: (this.version(now) / 1000).toFixed(3) }],
      format: "JSONEachRow",
    });
    this.#values.set(name, value);
  }

  /** Grows with each call, even if the clock is set back: the later of two rows must replace the earlier. */
  version(now: number): number {
    this.#lastVersion = Math.max(now, this.#lastVersion + 1);
    return this.#lastVersion;
  }
}
