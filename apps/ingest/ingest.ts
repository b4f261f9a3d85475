/**
 * Takes in messages and commits them in batches. `settle` is called after the commit, and only then does the caller
 * acknowledge to the device: acknowledged means stored, with fsync.
 *
 * One insert runs at a time and takes all messages that came in during the last one, so that batches grow with the load.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { MessageFlow } from "../../stores/relational/message-flow.ts";
import { acceptedAge } from "../../stores/time-series/retention.ts";
import { lastReceivedAt, repairRollups } from "../../stores/time-series/rollup-repair.ts";
import { BatchCommit, type BatchCommitOptions } from "./batch-commit.ts";
import { Deduplication } from "./deduplication.ts";
import { type Decoded, decode } from "./reading.ts";
import { type ReceivedMessage, type RejectionReason, rejection } from "./rejection.ts";
import { dataErrorOf, isDiskFull, StoreFullError, textOf } from "./store-error.ts";
import { batchReadings, type WaitingMessage, WaitingMessages } from "./waiting-messages.ts";

/** Least time between two inserts: each makes a part in four tables, and the engine has to merge them. */
const pauseMilliseconds = 100;
/** How far a device's clock may be ahead. */
const clockToleranceMilliseconds = 10 * 60_000;
const firstRetryMilliseconds = 250;
const longestRetryMilliseconds = 15_000;
/** Attempts at a batch while the ingest is being stopped. */
const attemptsWhenStopping = 3;
/** Before the newest insert: readings received this long before a power cut may be in `raw` without their rollups. */
const checkedOnStartMilliseconds = 10 * 60_000;

export interface IngestOptions extends BatchCommitOptions {
  readonly log: { warn(fields: object, message: string): void };
  /**
   * The store cannot go on: its disk is full or broken. Nothing acknowledged is lost; the caller stops the stack. Where
   * absent such a batch is retried too, as on a cluster, where space can be freed meanwhile.
   */
  readonly onFatal?: (error: Error) => void;
}

type Settle = WaitingMessage["settle"];

export class Ingest {
  readonly #options: IngestOptions;
  readonly #commit: BatchCommit;
  readonly #acceptedAge: number;
  readonly #waiting = new WaitingMessages();
  readonly #stopping = new AbortController();
  readonly #relieved: (() => void)[] = [];
  #running: Promise<void> | undefined;
  #committing: Promise<unknown> = Promise.resolve();
  #messages = 0;
  #batches = 0;
  #commitMilliseconds = 0;
  #failure: string | undefined;

  private constructor(options: IngestOptions, commit: BatchCommit) {
    this.#options = options;
    this.#commit = commit;
    this.#acceptedAge = acceptedAge(options.country.telemetry.retention);
  }

  /** Repairs rollups first that a process left behind `raw` when it was killed. */
  static async open(options: IngestOptions): Promise<Ingest> {
    const { client, country, log } = options;
    const receivedAt = await lastReceivedAt(client);
    const buckets = await repairRollups(client, country, receivedAt - checkedOnStartMilliseconds);
    if (buckets > 0) log.warn({ buckets }, "rollups lacked readings of the last run and were repaired");
    return new Ingest(options, new BatchCommit(options, await Deduplication.open(client), receivedAt));
  }

  /**
   * For a store into which other processes write too, each series through one process at a time (`takeOver`). Nothing is
   * repaired at the start, because the rollups of others' readings may not be written yet.
   */
  static async openShared(options: IngestOptions): Promise<Ingest> {
    const deduplication = await Deduplication.open(options.client);
    return new Ingest(options, new BatchCommit(options, deduplication, await lastReceivedAt(options.client)));
  }

  /** To be called before messages are accepted that another process had: reads what that has stored. */
  takeOver(): Promise<void> {
    return this.#commit.readStored();
  }

  get flow(): MessageFlow {
    const { rejected, stored, duplicates } = this.#commit;
    return {
      messages: this.#messages,
      stored,
      rejected: rejected.total,
      rejectedByReason: { ...rejected.counts },
      duplicates,
      batches: this.#batches,
      commitMilliseconds: this.#commitMilliseconds,
      waiting: this.#waiting.count,
      lagMilliseconds: this.#waiting.lagMilliseconds,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  /** As much waits as memory should hold: take no more messages until `onRelieved`. */
  get saturated(): boolean {
    return this.#waiting.isSaturated;
  }

  /** Called after each commit that leaves room for more. */
  onRelieved(listener: () => void): void {
    this.#relieved.push(listener);
  }

  /**
   * Settles once the message's readings and rejections are committed; with an error if they never will be.
   * @param taken aborted when the broker gives the message to another consumer: then it settles with an error, uncommitted.
   */
  accept(message: ReceivedMessage, settle: Settle, taken?: AbortSignal): void {
    const now = Date.now();
    const range = { from: now - this.#acceptedAge, to: now + clockToleranceMilliseconds };
    this.#enqueue(message, decode(message, range), settle, taken);
  }

  /** Keeps a message that must not be decoded, such as one on another company's topic. */
  reject(message: ReceivedMessage, reason: RejectionReason, detail: string, settle: Settle): void {
    this.#enqueue(message, { readings: [], rejections: [rejection(message, reason, detail)] }, settle);
  }

  /** Settles when the batch that is being committed now is: those that follow look anew which machines are registered. */
  async batchEnded(): Promise<void> {
    await this.#committing;
  }

  /** Settles messages that the broker gave to another consumer; without it they would wait for as long as the store is away. */
  releaseTaken(): void {
    this.#waiting.releaseTaken();
  }

  /** Commits the messages that have come in, then takes no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    while (this.#running !== undefined) await this.#running;
  }

  #enqueue(message: ReceivedMessage, decoded: Decoded, settle: Settle, taken?: AbortSignal): void {
    if (this.#stopping.signal.aborted) {
      settle(new Error("The ingest is stopping."));
      return;
    }
    this.#messages += 1;
    this.#waiting.add({ message, decoded, arrivedAt: Date.now(), settle, taken });
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      // Messages of one turn of the event loop belong together.
      await new Promise(setImmediate);
      await this.#commitQueue();
    } finally {
      // A message may have come in between the last look at the queue and now.
      this.#running = this.#waiting.queued > 0 ? this.#run() : undefined;
    }
  }

  async #commitQueue(): Promise<void> {
    while (this.#waiting.queued > 0) {
      const started = Date.now();
      const commit = this.#commitWithRetries(this.#waiting.takeBatch());
      this.#committing = commit;
      const error = await commit;
      this.#commitMilliseconds += Date.now() - started;
      this.#batches += 1;
      this.#waiting.settleBatch(error);
      if (error !== undefined) {
        const isWanted = this.#stopping.signal.aborted;
        this.#stopping.abort();
        this.#waiting.settleQueue(error);
        if (!isWanted || error instanceof StoreFullError) this.#options.onFatal?.(error);
        return;
      }
      if (!this.saturated) for (const listener of this.#relieved) listener();
      const pause = pauseMilliseconds - (Date.now() - started);
      if (pause > 0 && this.#waiting.queued < batchReadings / 4) await this.#delay(pause);
    }
  }

  /** @returns why the batch cannot be committed at all. */
  async #commitWithRetries(batch: readonly WaitingMessage[]): Promise<Error | undefined> {
    const since = this.#commit.lastReceivedAt + 1;
    let pause = firstRetryMilliseconds;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#commit.commit(batch, attempt > 1 ? since : undefined);
        this.#failure = undefined;
        return undefined;
      } catch (cause) {
        const message = textOf(cause);
        if (isDiskFull(message) && this.#options.onFatal !== undefined) return new StoreFullError(message);
        const dataError = dataErrorOf(message);
        // Neither status nor log show what a machine sent.
        const error = dataError ?? message;
        this.#failure = error;
        this.#options.log.warn(
          { attempt, messages: batch.length, error },
          "an insert failed and is tried again",
        );
        if (dataError !== undefined) {
          if (batch.length > 1) return this.#commitInHalves(batch);
          if (batch[0]!.decoded.readings.length > 0) return this.#commitAsRefused(batch[0]!, message);
        }
        if (this.#stopping.signal.aborted && attempt >= attemptsWhenStopping) return cause as Error;
        await this.#delay(pause);
        pause = Math.min(pause * 2, longestRetryMilliseconds);
      }
    }
  }

  /** Finds the message that the store refuses, so that the others can be committed. */
  async #commitInHalves(batch: readonly WaitingMessage[]): Promise<Error | undefined> {
    const middle = Math.ceil(batch.length / 2);
    return (
      (await this.#commitWithRetries(batch.slice(0, middle))) ??
      (await this.#commitWithRetries(batch.slice(middle)))
    );
  }

  #commitAsRefused({ message, ...waiting }: WaitingMessage, why: string): Promise<Error | undefined> {
    const detail = `The store refused it: ${why.slice(0, 300)}`;
    const rejections = [rejection(message, "refused-by-store", detail, waiting.decoded.readings.length)];
    return this.#commitWithRetries([{ ...waiting, message, decoded: { readings: [], rejections } }]);
  }

  /** Ends early when the ingest is being stopped. */
  async #delay(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#stopping.signal }).catch(() => undefined);
  }
}
