/** Backups of a running stack: daily where the file names a folder, and when `rollout backup` asks. */

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

/** Where to write a backup, and who can read it. */
export interface BackupRequest {
  readonly destination: string;
  readonly recipients: readonly string[];
}

export interface RunningBackupsOptions {
  readonly loaded: LoadedCountry;
  readonly folder: DataFolder;
  readonly stores: BackupOptions["stores"];
  readonly log: Logger;
  /** Whether the stores have lost data: then older backups are kept whatever their age, because they may have it. */
  readonly isDamaged: () => boolean;
}

/** Pause before a failed daily backup is tried again. */
const retryMilliseconds = 15 * 60_000;
/** How often the time is checked: the clock may be changed, and the machine may sleep. */
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

  /** Starts the daily backups, where the file asks for them. */
  start(): void {
    if (this.#daily === undefined) return;
    const look = () => {
      void this.#makeIfDue();
      this.#timer = setTimeout(look, lookMilliseconds);
    };
    this.#timer = setTimeout(look, lookMilliseconds);
  }

  /** Stops, with the backup that is being made. */
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
        "Wait until it is done; --list then shows it.",
      );
    const { loaded, folder, stores, isDamaged } = this.#options;
    const { country, environment } = loaded;
    const made = makeBackup({
      country,
      ...(environment !== undefined && { environment }),
      kit: kitVersion(),
      folder,
      stores,
      ...request,
      retentionDays: isDamaged() ? Number.POSITIVE_INFINITY : periodDays(country.hosting.backup.retention),
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

function lastStart(loaded: LoadedCountry, folder: string): number | undefined {
  const last = new BackupSet(loaded, folder).list().backups.at(-1);
  return last === undefined ? undefined : Date.parse(last.manifest.startedAt);
}

/** The last time at which a daily backup had to begin. @param at time of day in the zone. @returns epoch milliseconds. */
export function lastDue(at: string, timezone: string, now: number): number {
  const local = timeIn(timezone, now);
  const today = local.withPlainTime(Temporal.PlainTime.from(at));
  const due = Temporal.ZonedDateTime.compare(today, local) <= 0 ? today : today.subtract({ days: 1 });
  return due.epochMilliseconds;
}
