/** Reads what other consumers have stored before messages are accepted that they had; retries until the store answers. */
import { setTimeout as delay } from "node:timers/promises";
import type { Ingest } from "./ingest.ts";
import { textOf } from "./store-error.ts";

/** Queues that become active within it share one look; and inserts that others were about to begin have begun after it. */
const gatherMilliseconds = 500;
export const firstPauseMilliseconds = 500;
export const longestPauseMilliseconds = 15_000;

interface Warnings {
  warn(fields: object, message: string): void;
}

export class TakeOver {
  readonly #ingest: Pick<Ingest, "takeOver">;
  readonly #log: Warnings;
  readonly #stopping: AbortSignal;
  #latest: { isReading: boolean; done: Promise<void> } | undefined;
  #problem: string | undefined;

  constructor(ingest: Pick<Ingest, "takeOver">, log: Warnings, stopping: AbortSignal) {
    this.#ingest = ingest;
    this.#log = log;
    this.#stopping = stopping;
  }

  /** Why the store cannot be read; undefined while all is well. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Settles after a look into the store that began after this call. @throws the signal's reason when stopping. */
  run(): Promise<void> {
    if (this.#latest !== undefined && !this.#latest.isReading) return this.#latest.done;
    const latest = { isReading: false, done: Promise.resolve() };
    latest.done = this.#lookAfter(this.#latest?.done, () => {
      latest.isReading = true;
    });
    this.#latest = latest;
    return latest.done;
  }

  async #lookAfter(earlier: Promise<void> | undefined, onReading: () => void): Promise<void> {
    await earlier?.catch(() => {});
    await delay(gatherMilliseconds);
    onReading();
    let pause = firstPauseMilliseconds;
    for (;;) {
      try {
        await this.#ingest.takeOver();
        this.#problem = undefined;
        return;
      } catch (error) {
        this.#stopping.throwIfAborted();
        this.#problem = `the time-series store: ${textOf(error)}`;
        this.#log.warn({ error: textOf(error) }, "what is stored could not be read; tried again");
      }
      await delay(pause, undefined, { signal: this.#stopping });
      pause = Math.min(pause * 2, longestPauseMilliseconds);
    }
  }
}
