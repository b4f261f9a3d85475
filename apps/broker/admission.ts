/**
 * Which connections are accepted: within the limit of all, of those that have not logged in, and of one address among these.
 * A connection counts from its acceptance, before its TLS handshake, until it is closed.
 */
import type { Socket } from "node:net";
import { networkOf } from "../../base/network-address.ts";
import type { BrokerLimits } from "./limits.ts";
import type { Refusals } from "./refusals.ts";

/** Ends the time before the login of one connection. */
export type LoggedIn = () => void;

export class Admission {
  readonly #limits: BrokerLimits;
  readonly #refusals: Refusals;
  readonly #open = new Map<string, { readonly socket: Socket; readonly loggedIn: LoggedIn }>();
  readonly #beforeLogin = new Map<string, number>();
  #countBeforeLogin = 0;

  constructor(limits: BrokerLimits, refusals: Refusals) {
    this.#limits = limits;
    this.#refusals = refusals;
  }

  /** @returns whether it may stay; one that may not is closed. */
  admit(socket: Socket): boolean {
    const address = networkOf(socket.remoteAddress ?? "");
    const id = idOf(socket);
    const refusal = this.#refusalOf(address);
    if (refusal !== undefined) {
      this.#refusals.add(refusal, { address, connections: this.#open.size }, "a connection was refused");
      socket.destroy();
      return false;
    }
    this.#count(address, 1);
    let isBeforeLogin = true;
    const loggedIn = () => {
      if (isBeforeLogin) this.#count(address, -1);
      isBeforeLogin = false;
    };
    this.#open.set(id, { socket, loggedIn });
    socket.once("close", () => {
      loggedIn();
      this.#open.delete(id);
    });
    return true;
  }

  /** @param socket an admitted one, or the one of TLS over it. @returns undefined where it is closed already. */
  loginOf(socket: Socket): LoggedIn | undefined {
    return this.#open.get(idOf(socket))?.loggedIn;
  }

  endAll(): void {
    for (const { socket } of this.#open.values()) socket.destroy();
  }

  #refusalOf(address: string) {
    if (this.#open.size >= this.#limits.connections) return "too-many-connections";
    if (this.#countBeforeLogin >= this.#limits.connectionsBeforeLogin) return "too-many-before-login";
    const ofAddress = this.#beforeLogin.get(address) ?? 0;
    if (ofAddress >= this.#limits.connectionsBeforeLoginOfAddress) return "too-many-before-login-of-address";
    return undefined;
  }

  #count(address: string, change: 1 | -1): void {
    this.#countBeforeLogin += change;
    const count = (this.#beforeLogin.get(address) ?? 0) + change;
    if (count > 0) this.#beforeLogin.set(address, count);
    else this.#beforeLogin.delete(address);
  }
}

/** The two ends of a connection, which a socket and the one of TLS over it share. */
function idOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`;
}
