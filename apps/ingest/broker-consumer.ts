/**
 * Brings the messages of a cluster's broker to ingest: one connection, a consumer for each queue. Reconnects until it is
 * stopped. Where several ingests run, each gives up queues beyond its share, so that all of them work.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Channel } from "amqplib";
import {
  type AmqpConnection,
  type BrokerAddress,
  type BrokerCertificates,
  connectAmqp,
  heartbeatSeconds,
} from "./amqp-connection.ts";
import { existingQueues } from "./existing-queues.ts";
import type { Ingest } from "./ingest.ts";
import { QueueConsumer } from "./queue-consumer.ts";
import { textOf } from "./store-error.ts";
import { firstPauseMilliseconds, longestPauseMilliseconds, TakeOver } from "./take-over.ts";

/** Of unacknowledged messages of all queues; above that the connection is not read. */
const mostUnacknowledgedBytes = 48 * 2 ** 20;
const standardLookMilliseconds = 10_000;
/** The broker gives a silent connection's messages to another consumer after two heartbeats; this end must close it before. */
const longestSilenceMilliseconds = heartbeatSeconds * 1000 * 1.5;

export interface BrokerConsumerOptions {
  readonly address: BrokerAddress;
  /** Read for each connection. */
  readonly readCertificates: () => BrokerCertificates;
  /** Of the configuration: `readings-1` and so on. What the broker has beyond them is read as well. */
  readonly queues: readonly string[];
  readonly ingest: Ingest;
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  /** How many ingests consume these queues, this one included; the broker shows the active consumers only. */
  readonly ingests: () => Promise<number>;
  /** How often waiting messages are counted and queues beyond this ingest's share are given up. */
  readonly lookMilliseconds?: number;
}

export interface QueueState {
  readonly queue: string;
  readonly isActive: boolean;
  /** Messages in the broker that no consumer has; undefined before the first count. */
  readonly waiting: number | undefined;
}

export class BrokerConsumer {
  readonly #options: BrokerConsumerOptions;
  readonly #stopping = new AbortController();
  readonly #consumers = new Map<string, QueueConsumer>();
  readonly #waiting = new Map<string, number>();
  readonly #running: Promise<void>;
  readonly #takeOver: TakeOver;
  /** Those of the configuration, and those that the broker had beyond them at the last connection. */
  #queues: readonly string[];
  #connection: AmqpConnection | undefined;
  #endConnection: ((error: Error) => void) | undefined;
  #unacknowledgedBytes = 0;
  #problem: string | undefined = "connecting to the broker";
  #isLooking = false;

  constructor(options: BrokerConsumerOptions) {
    this.#options = options;
    this.#queues = options.queues;
    this.#takeOver = new TakeOver(options.ingest, options.log, this.#stopping.signal);
    this.#running = this.#run();
  }

  /** Why nothing is consumed; undefined when all is well. */
  get problem(): string | undefined {
    return this.#problem ?? this.#takeOver.problem;
  }

  get queues(): readonly QueueState[] {
    return this.#queues.map((queue) => ({
      queue,
      isActive: this.#consumers.get(queue)?.isActive ?? false,
      waiting: this.#waiting.get(queue),
    }));
  }

  async #look(channel: Channel): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      for (const queue of this.#queues)
        this.#waiting.set(queue, (await channel.checkQueue(queue)).messageCount);
      await this.#giveUpOneBeyondShare();
    } finally {
      this.#isLooking = false;
    }
  }

  /** Takes no more, acknowledges what ingest still commits, and ends the connection: the rest goes to other consumers. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.allSettled([...this.#consumers.values()].map((consumer) => consumer.leave()));
    this.#endConnection?.(new Error("stopping"));
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
    const { address, log } = this.#options;
    const connection = await connectAmqp(
      address,
      this.#options.readCertificates(),
      () => this.#unacknowledgedBytes >= mostUnacknowledgedBytes,
    );
    this.#connection = connection;
    const { model } = connection;
    if (this.#stopping.signal.aborted) return closeQuietly(connection);
    const problem = new Promise<never>((_, reject) => {
      this.#endConnection = reject;
      model.on("error", reject);
      model.on("close", (error?: Error) => reject(error ?? new Error("The broker closed the connection.")));
    });
    problem.catch(() => {});
    const timers: NodeJS.Timeout[] = [];
    try {
      const control = await model.createChannel();
      control.on("error", (error: Error) => this.#endConnection?.(error));
      const queues = await existingQueues(model, this.#options.queues);
      this.#queues = queues;
      // Starting at a random queue, so that the ingests do not all become active for the same queues.
      const first = Math.floor(Math.random() * queues.length);
      for (const queue of [...queues.slice(first), ...queues.slice(0, first)]) await this.#open(queue);
      const look = () => this.#look(control).catch((error: Error) => this.#endConnection?.(error));
      timers.push(
        setInterval(look, this.#options.lookMilliseconds ?? standardLookMilliseconds),
        setInterval(() => connection.endIfSilentFor(longestSilenceMilliseconds), 1000),
      );
      await look();
      this.#problem = undefined;
      onConsuming();
      log.info({ queues: queues.length }, "consuming from the broker");
      await problem;
    } finally {
      for (const timer of timers) clearInterval(timer);
      this.#endConnection = undefined;
      this.#connection = undefined;
      for (const consumer of this.#consumers.values()) consumer.abandon();
      this.#consumers.clear();
      this.#options.ingest.releaseTaken();
      await closeQuietly(connection);
    }
  }

  async #open(queue: string): Promise<void> {
    const consumer = await QueueConsumer.open({
      model: this.#connection!.model,
      queue,
      ingest: this.#options.ingest,
      takeOver: () => this.#takeOver.run(),
      onTaken: (bytes) => {
        this.#unacknowledgedBytes += bytes;
      },
      onSettled: (bytes) => {
        this.#unacknowledgedBytes -= bytes;
        this.#connection?.resume();
      },
      onProblem: (error) => this.#endConnection?.(error),
    });
    this.#consumers.set(queue, consumer);
  }

  /** The broker makes the next consumer active; this one subscribes again and becomes the last. */
  async #giveUpOneBeyondShare(): Promise<void> {
    const { log, ingests } = this.#options;
    // Unknown while the relational store is away: then this ingest keeps its queues.
    const count = await ingests().catch(() => 1);
    const active = [...this.#consumers.values()].filter((consumer) => consumer.isActive);
    const share = Math.ceil(this.#queues.length / Math.max(1, count));
    if (active.length <= share || this.#stopping.signal.aborted) return;
    const given = active[Math.floor(Math.random() * active.length)]!;
    log.info({ queue: given.queue, active: active.length, share }, "a queue is left to another ingest");
    const connection = this.#connection;
    await given.leave();
    if (this.#connection !== undefined && this.#connection === connection && !this.#stopping.signal.aborted)
      await this.#open(given.queue);
  }
}

async function closeQuietly({ model }: AmqpConnection): Promise<void> {
  try {
    await model.close();
  } catch {
    // It is closed already.
  }
}
