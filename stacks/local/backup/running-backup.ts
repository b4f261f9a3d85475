/** Backups of a stack that runs: every day at the file's time where it names a folder, and whenever `rollout backup` asks. */

import type { Logger } from "pino";
import { Temporal } from "temporal-polyfill";
import { timeIn } from "../../../base/calendar.ts";
import { EnvironmentError } from "../../../base/kit-error.ts";
import { kitVersion } from "../../../base/package-root.ts";
import { periodDays } from "../../../base/period.ts";
import type { LoadedCountry } from "../../../localisation/load.ts";
import type { DataFolder } from "../data-folder.ts";
import type { PartStatus } from "../status.ts";
import { BackupSet } from "./backup-set.ts";
import { type BackupOptions, type MadeBackup, makeBackup } from "./make-backup.ts";

/** Where a backup is to go, and who may read it. */
export interface BackupRequest {
  readonly destination: string;
  readonly recipients: readonly string[];
}

export interface RunningBackupsOptions {
  readonly loaded: LoadedCountry;
  readonly folder: DataFolder;
  readonly stores: BackupOptions["stores"];
  readonly log: Logger;
}

/** A daily backup that failed is tried again after this. */
const retryMilliseconds = 15 * 60_000;
/** The clock may be set and the machine may sleep: the time is looked at this often. */
const lookMilliseconds = 60_000;

export class RunningBackups {
  readonly #options: RunningBackupsOptions;
  readonly #end = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #current: Promise<unknown> | undefined;
  #failure: { readonly message: string; readonly at: number } | undefined;

  constructor(options: RunningBackupsOptions) {
    this.#options = options;
  }

  /** Begins the daily backups, where the file has them. */
  start(): void {
    if (this.#daily === undefined) return;
    const look = () => {
      void this.#makeIfDue();
      this.#timer = setTimeout(look, lookMilliseconds);
    };
    this.#timer = setTimeout(look, lookMilliseconds);
  }

  /** Gives up the backup that is being made; the next day makes another. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#end.abort();
    await this.#current?.catch(() => {});
  }

  /** @throws EnvironmentError where one is being made already. */
  async make(request: BackupRequest, tell: (what: string) => void, signal: AbortSignal): Promise<MadeBackup> {
    if (this.#current !== undefined)
      throw new EnvironmentError(
        "A backup is being made already.",
        "Wait for its end; --list shows it then.",
      );
    const { loaded, folder, stores } = this.#options;
    const { country, environment } = loaded;
    const made = makeBackup({
      country,
      ...(environment !== undefined && { environment }),
      kit: kitVersion(),
      folder,
      stores,
      ...request,
      retentionDays: periodDays(country.hosting.backup.retention),
      tell,
      signal: AbortSignal.any([signal, this.#end.signal]),
    });
    this.#current = made;
    try {
      return await made;
    } finally {
      this.#current = undefined;
    }
  }

  /** Whether the file asks for daily backups. */
  get areDaily(): boolean {
    return this.#daily !== undefined;
  }

  get status(): Omit<PartStatus, "name"> {
    if (this.#failure !== undefined)
      return { health: "failed", detail: `tries again: ${this.#failure.message}` };
    const last = lastStart(this.#options.loaded, this.#daily?.folder ?? "");
    if (last === undefined) return { health: "healthy", detail: "the first is about to be made" };
    const hours = Math.round((Date.now() - last) / 3_600_000);
    return { health: "healthy", detail: `the last began ${hours} h ago` };
  }

  get #daily() {
    return this.#options.loaded.country.hosting.backup.local;
  }

  async #makeIfDue(): Promise<void> {
    const { loaded, log } = this.#options;
    const daily = this.#daily;
    const now = Date.now();
    if (daily === undefined || this.#current !== undefined || this.#end.signal.aborted) return;
    if (this.#failure !== undefined && now - this.#failure.at < retryMilliseconds) return;
    try {
      const { at } = loaded.country.hosting.backup;
      const last = lastStart(loaded, daily.folder);
      if (last !== undefined && last >= lastDue(at, loaded.country.timezone, now)) return;
      const { folder: destination, recipients } = daily;
      const { name, bytes, removed } = await this.make(
        { destination, recipients },
        () => {},
        this.#end.signal,
      );
      this.#failure = undefined;
      log.info({ name, bytes, removed }, "backup made");
    } catch (error) {
      if (this.#end.signal.aborted) return;
      this.#failure = { message: (error as Error).message, at: now };
      log.error({ reason: (error as Error).message }, "the daily backup failed");
    }
  }
}

function lastStart({ country }: LoadedCountry, folder: string): number | undefined {
  const last = new BackupSet(country, folder).list().backups.at(-1);
  return last === undefined ? undefined : Date.parse(last.manifest.startedAt);
}

/** The last moment at which a daily backup was to begin. @param at time of day in the zone. @returns epoch milliseconds. */
export function lastDue(at: string, timezone: string, now: number): number {
  const local = timeIn(timezone, now);
  const today = local.withPlainTime(Temporal.PlainTime.from(at));
  const due = Temporal.ZonedDateTime.compare(today, local) <= 0 ? today : today.subtract({ days: 1 });
  return due.epochMilliseconds;
}
