/**
 * Elects a leader among the replicas of a program: the one that holds a lock of the relational store. When its process or
 * its session ends, another takes over within seconds.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Logger } from "pino";
import { aborted } from "../../base/aborted.ts";
import { AdvisoryLock } from "../../stores/relational/advisory-lock.ts";
import type { PostgresOptions } from "../../stores/relational/postgres.ts";
import { messageOf } from "./retry.ts";

const pauseMilliseconds = 2000;

/** What the leader runs. @returns how to stop it in order; called once, also after the lock was lost. */
export type Lead = (lost: AbortSignal) => Promise<() => Promise<void>>;

export interface LeadershipOptions {
  readonly relational: PostgresOptions;
  /** Name of the lock. */
  readonly name: string;
  readonly lead: Lead;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

export class Leadership {
  readonly #options: LeadershipOptions;
  readonly #running: Promise<void>;
  #leads = false;
  #failure: string | undefined;

  constructor(options: LeadershipOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** Why the lock could not be requested, or its holder could not start. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Settles when the signal was aborted and what ran has stopped. */
  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { log, signal } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#leadOnce();
        this.#failure = undefined;
      } catch (error) {
        const why = messageOf(error);
        if (why !== this.#failure) log.warn({ error: why }, "leading failed and is tried again");
        this.#failure = why;
      }
      await delay(pauseMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns at once where another replica leads, else when this one no longer does. */
  async #leadOnce(): Promise<void> {
    const { relational, name, lead, log, signal } = this.#options;
    const lock = await AdvisoryLock.acquire(relational, name);
    if (lock === undefined) return;
    try {
      log.info({ lock: name }, "leads");
      const end = await lead(lock.lost);
      this.#leads = true;
      this.#failure = undefined;
      await aborted(AbortSignal.any([lock.lost, signal]));
      this.#leads = false;
      if (lock.lost.aborted)
        log.warn({ error: messageOf(lock.lost.reason) }, "lost the lock and leads no longer");
      await end();
    } finally {
      this.#leads = false;
      await lock.release();
    }
  }
}
