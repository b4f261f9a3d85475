/**
 * One client's connection and its messages in flight: taken in and not yet committed. Above its limits, or while the store
 * is behind, nothing more is read from the socket, and TCP makes the client wait.
 */
import type { Socket } from "node:net";
import type { Client } from "aedes";
import type { BrokerLimits } from "./limits.ts";
import type { AuthenticatedLogin } from "./login.ts";

interface Parser {
  packet: { length: number };
  _parseLength(): boolean;
}

export class Connection {
  readonly socket: Socket;
  login: AuthenticatedLogin | undefined;
  /** The last will's topic and payload, from CONNECT. */
  will: { readonly topic: string; readonly payload: Buffer } | undefined;
  readonly #startedAt = performance.now();
  readonly #limits: BrokerLimits;
  /** The store is behind: no connection is read. */
  readonly #isSaturated: () => boolean;
  #messages = 0;
  #bytes = 0;
  #isPaused = false;

  constructor(socket: Socket, limits: BrokerLimits, isSaturated: () => boolean) {
    this.socket = socket;
    this.#limits = limits;
    this.#isSaturated = isSaturated;
    // aedes reads by `read` when the socket is `readable`; both are the stream's public interface.
    const read = socket.read.bind(socket);
    socket.read = (size?: number) => {
      this.#isPaused = this.#mustWait;
      return this.#isPaused ? null : read(size);
    };
  }

  get ageMilliseconds(): number {
    return performance.now() - this.#startedAt;
  }

  get inFlight(): number {
    return this.#messages;
  }

  takeIn(bytes: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
  }

  settle(bytes: number): void {
    this.#messages -= 1;
    this.#bytes -= bytes;
    this.resume();
  }

  /** Reads again if reading was paused and the limits allow it. */
  resume(): void {
    if (!this.#isPaused || this.#mustWait) return;
    this.#isPaused = false;
    this.socket.emit("readable");
  }

  /** aedes' parser has no limit of its own, and a packet may announce 256 MiB. */
  limitPackets(client: Client, onTooLong: (bytes: number) => void): void {
    const parser = (client as unknown as { _parser: Parser })._parser;
    const parseLength = parser._parseLength.bind(parser);
    parser._parseLength = () => {
      const parsed = parseLength();
      const { length } = parser.packet;
      if (length <= this.#limits.packetBytes) return parsed;
      onTooLong(length);
      this.socket.destroy();
      return false;
    };
  }

  get #mustWait(): boolean {
    return (
      this.#messages >= this.#limits.messagesInFlight ||
      this.#bytes >= this.#limits.bytesInFlight ||
      this.#isSaturated()
    );
  }
}
