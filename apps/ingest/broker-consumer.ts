/**
 * Brings the messages of a cluster's broker to ingest: one connection, a consumer for each queue. Connects again for as
 * long as it takes. Where several ingests run, each gives up queues beyond its share, so that all work.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Channel } from "amqplib";
import {
  type BrokerAddress,
  type BrokerCertificates,
  type BrokerLine,
  connectBroker,
  heartbeatSeconds,
} from "./broker-connection.ts";
import type { Ingest } from "./ingest.ts";
import { QueueConsumer } from "./queue-consumer.ts";
import { textOf } from "./store-error.ts";

/** In hand of all queues; a connection's messages wait in its socket above that. */
const mostBytesInHand = 48 * 2 ** 20;
const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 15_000;
const standardLookMilliseconds = 10_000;
/** Queues that come within it share one look; and what another process was just about to insert is under way after it. */
const gatherMilliseconds = 500;
/** The broker gives a silent connection's messages to another after two heartbeats; this end must do so before. */
const longestSilenceMilliseconds = heartbeatSeconds * 1000 * 1.5;

export interface BrokerConsumerOptions {
  readonly address: BrokerAddress;
  /** Read anew for each connection. */
  readonly readCertificates: () => BrokerCertificates;
  readonly queues: readonly string[];
  readonly ingest: Ingest;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** How many ingests take from these queues, this one included; the broker tells of the active ones alone. */
  readonly ingests: () => Promise<number>;
  /** How often the messages that wait are counted and queues are shared out. */
  readonly lookMilliseconds?: number;
}

export interface QueueState {
  readonly queue: string;
  readonly isActive: boolean;
  /** Messages that wait in the broker and are in nobody's hand; undefined before the first look. */
  readonly waiting: number | undefined;
}

export class BrokerConsumer {
  readonly #options: BrokerConsumerOptions;
  readonly #stopping = new AbortController();
  readonly #consumers = new Map<string, QueueConsumer>();
  readonly #waiting = new Map<string, number>();
  readonly #running: Promise<void>;
  #line: BrokerLine | undefined;
  #endLine: ((error: Error) => void) | undefined;
  #bytesInHand = 0;
  #problem: string | undefined = "connecting to the broker";
  #storeProblem: string | undefined;
  #looking = false;
  #takingOver: { readonly started: boolean; readonly done: Promise<void> } | undefined;

  constructor(options: BrokerConsumerOptions) {
    this.#options = options;
    this.#running = this.#run();
  }

  /** Why nothing is consumed; undefined when all is well. */
  get problem(): string | undefined {
    return this.#problem ?? this.#storeProblem;
  }

  get queues(): readonly QueueState[] {
    return this.#options.queues.map((queue) => ({
      queue,
      isActive: this.#consumers.get(queue)?.isActive ?? false,
      waiting: this.#waiting.get(queue),
    }));
  }

  async #look(channel: Channel): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const queue of this.#options.queues)
        this.#waiting.set(queue, (await channel.checkQueue(queue)).messageCount);
      await this.#giveUpOneBeyondShare();
    } finally {
      this.#looking = false;
    }
  }

  /** Takes no more, acknowledges what ingest commits now, and ends the connection: the rest goes to others. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([...this.#consumers.values()].map((consumer) => consumer.leave()));
    this.#endLine?.(new Error("stopping"));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log } = this.#options;
    let pause = firstPauseMilliseconds;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#consumeUntilProblem(() => {
          pause = firstPauseMilliseconds;
        });
      } catch (error) {
        if (this.#stopping.signal.aborted) break;
        this.#problem = `the broker: ${textOf(error)}`;
        log.warn({ error: textOf(error), againInMilliseconds: pause }, "the connection to the broker ended");
      }
      await delay(pause, undefined, { signal: this.#stopping.signal }).catch(() => {});
      pause = Math.min(pause * 2, longestPauseMilliseconds);
    }
    this.#problem = "stopping";
  }

  async #consumeUntilProblem(onConsuming: () => void): Promise<void> {
    const { address, queues, log } = this.#options;
    const line = await connectBroker(
      address,
      this.#options.readCertificates(),
      () => this.#bytesInHand >= mostBytesInHand,
    );
    this.#line = line;
    const { model } = line;
    if (this.#stopping.signal.aborted) return closeQuietly(line);
    const problem = new Promise<never>((_, reject) => {
      this.#endLine = reject;
      model.on("error", reject);
      model.on("close", (error?: Error) => reject(error ?? new Error("The broker closed the connection.")));
    });
    problem.catch(() => {});
    const timers: NodeJS.Timeout[] = [];
    try {
      const control = await model.createChannel();
      control.on("error", (error: Error) => this.#endLine?.(error));
      // In an order of its own, so that not every ingest stands first in line for the same queues.
      const first = Math.floor(Math.random() * queues.length);
      for (const queue of [...queues.slice(first), ...queues.slice(0, first)]) await this.#open(queue);
      const look = () => this.#look(control).catch((error: Error) => this.#endLine?.(error));
      timers.push(
        setInterval(look, this.#options.lookMilliseconds ?? standardLookMilliseconds),
        setInterval(() => line.endIfSilentFor(longestSilenceMilliseconds), 1000),
      );
      await look();
      this.#problem = undefined;
      onConsuming();
      log.info({ queues: queues.length }, "consuming from the broker");
      await problem;
    } finally {
      for (const timer of timers) clearInterval(timer);
      this.#endLine = undefined;
      this.#line = undefined;
      for (const consumer of this.#consumers.values()) consumer.abandon();
      this.#consumers.clear();
      this.#options.ingest.releaseTaken();
      await closeQuietly(line);
    }
  }

  async #open(queue: string): Promise<void> {
    const consumer = await QueueConsumer.open({
      model: this.#line!.model,
      queue,
      ingest: this.#options.ingest,
      takeOver: () => this.#takeOver(),
      onTaken: (bytes) => {
        this.#bytesInHand += bytes;
      },
      onSettled: (bytes) => {
        this.#bytesInHand -= bytes;
        this.#line?.goOn();
      },
      onProblem: (error) => this.#endLine?.(error),
    });
    this.#consumers.set(queue, consumer);
  }

  /** Queues that come at once, as after a start, share one look into the store. */
  #takeOver(): Promise<void> {
    const { ingest } = this.#options;
    if (this.#takingOver !== undefined && !this.#takingOver.started) return this.#takingOver.done;
    const before = this.#takingOver?.done;
    const state = { started: false, done: Promise.resolve() };
    state.done = (async () => {
      await before?.catch(() => {});
      await delay(gatherMilliseconds);
      state.started = true;
      await this.#withStore(() => ingest.takeOver());
    })();
    this.#takingOver = state;
    return state.done;
  }

  /** Tries until the store answers or the program stops. */
  async #withStore(action: () => Promise<void>): Promise<void> {
    let pause = firstPauseMilliseconds;
    for (;;) {
      try {
        await action();
        this.#storeProblem = undefined;
        return;
      } catch (error) {
        this.#stopping.signal.throwIfAborted();
        this.#storeProblem = `the time-series store: ${textOf(error)}`;
        this.#options.log.warn({ error: textOf(error) }, "what is stored could not be read; tried again");
      }
      await delay(pause, undefined, { signal: this.#stopping.signal });
      pause = Math.min(pause * 2, longestPauseMilliseconds);
    }
  }

  /** The next in line becomes active; this consumer queues up again. */
  async #giveUpOneBeyondShare(): Promise<void> {
    const { queues, log, ingests } = this.#options;
    // Where that can't be asked now, all stays as it is.
    const count = await ingests().catch(() => 1);
    const active = [...this.#consumers.values()].filter((consumer) => consumer.isActive);
    const share = Math.ceil(queues.length / Math.max(1, count));
    if (active.length <= share || this.#stopping.signal.aborted) return;
    const given = active[Math.floor(Math.random() * active.length)]!;
    log.info({ queue: given.queue, active: active.length, share }, "a queue is left to another ingest");
    const line = this.#line;
    await given.leave();
    if (this.#line !== undefined && this.#line === line && !this.#stopping.signal.aborted)
      await this.#open(given.queue);
  }
}

async function closeQuietly({ model }: BrokerLine): Promise<void> {
  try {
    await model.close();
  } catch {
    // It was closed.
  }
}
