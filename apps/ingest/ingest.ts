/**
 * Takes messages, commits them in batches, and only then says so: the caller acknowledges to the device when the
 * promise of `accept` settles, so acknowledged means stored (with fsync).
 *
 * One insert runs at a time and takes all that came in while the last one ran, so that batches grow with the load.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { Country } from "../../localisation/schema/country.ts";
import { Deduplication, seriesOf } from "./deduplication.ts";
import type { MachineRegistry } from "./machine-registry.ts";
import { type Decoded, decode, type Reading, type Rejection, rejection } from "./reading.ts";

/** Readings a batch holds at most, unless one message brings more. */
const batchReadings = 20_000;
/** Least time between two inserts: each makes a part in five tables, and the engine has to merge them. */
const pauseMilliseconds = 100;
/** How far a device's clock may be ahead. */
const clockToleranceMilliseconds = 10 * 60_000;
const channelsPerMachine = 200;
const firstRetryMilliseconds = 250;
const longestRetryMilliseconds = 15_000;

export interface Flow {
  /** Messages received since start. */
  readonly messages: number;
  /** Readings committed since start. */
  readonly stored: number;
  /** Readings or messages kept as rejected since start. */
  readonly rejected: number;
  /** Readings that the store already had since start. */
  readonly duplicates: number;
  /** Messages received and not yet committed. */
  readonly waiting: number;
  /** Age of the oldest message not yet committed, in milliseconds. */
  readonly lagMilliseconds: number;
  /** What the last insert failed with, while it is being tried again. */
  readonly failure?: string;
}

export interface IngestOptions {
  readonly client: ClickHouseClient;
  readonly country: Country;
  readonly registry: MachineRegistry;
  readonly log: { warn(fields: object, message: string): void };
  /** The store can't go on: its disk is full or broken. Nothing acknowledged is lost; the caller stops the stack. */
  readonly onFatal: (error: Error) => void;
}

interface Waiting {
  readonly decoded: Decoded;
  readonly message: { readonly company: string; readonly topic: string; readonly payload: Buffer };
  readonly receivedAt: number;
  readonly settle: (error?: Error) => void;
}

export class StoreFullError extends Error {
  override readonly name = "StoreFullError";
}

export class Ingest {
  readonly #client: ClickHouseClient;
  readonly #registry: MachineRegistry;
  readonly #deduplication: Deduplication;
  readonly #options: IngestOptions;
  readonly #retentionMilliseconds: number;
  readonly #channels = new Map<string, Set<string>>();
  #queue: Waiting[] = [];
  #inFlight: readonly Waiting[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;
  #messages = 0;
  #stored = 0;
  #rejected = 0;
  #duplicates = 0;
  #failure: string | undefined;

  private constructor(options: IngestOptions, deduplication: Deduplication) {
    this.#options = options;
    this.#client = options.client;
    this.#registry = options.registry;
    this.#deduplication = deduplication;
    this.#retentionMilliseconds = retentionMilliseconds(options.country.telemetry.retention.raw);
    for (const series of deduplication.series.keys()) {
      const slash = series.lastIndexOf("/");
      this.#rememberChannel(series.slice(0, slash), series.slice(slash + 1));
    }
  }

  static async open(options: IngestOptions): Promise<Ingest> {
    return new Ingest(options, await Deduplication.open(options.client));
  }

  get flow(): Flow {
    const oldest = this.#inFlight[0] ?? this.#queue[0];
    return {
      messages: this.#messages,
      stored: this.#stored,
      rejected: this.#rejected,
      duplicates: this.#duplicates,
      waiting: this.#inFlight.length + this.#queue.length,
      lagMilliseconds: oldest === undefined ? 0 : Date.now() - oldest.receivedAt,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  /** Settles once the message's readings and rejections are committed; with an error if they never will be. */
  accept(company: string, topic: string, payload: Buffer, settle: (error?: Error) => void): void {
    const now = Date.now();
    const range = { from: now - this.#retentionMilliseconds, to: now + clockToleranceMilliseconds };
    this.#enqueue(decode(company, topic, payload, range), { company, topic, payload }, settle);
  }

  /** Keeps a message that must not be decoded, such as one on another company's topic. */
  reject(rejected: Rejection, settle: (error?: Error) => void): void {
    const { company, topic } = rejected;
    this.#enqueue(
      { readings: [], rejections: [rejected] },
      { company, topic, payload: Buffer.alloc(0) },
      settle,
    );
  }

  /** Commits what has come in, then takes no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  #enqueue(decoded: Decoded, message: Waiting["message"], settle: (error?: Error) => void): void {
    if (this.#stopped) {
      settle(new Error("The ingest is stopping."));
      return;
    }
    this.#messages += 1;
    this.#queue.push({ decoded, message, receivedAt: Date.now(), settle });
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    // Messages of one turn of the event loop belong together.
    await new Promise(setImmediate);
    while (this.#queue.length > 0) {
      const started = Date.now();
      this.#inFlight = this.#takeBatch();
      const error = await this.#commitWithRetries(this.#inFlight);
      const done = this.#inFlight;
      this.#inFlight = [];
      for (const waiting of done) waiting.settle(error);
      if (error !== undefined) {
        this.#stopped = true;
        for (const waiting of this.#queue.splice(0)) waiting.settle(error);
        this.#options.onFatal(error);
        return;
      }
      const pause = pauseMilliseconds - (Date.now() - started);
      if (pause > 0 && !this.#stopped && this.#queue.length < batchReadings / 4) await delay(pause);
    }
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

  async #commitWithRetries(batch: readonly Waiting[]): Promise<Error | undefined> {
    let pause = firstRetryMilliseconds;
    for (let attempt = 0; ; attempt += 1) {
      try {
        await this.#commit(batch, attempt > 0);
        this.#failure = undefined;
        return undefined;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (isDiskFull(message)) return new StoreFullError(message);
        this.#failure = message;
        this.#options.log.warn(
          { attempt, messages: batch.length, error: message },
          "an insert failed and is tried again",
        );
        if (isAboutTheData(message)) {
          if (batch.length > 1) return this.#commitInHalves(batch);
          const { company, topic, payload } = batch[0]!.message;
          const kept = rejection(
            company,
            topic,
            payload,
            "value-malformed",
            `The store refused it: ${message.slice(0, 300)}`,
          );
          await this.#insertRejections([kept], Date.now());
          this.#failure = undefined;
          return undefined;
        }
        if (this.#stopped && attempt >= 3) return error as Error;
        await delay(pause);
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

  async #commit(batch: readonly Waiting[], verifyAll: boolean): Promise<void> {
    const rejections: Rejection[] = [];
    const known = await this.#registered(batch, rejections);
    const { fresh, duplicates, conflicts } = await this.#deduplication.sort(known, verifyAll);
    for (const { reading, stored } of conflicts) {
      const detail = `Another value (${stored}) is already stored for this machine, channel and time. Two readings of one channel need different times.`;
      rejections.push(rejectionOf(reading, "time-conflict", detail));
    }
    const receivedAt = Date.now();
    if (fresh.length > 0) {
      await this.#client.insert({
        table: "raw",
        columns: ["company", "site", "machine", "channel", "time", "number", "text", "received_at"],
        values: rows(fresh, receivedAt),
        format: "JSONCompactEachRow",
      });
    }
    await this.#insertRejections(rejections, receivedAt);
    this.#stored += fresh.length;
    this.#duplicates += duplicates;
  }

  /** Readings of registered machines; the others go to `rejections`. */
  async #registered(batch: readonly Waiting[], rejections: Rejection[]): Promise<Reading[]> {
    const machineOf = (reading: Reading) => `${reading.company}/${reading.site}/${reading.machine}`;
    const machines = new Set<string>();
    for (const { decoded } of batch) {
      rejections.push(...decoded.rejections);
      for (const reading of decoded.readings) machines.add(machineOf(reading));
    }
    const unregistered = await this.#registry.unregistered(machines);
    const known: Reading[] = [];
    for (const { decoded } of batch) {
      for (const reading of decoded.readings) {
        const machine = machineOf(reading);
        if (unregistered.has(machine)) {
          const detail = `${machine} is not registered. Add the machine in the web app first, with the same site and machine ids.`;
          rejections.push(rejectionOf(reading, "machine-not-registered", detail));
        } else if (!this.#allowsChannel(reading, machine)) {
          const detail = `${machine} already uses ${channelsPerMachine} channels, the most that a machine may have.`;
          rejections.push(rejectionOf(reading, "too-many-channels", detail));
        } else known.push(reading);
      }
    }
    return known;
  }

  #allowsChannel(reading: Reading, machine: string): boolean {
    const channels = this.#channels.get(machine);
    if (channels?.has(reading.channel)) return true;
    if (channels !== undefined && channels.size >= channelsPerMachine) return false;
    this.#rememberChannel(machine, reading.channel);
    return true;
  }

  #rememberChannel(machine: string, channel: string): void {
    const channels = this.#channels.get(machine);
    if (channels === undefined) this.#channels.set(machine, new Set([channel]));
    else channels.add(channel);
  }

  async #insertRejections(rejections: readonly Rejection[], receivedAt: number): Promise<void> {
    if (rejections.length === 0) return;
    await this.#client.insert({
      table: "rejected",
      values: rejections.map((r) => ({ received_at: new Date(receivedAt).toISOString(), ...wellFormed(r) })),
      format: "JSONEachRow",
    });
    this.#rejected += rejections.length;
  }
}

function rows(readings: readonly Reading[], receivedAt: number): unknown[][] {
  const received = (receivedAt / 1000).toFixed(3);
  return readings.map((r) => [
    r.company,
    r.site,
    r.machine,
    r.channel,
    (r.time / 1000).toFixed(3),
    r.number,
    r.text.toWellFormed(),
    received,
  ]);
}

function wellFormed(kept: Rejection): Rejection {
  return {
    ...kept,
    topic: kept.topic.toWellFormed(),
    payload: kept.payload.toWellFormed(),
    detail: kept.detail.toWellFormed(),
  };
}

function rejectionOf(reading: Reading, reason: Rejection["reason"], detail: string): Rejection {
  const topic = `sme/v1/${seriesOf(reading)}`;
  const payload = JSON.stringify({ t: reading.time, v: reading.number ?? reading.text });
  return { company: reading.company, topic, payload, reason, detail };
}

function isDiskFull(message: string): boolean {
  return /NOT_ENOUGH_SPACE|No space left on device|ENOSPC|Read-only file system|EROFS/i.test(message);
}

/** ClickHouse's errors for input that it cannot read. */
function isAboutTheData(message: string): boolean {
  return /CANNOT_PARSE|INCORRECT_DATA|TYPE_MISMATCH|ILLEGAL_TYPE|DECIMAL_OVERFLOW|ARGUMENT_OUT_OF_BOUND|SYNTAX_ERROR/.test(
    message,
  );
}

function retentionMilliseconds(period: string): number {
  const days = { D: 1, M: 30, Y: 365 }[period.slice(-1) as "D" | "M" | "Y"];
  return Number.parseInt(period.slice(1, -1), 10) * days * 86_400_000;
}

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
