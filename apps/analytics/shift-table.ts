/** The table `kpi_shift`: writes rows that replace older ones, and reads what the job needs of stored ones. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Layout } from "../../stores/time-series/layout.ts";
import type { ShiftInterval } from "./calendar.ts";
import { keyOf, type MachineKey } from "./machine-key.ts";
import type { Progress } from "./progress.ts";
import type { LeftOutRow, ShiftRow } from "./shift-row.ts";

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

  async write(rows: readonly ShiftRow[], leftOut: readonly LeftOutRow[], now: number): Promise<void> {
    const computedAt = (this.#progress.version(now) / 1000).toFixed(3);
    for (const [table, values] of [
      ["kpi_left_out", leftOut],
      ["kpi_shift", rows],
    ] as const)
      if (values.length > 0)
        await this.#client.insert({
          table,
          values: values.map((row) => ({ ...row, computed_at: computedAt })),
          format: "JSONEachRow",
        });
  }

  /** Machines of which a shift's stored figures leave readings out. */
  async withLeftOut(shift: ShiftInterval, companies: readonly string[]): Promise<Set<string>> {
    const rows = await this.#rows<[string, string, string]>(
      `SELECT company, site, machine FROM kpi_left_out FINAL
       WHERE company IN {companies:Array(String)} AND shift_from = toDateTime({from:UInt32}) AND readings > 0`,
      { companies: [...companies], from: shift.from / 1000 },
    );
    return new Set(rows.map(([company, site, machine]) => keyOf({ company, site, machine })));
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
    for (const name of ["kpi_left_out", "kpi_shift"]) {
      const table = this.#layout.alterable(this.#layout.ownTable(name));
      await this.#client.command({
        query: `ALTER TABLE ${table} DELETE WHERE ${outdated} SETTINGS mutations_sync = 2`,
        query_params: times,
      });
    }
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
