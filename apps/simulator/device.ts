/**
 * A machine's device: an MQTT 3.1.1 client over TLS with the machine's own login. Publishes with QoS 1, keeps readings
 * that it cannot send, and reconnects by itself, with a longer pause after each failure.
 */
import { connect as connectTls } from "node:tls";
import { MqttClient } from "mqtt";
import type { ConnectionGate } from "./connection-gate.ts";
import type { DeviceCounts } from "./device-counts.ts";
import { type DeviceReading, Outbox, type OutgoingMessage } from "./outbox.ts";

export interface MqttAddress {
  readonly host: string;
  /** TLS. */
  readonly port: number;
  /** PEM. */
  readonly certificateAuthority: string;
}

export interface DeviceOptions {
  readonly broker: MqttAddress;
  /** `sme/v1/<company>/<site>/<machine>`. */
  readonly topic: string;
  readonly username: string;
  readonly password: string;
  readonly gate: ConnectionGate;
  readonly counts: DeviceCounts;
}

/** Of one device: published and not yet acknowledged. */
const messagesInFlight = 10;
/** At most in one message; ingest accepts 1,000. */
const readingsPerMessage = 250;
/** Five hours at a reading every ten seconds. */
const readingsKeptPerChannel = 2000;
const firstWaitMilliseconds = 500;
const longestWaitMilliseconds = 30_000;
const connectMilliseconds = 15_000;

export class Device {
  readonly #options: DeviceOptions;
  readonly #outbox = new Outbox(readingsKeptPerChannel);
  readonly #client: MqttClient;
  #inFlight = 0;
  #unacknowledged = 0;
  #isConnected = false;
  #connections = 0;
  #wait = firstWaitMilliseconds;
  #timer: NodeJS.Timeout | undefined;
  #leaveGate = () => {};

  constructor(options: DeviceOptions) {
    this.#options = options;
    this.#client = mqttClient(options);
    this.#client.on("connect", () => this.#onConnect());
    this.#client.on("close", () => this.#onClose());
    this.#client.on("error", (error) => {
      options.counts.failure = error.message || String(error);
    });
  }

  /** Readings that the broker hasn't acknowledged. */
  get backlog(): number {
    return this.#outbox.size + this.#unacknowledged;
  }

  get dropped(): number {
    return this.#outbox.dropped;
  }

  connect(): void {
    this.#options.gate.enter((leave) => {
      this.#leaveGate = leave;
      if (this.#connections === 0) this.#client.connect();
      else {
        // Without its stores the client would forget unacknowledged messages.
        const { incomingStore, outgoingStore } = this.#client;
        this.#client.reconnect({ incomingStore, outgoingStore });
      }
    });
  }

  send(channel: string, reading: DeviceReading): void {
    this.#outbox.add(channel, reading);
  }

  /** Publishes waiting readings, as far as the limit of messages in flight allows. */
  flush(): void {
    while (this.#isConnected && this.#inFlight < messagesInFlight) {
      const message = this.#outbox.take(readingsPerMessage);
      if (message === undefined) return;
      this.#publish(message);
    }
  }

  /** The client keeps a message until it is acknowledged, and sends it again after a reconnect. */
  #publish({ channel, readings }: OutgoingMessage): void {
    const { counts, topic } = this.#options;
    this.#inFlight += 1;
    this.#unacknowledged += readings.length;
    counts.published += readings.length;
    const payload = JSON.stringify(readings.length === 1 ? readings[0] : readings);
    this.#client.publish(`${topic}/${channel}`, payload, { qos: 1 }, (error) => {
      this.#inFlight -= 1;
      this.#unacknowledged -= readings.length;
      if (error) {
        for (const reading of readings) this.#outbox.add(channel, reading);
        return;
      }
      counts.acknowledged += readings.length;
      this.flush();
    });
  }

  #onConnect(): void {
    const { counts } = this.#options;
    this.#leaveGate();
    this.#isConnected = true;
    this.#connections += 1;
    this.#wait = firstWaitMilliseconds;
    counts.connected += 1;
    counts.failure = undefined;
    if (this.#connections > 1) counts.reconnects += 1;
    this.flush();
  }

  #onClose(): void {
    this.#leaveGate();
    if (this.#isConnected) this.#options.counts.connected -= 1;
    this.#isConnected = false;
    if (this.#timer !== undefined) return;
    // Random, so that a thousand devices do not reconnect at the same time.
    const wait = this.#wait * (0.5 + Math.random());
    this.#wait = Math.min(longestWaitMilliseconds, this.#wait * 2);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.connect();
    }, wait);
  }
}

function mqttClient({ broker, username, password }: DeviceOptions): MqttClient {
  return new MqttClient(
    () =>
      connectTls({
        host: broker.host,
        port: broker.port,
        ca: broker.certificateAuthority,
        // The certificate names the address too; an address is no server name (RFC 6066, section 3).
        ...(isName(broker.host) ? { servername: broker.host } : {}),
      }),
    {
      // A cluster's broker identifies clients by client id alone: it must be unique among all companies' machines.
      clientId: username,
      username,
      password,
      protocolVersion: 4,
      clean: true,
      keepalive: 60,
      connectTimeout: connectMilliseconds,
      reconnectPeriod: 0,
      manualConnect: true,
      resubscribe: false,
    },
  );
}

function isName(host: string): boolean {
  return !host.includes(":") && !/^[\d.]+$/.test(host);
}
