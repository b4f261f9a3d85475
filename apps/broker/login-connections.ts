/**
 * Bounds the open connections of each login on a cluster. RabbitMQ has such a limit for the users of its own database alone, so
 * the check of a login counts: it lets some in, and asks the broker meanwhile how many are open. It never waits for that answer:
 * the broker asks the web app before it gives one, and may have queued that question behind the check.
 */
import { messageOf } from "../program/retry.ts";
import type { BrokerManagement } from "./broker-management.ts";
import type { Refusals } from "./refusals.ts";

/** Within this time the broker counts a connection that was let in. */
const countedMilliseconds = 1000;
/** Logins that are remembered; of the longest unused the count begins again. */
const mostLogins = 50_000;
/** Of the limit, that a login is let in before the broker is asked again. */
const unaskedShare = 1 / 8;

interface Known {
  /** So many more may be let in before the next answer. */
  left: number;
  /** By client id: when it was let in, since the answer before. A connection with the same client id replaces the older one. */
  readonly letIn: Map<string, number>;
  isAsking: boolean;
  /** Not asked again before this time. */
  askAgainAt: number;
}

export class LoginConnections {
  readonly #management: Pick<BrokerManagement, "countConnections">;
  readonly #limit: number;
  readonly #refusals: Refusals;
  readonly #unasked: number;
  /** By user name, the longest unused first. */
  readonly #known = new Map<string, Known>();

  constructor(management: Pick<BrokerManagement, "countConnections">, limit: number, refusals: Refusals) {
    this.#management = management;
    this.#limit = limit;
    this.#refusals = refusals;
    this.#unasked = Math.max(1, Math.floor(limit * unaskedShare));
  }

  /** @returns whether this client of the login may connect; counts it where it may. */
  letIn(username: string, clientId: string): boolean {
    const known = this.#knownOf(username);
    const now = performance.now();
    // The broker asks twice about a connection.
    if (clientId !== "" && known.letIn.has(clientId)) return true;
    const hasRoom = known.left > 0;
    if (hasRoom) {
      known.left -= 1;
      known.letIn.set(clientId, now);
    }
    if (known.left <= this.#unasked / 2 && !known.isAsking && now >= known.askAgainAt)
      void this.#ask(username, known);
    return hasRoom;
  }

  async #ask(username: string, known: Known): Promise<void> {
    known.isAsking = true;
    try {
      const count = await this.#management.countConnections(username);
      const now = performance.now();
      for (const [clientId, at] of known.letIn)
        if (now - at > countedMilliseconds) known.letIn.delete(clientId);
      const room = Math.max(0, this.#limit - count - known.letIn.size);
      known.left = Math.min(this.#unasked, room);
      known.askAgainAt = room > this.#unasked ? now : now + countedMilliseconds;
    } catch (error) {
      known.askAgainAt = performance.now() + countedMilliseconds;
      const fields = { username, error: messageOf(error) };
      this.#refusals.add("login-check-failed", fields, "the connections of a login could not be counted");
    } finally {
      known.isAsking = false;
    }
  }

  #knownOf(username: string): Known {
    const known = this.#known.get(username) ?? {
      left: this.#unasked,
      letIn: new Map(),
      isAsking: false,
      askAgainAt: 0,
    };
    this.#known.delete(username);
    this.#known.set(username, known);
    if (this.#known.size > mostLogins) this.#known.delete(this.#known.keys().next().value!);
    return known;
  }
}
