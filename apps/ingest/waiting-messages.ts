/** Messages taken in and not yet committed: the queue, the batch that is being committed, and the memory they hold. */
import type { Decoded } from "./reading.ts";
import type { ReceivedMessage } from "./rejection.ts";

/** Readings a batch holds at most, unless one message brings more. */
export const batchReadings = 20_000;
/** Above either, `isSaturated` asks the callers to wait: the store is slower than the messages come in. */
const mostMessages = 50_000;
const mostBytes = 32 * 1024 * 1024;

export interface WaitingMessage {
  readonly message: ReceivedMessage;
  readonly decoded: Decoded;
  /** Epoch milliseconds. */
  readonly arrivedAt: number;
  readonly settle: (error?: Error) => void;
  /** Aborted once the broker has given the message to another consumer: it must no longer be committed here. */
  readonly taken: AbortSignal | undefined;
}

export class WaitingMessages {
  #queue: WaitingMessage[] = [];
  #batch: readonly WaitingMessage[] = [];
  #bytes = 0;

  get count(): number {
    return this.#batch.length + this.#queue.length;
  }

  /** Without the batch that is being committed. */
  get queued(): number {
    return this.#queue.length;
  }

  get isSaturated(): boolean {
    return this.count >= mostMessages || this.#bytes >= mostBytes;
  }

  /** Age of the oldest in milliseconds; 0 where none waits. */
  get lagMilliseconds(): number {
    const oldest = this.#batch[0] ?? this.#queue[0];
    return oldest === undefined ? 0 : Date.now() - oldest.arrivedAt;
  }

  add(waiting: WaitingMessage): void {
    this.#bytes += waiting.message.payload.length;
    this.#queue.push(waiting);
  }

  takeBatch(): readonly WaitingMessage[] {
    let readings = 0;
    let end = 0;
    while (end < this.#queue.length && readings < batchReadings) {
      readings += this.#queue[end]!.decoded.readings.length;
      end += 1;
    }
    if (end === this.#queue.length) {
      this.#batch = this.#queue;
      this.#queue = [];
    } else this.#batch = this.#queue.splice(0, end);
    return this.#batch;
  }

  settleBatch(error: Error | undefined): void {
    const batch = this.#batch;
    this.#batch = [];
    for (const waiting of batch) this.#settle(waiting, error);
  }

  settleQueue(error: Error): void {
    for (const waiting of this.#queue.splice(0)) this.#settle(waiting, error);
  }

  /** Settles queued messages that the broker has given to another consumer. */
  releaseTaken(): void {
    const released = this.#queue.filter(isTaken);
    this.#queue = this.#queue.filter((waiting) => !isTaken(waiting));
    for (const waiting of released) this.#settle(waiting, undefined);
  }

  #settle(waiting: WaitingMessage, error: Error | undefined): void {
    this.#bytes -= waiting.message.payload.length;
    const taken = isTaken(waiting) ? new Error("The message was given to another consumer.") : undefined;
    waiting.settle(error ?? taken);
  }
}

export function isTaken({ taken }: WaitingMessage): boolean {
  return taken?.aborted === true;
}
