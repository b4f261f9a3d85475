/**
 * One client's connection and its messages in flight: taken in and not yet committed. Above its limits or those of its login, or
 * while the store is behind, nothing more is read from the socket, and TCP makes the client wait.
 */
import type { Socket } from "node:net";
import type { BrokerLimits } from "./limits.ts";
import type { AuthenticatedLogin } from "./login.ts";

/** Connections of one login, and what they use together. */
export class ConnectionGroup {
  readonly connections = new Set<Connection>();
  bytesInFlight = 0;
  unreleased = 0;
  subscriptions = 0;
  unfinishedBytes = 0;
  /** A connection is not read because of the limit of all of them. */
  isWaiting = false;
}

export interface ConnectionOptions {
  readonly socket: Socket;
  readonly limits: BrokerLimits;
  /** Of connections that have not logged in. */
  readonly beforeLogin: ConnectionGroup;
  /** To be called when it logs in. */
  readonly loggedIn: () => void;
  /** The store is behind: no connection is read. */
  readonly isSaturated: () => boolean;
}

export class Connection {
  readonly socket: Socket;
  readonly loggedIn: () => void;
  login: AuthenticatedLogin | undefined;
  group: ConnectionGroup;
  /** The last will's topic and payload, from CONNECT. */
  will: { readonly topic: string; readonly payload: Buffer } | undefined;
  /** Identifiers of QoS 2 messages that wait for their PUBREL. */
  readonly unreleased = new Set<number>();
  /** Topic filters. */
  readonly subscriptions = new Set<string>();
  unfinishedBytes = 0;
  readonly #startedAt = performance.now();
  readonly #limits: BrokerLimits;
  readonly #isSaturated: () => boolean;
  #messages = 0;
  #bytes = 0;
  #isPaused = false;

  constructor({ socket, limits, beforeLogin, loggedIn, isSaturated }: ConnectionOptions) {
    this.socket = socket;
    this.loggedIn = loggedIn;
    this.#limits = limits;
    this.#isSaturated = isSaturated;
    this.group = beforeLogin;
    beforeLogin.connections.add(this);
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

  /** At its login, before it has sent messages. */
  moveTo(group: ConnectionGroup): void {
    this.leave();
    this.group = group;
    group.connections.add(this);
    group.unfinishedBytes += this.unfinishedBytes;
  }

  leave(): void {
    if (!this.group.connections.delete(this)) return;
    this.group.unfinishedBytes -= this.unfinishedBytes;
    this.group.unreleased -= this.unreleased.size;
    this.group.subscriptions -= this.subscriptions.size;
  }

  takeIn(bytes: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
    this.group.bytesInFlight += bytes;
  }

  settle(bytes: number): void {
    this.#messages -= 1;
    this.#bytes -= bytes;
    const { group } = this;
    group.bytesInFlight -= bytes;
    this.resume();
    if (!group.isWaiting || group.bytesInFlight > this.#limits.bytesInFlightOfLogin / 2) return;
    group.isWaiting = false;
    for (const other of group.connections) other.resume();
  }

  /** Reads again if reading was paused and the limits allow it. */
  resume(): void {
    if (!this.#isPaused || this.#mustWait) return;
    this.#isPaused = false;
    this.socket.emit("readable");
  }

  get #mustWait(): boolean {
    if (this.#messages >= this.#limits.messagesInFlight || this.#bytes >= this.#limits.bytesInFlight)
      return true;
    if (this.group.bytesInFlight < this.#limits.bytesInFlightOfLogin) return this.#isSaturated();
    this.group.isWaiting = true;
    return true;
  }
}
