/** Retries what needs a store or a broker until it answers. */

import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { InputError } from "../../base/kit-error.ts";

const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 15_000;

export class Retries {
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #waitingFor = new Map<symbol, string>();

  constructor(log: Logger, signal: AbortSignal) {
    this.#log = log;
    this.#signal = signal;
  }

  /** What is being waited for, and why; undefined when nothing is. */
  get reason(): string | undefined {
    return this.#waitingFor.size === 0 ? undefined : [...this.#waitingFor.values()].join("; ");
  }

  async waitFor<T>(
    what: string,
    attempt: () => Promise<T>,
    isFinal: (error: unknown) => boolean = () => false,
  ): Promise<T> {
    const id = Symbol(what);
    let pause = firstPauseMilliseconds;
    try {
      for (let attempts = 1; ; attempts += 1) {
        this.#signal.throwIfAborted();
        this.#waitingFor.set(id, this.#waitingFor.get(id) ?? `waiting for ${what}`);
        try {
          const result = await attempt();
          if (attempts > 1) this.#log.info({ attempts }, `${what} is there`);
          return result;
        } catch (error) {
          this.#signal.throwIfAborted();
          if (error instanceof InputError || isFinal(error)) throw error;
          const why = messageOf(error);
          this.#waitingFor.set(id, `waiting for ${what}: ${why}`);
          this.#log.warn({ attempts, error: why, againInMilliseconds: pause }, `waiting for ${what}`);
        }
        await delay(pause, undefined, { signal: this.#signal, ref: true });
        pause = Math.min(pause * 2, longestPauseMilliseconds);
      }
    } finally {
      this.#waitingFor.delete(id);
    }
  }
}

/** Of the error and its cause: some drivers wrap the network's error, or give it no text. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof AggregateError && error.message === "") return error.errors.map(messageOf).join("; ");
  const { code } = error as NodeJS.ErrnoException;
  const own = error.message === "" ? (code ?? error.name) : error.message;
  const { cause } = error;
  return cause instanceof Error && !own.includes(cause.message) ? `${own} (${messageOf(cause)})` : own;
}
