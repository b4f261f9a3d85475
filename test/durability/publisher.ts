/**
 * A device that publishes as fast as it gets acknowledgements, and records them. After a reconnect the client library
 * sends messages without a PUBACK again (with DUP), or, as some devices do, the program itself does so in a new session.
 */
import mqtt from "mqtt";
import type { Credential } from "../../stores/relational/companies.ts";

/** Messages in flight. The client library sends again one by one, each when the last was acknowledged. */
const windows = { library: 20, program: 300 };
/** The client library forgets a few when the connection breaks while it sends again; then the program sends them. */
const forgottenAfterMilliseconds = 1500;
const day = 86_400_000;

export interface Message {
  readonly topic: string;
  readonly payload: string;
  /** Value by time. */
  readonly readings: ReadonlyMap<number, number | string>;
}

export class Publisher {
  readonly machine: string;
  readonly acknowledged: Message[] = [];
  readonly #sendsAgainItself: boolean;
  readonly #qos: 1 | 2;
  readonly #window: number;
  readonly #random: () => number;
  readonly #pending = new Set<Message>();
  #client: mqtt.MqttClient | undefined;
  #time = Date.now() - 3_600_000;
  #value = 0;
  #isEnding = false;
  #progressAt = 0;

  /** @param options.window messages in flight at most. */
  constructor(
    machine: string,
    options: { sendsAgainItself: boolean; qos: 1 | 2; random: () => number; window?: number },
  ) {
    this.machine = machine;
    this.#sendsAgainItself = options.sendsAgainItself;
    this.#qos = options.qos;
    this.#window = options.window ?? windows[options.sendsAgainItself ? "program" : "library"];
    this.#random = options.random;
  }

  get pending(): number {
    return this.#pending.size;
  }

  /**
   * After each start of the broker.
   * @param tls absent: without TLS.
   */
  connect(
    port: number,
    credential: Credential,
    tls?: { readonly ca: string; readonly servername: string; readonly host?: string },
  ): void {
    // The client library connects again by itself.
    if (this.#client !== undefined && !this.#sendsAgainItself) return;
    this.#client?.end(true);
    const client = mqtt.connect(`${tls === undefined ? "mqtt" : "mqtts"}://127.0.0.1:${port}`, {
      ...credential,
      ...tls,
      clientId: credential.username,
      clean: this.#sendsAgainItself,
      protocolVersion: 4,
      reconnectPeriod: 50,
    });
    this.#client = client;
    client.on("error", () => {});
    client.on("connect", () => {
      this.#progressAt = Date.now();
    });
    client.once("connect", () => {
      if (this.#sendsAgainItself) for (const message of this.#pending) this.#publish(message, client);
      this.#fill();
    });
  }

  /** To be called from time to time. */
  sendForgotten(): void {
    const now = Date.now();
    if (this.#client?.connected !== true || now - this.#progressAt < forgottenAfterMilliseconds) return;
    this.#progressAt = now;
    for (const message of this.#pending) this.#publish(message, this.#client);
    this.#fill();
  }

  /** Sends nothing new; settles when all is acknowledged. */
  async end(): Promise<void> {
    this.#isEnding = true;
    while (this.#pending.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      this.sendForgotten();
    }
    await this.#client?.endAsync();
  }

  #fill(): void {
    while (!this.#isEnding && this.#pending.size < this.#window) {
      const message = this.#next();
      this.#pending.add(message);
      this.#publish(message, this.#client!);
    }
  }

  #publish(message: Message, client: mqtt.MqttClient): void {
    client.publish(message.topic, message.payload, { qos: this.#qos }, (error) => {
      if (error !== undefined && error !== null) return;
      this.#progressAt = Date.now();
      if (!this.#pending.delete(message)) return;
      this.acknowledged.push(message);
      // A turn of the event loop, so that many publishers share the processor.
      setImmediate(() => this.#fill());
    });
  }

  /** One reading, a batch, or a batch that was measured in several months. */
  #next(): Message {
    const kind = this.#random();
    const readings = new Map<number, number>();
    const take = (time: number) => readings.set(time, ++this.#value);
    if (kind < 0.85) take(++this.#time);
    else if (kind < 0.95) for (let count = 0; count < 20; count += 1) take(++this.#time);
    else for (let months = 0; months < 4; months += 1) take(++this.#time - months * 31 * day);
    const channel = `c-${Math.floor(this.#random() * 4)}`;
    const items = [...readings].map(([t, v]) => ({ t, v }));
    const payload = JSON.stringify(items.length === 1 ? items[0] : items);
    return { topic: `sme/v1/acme/plant/${this.machine}/${channel}`, payload, readings };
  }
}
