/**
 * Takes the messages of one queue, of which the broker makes one consumer active at a time. AMQP 0-9-1 does not tell a
 * consumer that it becomes active: its first delivery shows it. Messages then wait until ingest has read what the previous
 * consumer has stored. Each is acknowledged when it is committed.
 */
import type { Channel, ChannelModel, ConsumeMessage } from "amqplib";
import type { Ingest } from "./ingest.ts";
import { topicOf, topicRoot } from "./reading.ts";
import type { ReceivedMessage } from "./rejection.ts";

/** Messages that the broker delivers before the first is acknowledged. */
const prefetch = 2000;

export interface QueueConsumerOptions {
  readonly model: ChannelModel;
  readonly queue: string;
  readonly ingest: Ingest;
  /** Reads what others have stored; waits for the store where that is away. */
  readonly takeOver: () => Promise<void>;
  /** Called for each message taken in and settled, with its bytes. */
  readonly onTaken: (bytes: number) => void;
  readonly onSettled: (bytes: number) => void;
  /** The channel can no longer be used. */
  readonly onProblem: (error: Error) => void;
}

export class QueueConsumer {
  readonly queue: string;
  readonly #options: QueueConsumerOptions;
  readonly #channel: Channel;
  /** Aborted once the broker gives unacknowledged messages to another consumer. */
  readonly #ended = new AbortController();
  /** Taken in while ingest reads what is stored; empty and unused after. */
  #held: ConsumeMessage[] = [];
  #state: "standby" | "taking-over" | "active" | "leaving" = "standby";
  #delivered = 0;
  #unsettled = 0;
  #toAcknowledge: ConsumeMessage | undefined;
  #onEmpty: (() => void) | undefined;

  private constructor(options: QueueConsumerOptions, channel: Channel) {
    this.queue = options.queue;
    this.#options = options;
    this.#channel = channel;
  }

  static async open(options: QueueConsumerOptions): Promise<QueueConsumer> {
    const channel = await options.model.createChannel();
    const consumer = new QueueConsumer(options, channel);
    channel.on("error", (error: Error) => consumer.#fail(error));
    channel.on("close", () =>
      consumer.#fail(new Error(`The broker closed the channel of ${options.queue}.`)),
    );
    await channel.prefetch(prefetch);
    await channel.consume(options.queue, (message) => consumer.#take(message));
    return consumer;
  }

  /** Whether the broker gives this consumer the queue's messages, as far as deliveries show it. */
  get isActive(): boolean {
    return this.#state === "taking-over" || this.#state === "active";
  }

  /** Waits until ingest has committed what it has, then leaves all other messages to another consumer. */
  async leave(): Promise<void> {
    this.#state = "leaving";
    this.#release(this.#held.splice(0));
    if (this.#unsettled > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve));
    await this.#close();
  }

  /** The connection ended, or is about to: the broker gives messages not yet acknowledged to another consumer. */
  abandon(): void {
    this.#ended.abort();
    this.#release(this.#held.splice(0));
    this.#onEmpty?.();
  }

  async #close(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    this.#acknowledge();
    this.#ended.abort();
    await this.#channel.close();
  }

  #fail(error: Error): void {
    if (this.#ended.signal.aborted) return;
    this.abandon();
    this.#options.onProblem(error);
  }

  #take(message: ConsumeMessage | null): void {
    if (this.#ended.signal.aborted) return;
    if (message === null) {
      this.#fail(new Error(`The broker ended the consumer of ${this.queue}: was the queue deleted?`));
      return;
    }
    // It goes back to the queue when the channel is closed.
    if (this.#state === "leaving") return;
    this.#options.onTaken(message.content.length);
    if (this.#state === "active") {
      this.#accept(message);
      return;
    }
    this.#held.push(message);
    if (this.#state === "standby") void this.#takeOver();
  }

  async #takeOver(): Promise<void> {
    this.#state = "taking-over";
    try {
      await this.#options.takeOver();
    } catch (error) {
      this.#fail(error as Error);
      return;
    }
    if (this.#state !== "taking-over" || this.#ended.signal.aborted) return;
    this.#state = "active";
    for (const message of this.#held.splice(0)) this.#accept(message);
  }

  #accept(message: ConsumeMessage): void {
    const { ingest, onSettled } = this.#options;
    this.#unsettled += 1;
    ingest.accept(
      this.#messageOf(message),
      (error) => {
        this.#unsettled -= 1;
        onSettled(message.content.length);
        // Without an acknowledgement the broker delivers it again.
        if (error === undefined) this.#settle(message);
        if (this.#unsettled === 0) this.#onEmpty?.();
      },
      this.#ended.signal,
    );
  }

  #messageOf({ content, fields }: ConsumeMessage): ReceivedMessage {
    this.#delivered += 1;
    // Identifiers have no dots, so a usable topic is restored exactly.
    const topic = topicOf(fields.routingKey);
    return {
      // The broker lets a sender use its own company's topics only.
      company: topic.startsWith(`${topicRoot}/`) ? (topic.split("/")[2] ?? "") : "",
      topic,
      payload: content,
      redelivered: fields.redelivered,
      // Messages that the previous consumer had are the first in the queue, whatever the flag says.
      maybeStored: fields.redelivered || this.#delivered <= prefetch,
    };
  }

  /** One acknowledgement for all messages committed in one turn of the event loop: they settle in their order. */
  #settle(message: ConsumeMessage): void {
    if (this.#toAcknowledge === undefined) setImmediate(() => this.#acknowledge());
    this.#toAcknowledge = message;
  }

  #acknowledge(): void {
    const message = this.#toAcknowledge;
    this.#toAcknowledge = undefined;
    if (message !== undefined && !this.#ended.signal.aborted) this.#channel.ack(message, true);
  }

  #release(messages: readonly ConsumeMessage[]): void {
    for (const message of messages) this.#options.onSettled(message.content.length);
  }
}
