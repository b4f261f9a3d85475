/**
 * The job that computes `kpi_shift`: in each run the shifts that are in progress, and those that late readings belong to. A
 * run that fails or is killed loses nothing: the next one finds the same changes.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import type { Database } from "../../stores/relational/database.ts";
import { machine as machineTable } from "../../stores/relational/schema.ts";
import { deleteCompanyRows } from "../../stores/time-series/company-rows.ts";
import { inProcess, type Layout } from "../../stores/time-series/layout.ts";
import { wholeBucketAge } from "../../stores/time-series/retention.ts";
import { calendarOf, type ShiftCalendar } from "./calendar.ts";
import { type ChangedQuarter, Changes } from "./changes.ts";
import { keyOf, type MachineKey } from "./machine-key.ts";
import { observe } from "./observations.ts";
import { Progress } from "./progress.ts";
import { type LeftOutRow, type ShiftRow, shiftRow } from "./shift-row.ts";
import { ShiftTable } from "./shift-table.ts";
import { chunksByCompany, type ShiftWork, Work } from "./work.ts";

/** The pause after a run, as a multiple of its length: the job takes a tenth of one core at most. */
const pausePerRun = 9;
const shortestPauseMilliseconds = 10_000;
const longestPauseMilliseconds = 5 * 60_000;
/** Machines that one query reads: limits its memory. */
const machinesAtOnce = 500;
const calendarName = "calendar";
/** Another rule of what a counter's readings mean makes all shifts be computed again. */
const ruleOfCounters = "single readings set aside";

export interface AnalyticsOptions {
  readonly client: ClickHouseClient;
  readonly database: Database;
  readonly country: Country;
  /** Layout of the time-series store's tables; of one process where absent. */
  readonly layout?: Layout;
  readonly log: { warn(fields: object, message: string): void };
  /** Epoch milliseconds; the clock by which readings are received. */
  readonly clock?: () => number;
}

export interface AnalyticsStatus {
  /** When the last run ended, epoch milliseconds; absent before the first. */
  readonly lastRun?: number;
  readonly durationMilliseconds?: number;
  /** Rows that the last run computed, one a machine and shift. */
  readonly rows?: number;
  /** Rows that all runs since the start computed. */
  readonly rowsTotal: number;
  /** Age of the newest readings that the figures include; absent before the first run. */
  readonly lagMilliseconds?: number;
  /** The last run's error, until a run succeeds. */
  readonly failure?: string;
}

interface Machine extends MachineKey {
  readonly plannedRunTimePerItem: number;
}

export class Analytics {
  readonly #options: AnalyticsOptions;
  readonly #clock: () => number;
  readonly #calendar: ShiftCalendar;
  readonly #progress: Progress;
  readonly #changes: Changes;
  readonly #table: ShiftTable;
  /** Runs and erasures wait for each other. */
  #last: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;
  #status: Omit<AnalyticsStatus, "lagMilliseconds" | "rowsTotal"> = {};
  #rowsTotal = 0;

  private constructor(options: AnalyticsOptions, progress: Progress) {
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#calendar = calendarOf(options.country);
    this.#progress = progress;
    this.#changes = new Changes(options.client, progress);
    this.#table = new ShiftTable(options.client, progress, options.layout ?? inProcess);
  }

  static async open(options: AnalyticsOptions): Promise<Analytics> {
    return new Analytics(options, await Progress.open(options.client));
  }

  get status(): AnalyticsStatus {
    const until = this.#changes.receivedUntil;
    return {
      ...this.#status,
      rowsTotal: this.#rowsTotal,
      ...(until === undefined ? {} : { lagMilliseconds: Math.max(0, this.#clock() - until) }),
    };
  }

  /** Runs now, and again after each pause; a failure is kept in `status` and retried. */
  start(): void {
    const run = async () => {
      await this.runOnce().catch(() => undefined);
      if (this.#stopped) return;
      const { rows, durationMilliseconds = 0 } = this.#status;
      // A new stack's first readings come in after the first run, which a busy machine makes long.
      const pause = rows === 0 ? 0 : pausePerRun * durationMilliseconds;
      const bounded = Math.min(longestPauseMilliseconds, Math.max(shortestPauseMilliseconds, pause));
      this.#timer = setTimeout(run, bounded);
      this.#timer.unref();
    };
    void run();
  }

  /** Includes all readings received so far. */
  async runOnce(): Promise<void> {
    await this.#inTurn(() => this.#runAndRecord());
  }

  /** Deletes all that the time-series store holds of a company. Its machines must no longer be registered. */
  async eraseCompany(company: string): Promise<void> {
    await this.#inTurn(() => deleteCompanyRows(this.#options.client, company, this.#options.layout));
  }

  /** Ends a run in progress at its next step. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#last.catch(() => undefined);
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    const done = this.#last.then(task, task);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #runAndRecord(): Promise<void> {
    if (this.#stopped) return;
    const started = performance.now();
    const ended = () => ({
      lastRun: this.#clock(),
      durationMilliseconds: Math.round(performance.now() - started),
    });
    try {
      const rows = await this.#run(this.#clock());
      this.#status = { ...ended(), rows };
      this.#rowsTotal += rows;
    } catch (error) {
      const failure = error instanceof Error ? error.message : String(error);
      this.#status = { ...ended(), failure };
      this.#options.log.warn({ error: failure }, "key figures could not be computed and are tried again");
      throw error;
    }
  }

  /** @returns the number of rows computed. */
  async #run(now: number): Promise<number> {
    const machines = await this.#registeredMachines();
    // Readings of earlier shifts may have been deleted for their age.
    const earliest = now - wholeBucketAge(this.#options.country.telemetry.retention);
    const work = new Work(this.#calendar, now, earliest);
    const calendar = await this.#calendarAndShards();
    const isNewCalendar = this.#progress.get(calendarName) !== calendar;
    const version = this.#progress.version(now);
    // Before anything else is read: readings that come in from here on belong to the next run.
    const changes = await this.#changes.find(now);
    const oldest = isNewCalendar ? await this.#oldestReading() : now;
    work.addAll(Math.min(oldest, now), now + 1, machines.keys());
    for (const ended of await this.#table.ended(now)) work.addStored(ended);
    await this.#addChanges(work, changes, now);
    let rows = 0;
    for (const shiftWork of work.shifts) rows += await this.#compute(shiftWork, machines, now);
    if (this.#stopped) return rows;
    if (isNewCalendar) {
      await this.#table.deleteOutdated({ earliest, oldest, version });
      await this.#progress.set(calendarName, calendar, now);
    }
    await this.#changes.settle();
    return rows;
  }

  /**
   * With another calendar all shifts are computed again; also with other shards, because a company's new rows may be on
   * another shard than its old ones, which they then do not replace.
   */
  async #calendarAndShards(): Promise<string> {
    const { client, country, layout = inProcess } = this.#options;
    const shards = await layout.shards(client);
    const { offlineAfterSeconds } = country.telemetry;
    return JSON.stringify([
      this.#calendar,
      offlineAfterSeconds,
      ruleOfCounters,
      ...(shards > 1 ? [shards] : []),
    ]);
  }

  async #addChanges(work: Work, changes: readonly ChangedQuarter[], now: number): Promise<void> {
    for (const change of changes) work.addChange(change);
    if (changes.length === 0) return;
    const first = changes.reduce((earliest, change) => Math.min(earliest, change.quarter), now);
    const companies = [...new Set(changes.map((change) => change.company))];
    const stored: Awaited<ReturnType<ShiftTable["after"]>> = [];
    for (let start = 0; start < companies.length; start += machinesAtOnce)
      stored.push(...(await this.#table.after(companies.slice(start, start + machinesAtOnce), first)));
    work.addNextOf(changes, stored);
  }

  async #compute(
    { shift, machines: keys }: ShiftWork,
    machines: ReadonlyMap<string, Machine>,
    now: number,
  ): Promise<number> {
    const { client, country } = this.#options;
    const until = Math.min(now, shift.to);
    const registered = [...keys].flatMap((key) => machines.get(key) ?? []);
    const rows: ShiftRow[] = [];
    const leftOut: LeftOutRow[] = [];
    for (const chunk of chunksByCompany(registered, machinesAtOnce)) {
      if (this.#stopped) return 0;
      const { offlineAfterSeconds } = country.telemetry;
      const companies = [...new Set(chunk.map((machine) => machine.company))];
      const plannedBefore = await this.#table.plannedRunTimes(shift, companies);
      const planned = new Map(
        chunk.map((machine) => [
          keyOf(machine),
          plannedBefore.get(keyOf(machine)) ?? machine.plannedRunTimePerItem,
        ]),
      );
      const observed = chunk.map((machine) => ({
        ...machine,
        plannedRunTimePerItem: planned.get(keyOf(machine))!,
      }));
      const interval = { from: shift.from, until };
      const leftOutBefore = await this.#table.withLeftOut(shift, companies);
      for (const observation of await observe(client, observed, interval, offlineAfterSeconds)) {
        if (!observation.heard) continue;
        const row = shiftRow(shift, until, observation, planned.get(keyOf(observation))!);
        rows.push(row);
        if (observation.leftOut === 0 && !leftOutBefore.has(keyOf(observation))) continue;
        const { company, site, machine, shift_date, shift_from, shift_to } = row;
        const readings = observation.leftOut;
        leftOut.push({ company, site, machine, shift_date, shift_from, shift_to, readings });
      }
    }
    await this.#table.write(rows, leftOut, now);
    return rows.length;
  }

  async #registeredMachines(): Promise<Map<string, Machine>> {
    const rows = await this.#options.database
      .select({
        company: machineTable.companyId,
        site: machineTable.siteId,
        machine: machineTable.id,
        plannedRunTimePerItem: machineTable.plannedRunTimePerItem,
      })
      .from(machineTable)
      .orderBy(machineTable.companyId, machineTable.siteId, machineTable.id);
    return new Map(rows.map((row) => [keyOf(row), row]));
  }

  /** Epoch milliseconds; the present where there is none. */
  async #oldestReading(): Promise<number> {
    const result = await this.#options.client.query({
      query: "SELECT count(), toUnixTimestamp64Milli(min(time)) FROM raw",
      format: "JSONCompactEachRow",
    });
    const [row] = await result.json<[string | number, string | number]>();
    return row === undefined || Number(row[0]) === 0 ? this.#clock() : Number(row[1]);
  }
}
