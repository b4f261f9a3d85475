/** The table `kpi_shift`: writes rows that replace older ones, and reads what the job needs of stored ones. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Layout } from "../../stores/time-series/layout.ts";
import type { ShiftInterval } from "./calendar.ts";
import { keyOf, type MachineKey } from "./machine-key.ts";
import type { Progress } from "./progress.ts";
import type { ShiftRow } from "./shift-row.ts";

export interface StoredShift extends MachineKey {
  /** Start of the shift, epoch milliseconds. */
  readonly from: number;
}

export class ShiftTable {
  readonly #client: ClickHouseClient;
  readonly #progress: Progress;
  readonly #layout: Layout;

  constructor(client: ClickHouseClient, progress: Progress, layout: Layout) {
    this.#client = client;
    this.#progress = progress;
    this.#layout = layout;
  }

  async write(rows: readonly ShiftRow[], now: number): Promise<void> {
    if (rows.length === 0) return;
    const computedAt = (this.#progress.version(now) / 1000).toFixed(3);
    await this.#client.insert({
      table: "kpi_shift",
      values: rows.map((row) => ({ ...row, computed_at: computedAt })),
      format: "JSONEachRow",
    });
  }

  /** Planned run times per item that complete rows of a shift were computed with, by machine: those are kept. */
  async plannedRunTimes(shift: ShiftInterval, companies: readonly string[]): Promise<Map<string, number>> {
    const rows = await this.#rows<[string, string, string, number]>(
      `SELECT company, site, machine, planned_run_time_per_item FROM kpi_shift FINAL
       WHERE company IN {companies:Array(String)} AND shift_from = toDateTime({from:UInt32}) AND complete`,
      { companies: [...companies], from: shift.from / 1000 },
    );
    return new Map(rows.map(([company, site, machine, time]) => [keyOf({ company, site, machine }), time]));
  }

  /** Rows of shifts that have ended since they were computed. */
  async ended(now: number): Promise<StoredShift[]> {
    return this.#stored("NOT complete AND shift_to <= fromUnixTimestamp64Milli({now:Int64})", { now });
  }

  /** Rows of the companies' shifts that start after a time. */
  async after(companies: readonly string[], time: number): Promise<StoredShift[]> {
    return this.#stored(
      "company IN {companies:Array(String)} AND shift_from > fromUnixTimestamp64Milli({time:Int64})",
      { companies: [...companies], time },
    );
  }

  /**
   * Deletes rows of shifts that no longer exist: those that start at or after `earliest`, end after `oldest`, and
   * weren't computed at or after `version`.
   */
  async deleteOutdated(times: { earliest: number; oldest: number; version: number }): Promise<void> {
    const outdated = `shift_from >= fromUnixTimestamp64Milli({earliest:Int64})
      AND shift_to > fromUnixTimestamp64Milli({oldest:Int64})
      AND computed_at < fromUnixTimestamp64Milli({version:Int64})`;
    // A mutation, even of no row, waits for the engine's background work. The engine removes replaced rows itself.
    if ((await this.#stored(outdated, times)).length === 0) return;
    const table = this.#layout.alterable(this.#layout.ownTable("kpi_shift"));
    await this.#client.command({
      query: `ALTER TABLE ${table} DELETE WHERE ${outdated} SETTINGS mutations_sync = 2`,
      query_params: times,
    });
  }

  async #stored(condition: string, parameters: Record<string, unknown>): Promise<StoredShift[]> {
    const rows = await this.#rows<[string, string, string, number]>(
      `SELECT company, site, machine, toUnixTimestamp(shift_from) FROM kpi_shift FINAL WHERE ${condition}`,
      parameters,
    );
    return rows.map(([company, site, machine, from]) => ({ company, site, machine, from: from * 1000 }));
  }

  async #rows<Row>(query: string, query_params: Record<string, unknown>): Promise<Row[]> {
    const result = await this.#client.query({ query, query_params, format: "JSONCompactEachRow" });
    return result.json<Row>();
  }
}
