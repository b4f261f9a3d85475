/**
 * Takes messages, commits them in batches, and only then says so: the caller acknowledges to the device when `settle`
 * is called, so acknowledged means stored (with fsync).
 *
 * One insert runs at a time and takes all that came in while the last one ran, so that batches grow with the load.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import type { MessageFlow } from "../../stores/relational/message-flow.ts";
import { acceptedAge } from "../../stores/time-series/retention.ts";
import { lastReceivedAt, repairRollups } from "../../stores/time-series/rollup-repair.ts";
import { ChannelLimit, channelsPerMachine } from "./channel-limit.ts";
import { rejectConflicts } from "./conflict.ts";
import { Deduplication } from "./deduplication.ts";

import type { MachineRegistry } from "./machine-registry.ts";
import { insertReadings } from "./raw-table.ts";
import { type Decoded, decode, type Reading } from "./reading.ts";
import { type Rejected, RejectedTable } from "./rejected-table.ts";
import { type ReceivedMessage, type Rejection, type RejectionReason, rejection } from "./rejection.ts";
import { isAboutTheData, isDiskFull, StoreFullError, textOf } from "./store-error.ts";

export { StoreFullError };

/** Readings a batch holds at most, unless one message brings more. */
const batchReadings = 20_000;
/** Least time between two inserts: each makes a part in four tables, and the engine has to merge them. */
const pauseMilliseconds = 100;
/** How far a device's clock may be ahead. */
const clockToleranceMilliseconds = 10 * 60_000;
const firstRetryMilliseconds = 250;
const longestRetryMilliseconds = 15_000;
/** Attempts at a batch while the ingest is being stopped. */
const attemptsWhenStopping = 3;
/** Above either, `saturated` asks the callers to wait: the store is slower than what comes in. */
const mostWaitingMessages = 50_000;
const mostWaitingBytes = 32 * 1024 * 1024;
/** Before the newest insert; what came in this long before a power cut may have reached `raw` without its rollups. */
const checkedOnStartMilliseconds = 10 * 60_000;

export interface IngestOptions {
  readonly client: ClickHouseClient;
  readonly country: Country;
  readonly registry: MachineRegistry;
  readonly log: { warn(fields: object, message: string): void };
  /**
   * The store can't go on: its disk is full or broken. Nothing acknowledged is lost; the caller stops the stack. Where
   * absent such a batch is tried again too, as on a cluster, where room can be made meanwhile.
   */
  readonly onFatal?: (error: Error) => void;
  /**
   * Settles when what was inserted before can be found: an insert that is given up here, or that another process began,
   * may be under way in the store for a while. Absent where the store is in the process.
   */
  readonly insertsSettle?: () => Promise<void>;
}

interface Waiting {
  readonly message: ReceivedMessage;
  readonly decoded: Decoded;
  /** Epoch milliseconds. */
  readonly arrivedAt: number;
  readonly settle: (error?: Error) => void;
  /** Aborted where somebody else was given the message: it must not be committed here any more. */
  readonly taken: AbortSignal | undefined;
}

/** An insert failed or was another's, so the rollups of these series may lack what `raw` has received since. */
interface Doubt {
  /** Epoch milliseconds. */
  readonly since: number;
  readonly series: readonly string[];
}

type Settle = Waiting["settle"];

export class Ingest {
  readonly #options: IngestOptions;
  readonly #client: ClickHouseClient;
  readonly #deduplication: Deduplication;
  readonly #rejected: RejectedTable;
  readonly #acceptedAge: number;
  readonly #channels = new ChannelLimit();
  readonly #stopping = new AbortController();
  readonly #relieved: (() => void)[] = [];
  #queue: Waiting[] = [];
  #inFlight: readonly Waiting[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;
  #lastReceivedAt: number;
  #doubts: Doubt[] = [];
  #messages = 0;
  #stored = 0;
  #duplicates = 0;
  #batches = 0;
  #commitMilliseconds = 0;
  #failure: string | undefined;

  private constructor(options: IngestOptions, deduplication: Deduplication, receivedAt: number) {
    this.#options = options;
    this.#client = options.client;
    this.#deduplication = deduplication;
    this.#rejected = new RejectedTable(options.client);
    this.#acceptedAge = acceptedAge(options.country.telemetry.retention);
    this.#lastReceivedAt = receivedAt;
    this.#channels.remember(this.#deduplication.series.keys());
  }

  /** Repairs first what a process that was killed left undone between `raw` and its rollups. */
  static async open(options: IngestOptions): Promise<Ingest> {
    const { client, country, log } = options;
    const receivedAt = await lastReceivedAt(client);
    const buckets = await repairRollups(client, country, receivedAt - checkedOnStartMilliseconds);
    if (buckets > 0) log.warn({ buckets }, "rollups lacked readings of the last run and were repaired");
    return new Ingest(options, await Deduplication.open(client), receivedAt);
  }

  /**
   * For a store into which others write too, each series at a time through one process alone (`takeOver`). Nothing is
   * repaired at the start, because the rollups of others' readings may be on their way.
   */
  static async openShared(options: IngestOptions): Promise<Ingest> {
    const deduplication = await Deduplication.open(options.client);
    return new Ingest(options, deduplication, await lastReceivedAt(options.client));
  }

  /** To be called before messages are accepted that another process took before: learns what that has stored. */
  async takeOver(): Promise<void> {
    await this.#options.insertsSettle?.();
    await this.#deduplication.read();
    this.#channels.remember(this.#deduplication.series.keys());
  }

  get flow(): MessageFlow {
    const oldest = this.#inFlight[0] ?? this.#queue[0];
    return {
      messages: this.#messages,
      stored: this.#stored,
      rejected: this.#rejected.total,
      rejectedByReason: { ...this.#rejected.counts },
      duplicates: this.#duplicates,
      batches: this.#batches,
      commitMilliseconds: this.#commitMilliseconds,
      waiting: this.#waiting,
      lagMilliseconds: oldest === undefined ? 0 : Date.now() - oldest.arrivedAt,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  get #waiting(): number {
    return this.#inFlight.length + this.#queue.length;
  }

  /** As much waits as memory should hold: take no more messages until `onRelieved`. */
  get saturated(): boolean {
    return this.#waiting >= mostWaitingMessages || this.#waitingBytes >= mostWaitingBytes;
  }

  /** Called after each commit that leaves room for more. */
  onRelieved(listener: () => void): void {
    this.#relieved.push(listener);
  }

  /**
   * Settles once the message's readings and rejections are committed; with an error if they never will be.
   * @param taken aborted when somebody else is given the message instead: then it settles with an error, uncommitted.
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

  /** Lets go of messages that were given to somebody else, which may be long where the store is away. */
  releaseTaken(): void {
    const released = this.#queue.filter(({ taken }) => taken?.aborted === true);
    this.#queue = this.#queue.filter(({ taken }) => taken?.aborted !== true);
    for (const waiting of released) this.#settleOne(waiting, undefined);
  }

  /** Commits what has come in, then takes no more. */
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
    this.#waitingBytes += message.payload.length;
    this.#queue.push({ message, decoded, arrivedAt: Date.now(), settle, taken });
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    try {
      // Messages of one turn of the event loop belong together.
      await new Promise(setImmediate);
      await this.#commitQueue();
    } finally {
      // A message may have come in between the last look at the queue and now.
      this.#running = this.#queue.length > 0 ? this.#run() : undefined;
    }
  }

  async #commitQueue(): Promise<void> {
    while (this.#queue.length > 0) {
      const started = Date.now();
      this.#inFlight = this.#takeBatch();
      const error = await this.#commitWithRetries(this.#inFlight);
      this.#commitMilliseconds += Date.now() - started;
      this.#batches += 1;
      this.#settle(this.#inFlight, error);
      if (error !== undefined) {
        const isWanted = this.#stopping.signal.aborted;
        this.#stopping.abort();
        this.#settle(this.#queue.splice(0), error);
        if (!isWanted || error instanceof StoreFullError) this.#options.onFatal?.(error);
        return;
      }
      if (!this.saturated) for (const listener of this.#relieved) listener();
      const pause = pauseMilliseconds - (Date.now() - started);
      if (pause > 0 && this.#queue.length < batchReadings / 4) await this.#delay(pause);
    }
  }

  #settle(done: readonly Waiting[], error: Error | undefined): void {
    this.#inFlight = [];
    for (const waiting of done) this.#settleOne(waiting, error);
  }

  #settleOne({ message, settle, taken }: Waiting, error: Error | undefined): void {
    this.#waitingBytes -= message.payload.length;
    settle(
      error ??
        (taken?.aborted === true ? new Error("The message was given to another consumer.") : undefined),
    );
  }

  #takeBatch(): Waiting[] {
    let readings = 0;
    let end = 0;
    while (end < this.#queue.length && readings < batchReadings) {
      readings += this.#queue[end]!.decoded.readings.length;
      end += 1;
    }
    if (end === this.#queue.length) {
      const batch = this.#queue;
      this.#queue = [];
      return batch;
    }
    return this.#queue.splice(0, end);
  }

  /** @returns why the batch cannot be committed at all. */
  async #commitWithRetries(batch: readonly Waiting[]): Promise<Error | undefined> {
    const since = this.#lastReceivedAt + 1;
    let pause = firstRetryMilliseconds;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await this.#commit(batch, attempt > 1 ? since : undefined);
        this.#failure = undefined;
        return undefined;
      } catch (error) {
        const message = textOf(error);
        if (isDiskFull(message) && this.#options.onFatal !== undefined) return new StoreFullError(message);
        this.#failure = message;
        this.#options.log.warn(
          { attempt, messages: batch.length, error: message },
          "an insert failed and is tried again",
        );
        if (isAboutTheData(message)) {
          if (batch.length > 1) return this.#commitInHalves(batch);
          if (batch[0]!.decoded.readings.length > 0) return this.#commitAsRefused(batch[0]!, message);
        }
        if (this.#stopping.signal.aborted && attempt >= attemptsWhenStopping) return error as Error;
        await this.#delay(pause);
        pause = Math.min(pause * 2, longestRetryMilliseconds);
      }
    }
  }

  /** Finds the message that the store refuses, so that it holds up no other. */
  async #commitInHalves(batch: readonly Waiting[]): Promise<Error | undefined> {
    const middle = Math.ceil(batch.length / 2);
    return (
      (await this.#commitWithRetries(batch.slice(0, middle))) ??
      (await this.#commitWithRetries(batch.slice(middle)))
    );
  }

  #commitAsRefused({ message, ...waiting }: Waiting, why: string): Promise<Error | undefined> {
    const detail = `The store refused it: ${why.slice(0, 300)}`;
    const rejections = [rejection(message, "refused-by-store", detail, waiting.decoded.readings.length)];
    return this.#commitWithRetries([{ ...waiting, message, decoded: { readings: [], rejections } }]);
  }

  /** @param since epoch milliseconds: when the first attempt at the batch was, if this is another one. */
  async #commit(all: readonly Waiting[], since: number | undefined): Promise<void> {
    if (since !== undefined) await this.#options.insertsSettle?.();
    await this.#clearDoubts();
    const batch = all.filter(({ taken }) => taken?.aborted !== true);
    const rejected: Rejected[] = [];
    const reject = (rejection: Rejection, message: ReceivedMessage) =>
      rejected.push({
        rejection,
        maybeStored: message.redelivered || message.maybeStored === true || since !== undefined,
      });
    const { readings, maybeStored } = await this.#usable(batch, reject);
    const sorted = await this.#deduplication.sort(readings, since, maybeStored);
    if (sorted.storedAt.size > 0) {
      this.#doubts.push({
        since: Math.min(...sorted.storedAt.values()),
        series: [...sorted.storedAt.keys()],
      });
      await this.#clearDoubts();
    }
    if (sorted.conflicts.length > 0) rejectConflicts(batch, sorted.conflicts, reject);
    // The look-ups took their time; nothing was begun yet.
    if (batch.some(({ taken }) => taken?.aborted === true)) return this.#commit(batch, since);
    this.#lastReceivedAt = Math.max(Date.now(), this.#lastReceivedAt + 1);
    const receivedAt = this.#lastReceivedAt;
    if (sorted.fresh.length > 0) {
      const doubt = { since: receivedAt, series: [...new Set(sorted.fresh.map(({ series }) => series.key))] };
      this.#doubts.push(doubt);
      await insertReadings(this.#client, sorted.fresh, receivedAt);
      this.#doubts = this.#doubts.filter((other) => other !== doubt);
    }
    if (rejected.length > 0) await this.#rejected.insert(rejected, receivedAt);
    this.#stored += sorted.fresh.length + sorted.storedBefore;
    this.#duplicates += sorted.duplicates - sorted.storedBefore;
  }

  async #clearDoubts(): Promise<void> {
    for (const doubt of [...this.#doubts]) {
      await repairRollups(this.#client, this.#options.country, doubt.since, doubt.series);
      this.#doubts = this.#doubts.filter((other) => other !== doubt);
    }
  }

  /** Readings of registered machines; why the others are rejected goes to `reject`. */
  async #usable(
    batch: readonly Waiting[],
    reject: (rejection: Rejection, message: ReceivedMessage) => void,
  ): Promise<{ readings: Reading[]; maybeStored: Set<Reading> }> {
    const machines = new Set<string>();
    for (const { decoded } of batch)
      if (decoded.readings.length > 0) machines.add(decoded.readings[0]!.series.machineKey);
    const unregistered = await this.#options.registry.unregistered(machines);
    const usable: Reading[] = [];
    const maybeStored = new Set<Reading>();
    for (const { decoded, message } of batch) {
      for (const rejected of decoded.rejections) reject(rejected, message);
      const { readings } = decoded;
      if (readings.length === 0) continue;
      const { series } = readings[0]!;
      if (unregistered.has(series.machineKey)) {
        const detail = `${series.machineKey} is not registered, or its login was revoked. Add the machine in the web app first, with the same site and machine ids.`;
        reject(rejection(message, "machine-not-registered", detail, readings.length), message);
      } else if (!this.#channels.allows(series)) {
        const detail = `${series.machineKey} already uses ${channelsPerMachine} channels, the most that a machine may have.`;
        reject(rejection(message, "too-many-channels", detail, readings.length), message);
      } else
        for (const reading of readings) {
          usable.push(reading);
          if (message.maybeStored === true) maybeStored.add(reading);
        }
    }
    return { readings: usable, maybeStored };
  }

  /** Ends early when the ingest is being stopped. */
  #delay(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      signal.addEventListener("abort", end);
    });
  }
}
