/**
 * On a cluster: ends the connections of logins whose password was replaced or revoked, or that were removed. The relational
 * store keeps a row for each such change until it is done, so a crash loses none, and any replica of the web app does them.
 */
import { setTimeout as delay } from "node:timers/promises";
import { inArray } from "drizzle-orm";
import type { Database } from "../../stores/relational/database.ts";
import { loginChange } from "../../stores/relational/schema.ts";
import { messageOf } from "../program/retry.ts";
import type { BrokerManagement } from "./broker-management.ts";
import type { Log } from "./refusals.ts";

export interface EndedLoginsOptions {
  readonly database: Database;
  readonly management: Pick<BrokerManagement, "endConnections">;
  readonly log: Log;
  /** Ends the work. */
  readonly signal: AbortSignal;
  /** Between two looks for changes. */
  readonly lookMilliseconds?: number;
  /** Longer than the broker waits for the answer about a login. */
  readonly underWayMilliseconds?: number;
}

const changesPerLook = 10_000;
/** In one look: the broker does not answer, or one login alone makes it fail and must not hold up the others. */
const mostFailures = 3;

export class EndedLogins {
  readonly #options: Required<EndedLoginsOptions>;
  /** By the change's id, when its connections were ended the first time, in milliseconds since the process started. */
  readonly #endedAt = new Map<string, number>();
  #oldest: Date | undefined;
  #failure: string | undefined;
  readonly #running: Promise<void>;

  constructor(options: EndedLoginsOptions) {
    this.#options = { lookMilliseconds: 5000, underWayMilliseconds: 20_000, ...options };
    this.#running = this.#run();
  }

  /** Age of the oldest change whose connections are not all ended, in seconds; 0 where there is none. */
  get oldestSeconds(): number {
    return this.#oldest === undefined ? 0 : Math.max(0, (Date.now() - this.#oldest.getTime()) / 1000);
  }

  /** Settles when the signal was aborted and what ran has stopped. */
  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { lookMilliseconds, log, signal } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#look();
        this.#failure = undefined;
      } catch (error) {
        const why = messageOf(error);
        if (why !== this.#failure)
          log.warn({ error: why }, "connections of ended logins could not be ended; this is tried again");
        this.#failure = why;
      }
      await delay(lookMilliseconds, undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Ends each login's connections at once, and once more later: a connection whose login was being checked with the old password
   * meanwhile is open by then.
   */
  async #look(): Promise<void> {
    const { database, signal } = this.#options;
    const changes = await database
      .select()
      .from(loginChange)
      .orderBy(loginChange.changedAt)
      .limit(changesPerLook);
    this.#oldest = changes[0]?.changedAt;
    const known = new Set(changes.map(({ id }) => id));
    for (const id of this.#endedAt.keys()) if (!known.has(id)) this.#endedAt.delete(id);
    const failures: unknown[] = [];
    for (const [username, ids] of idsByUsername(changes)) {
      if (signal.aborted || failures.length === mostFailures) break;
      try {
        await this.#end(username, ids);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** @param ids of the login's changes. */
  async #end(username: string, ids: readonly string[]): Promise<void> {
    const { database, management, log, underWayMilliseconds } = this.#options;
    const now = performance.now();
    const isNew = ids.some((id) => !this.#endedAt.has(id));
    const done = ids.filter((id) => now - (this.#endedAt.get(id) ?? now) >= underWayMilliseconds);
    if (!isNew && done.length === 0) return;
    await management.endConnections(username, "its login was replaced, revoked or removed");
    if (isNew)
      log.info({ username }, "the connections of a login that was replaced, revoked or removed were ended");
    for (const id of ids) if (!this.#endedAt.has(id)) this.#endedAt.set(id, now);
    if (done.length > 0) await database.delete(loginChange).where(inArray(loginChange.id, done));
  }
}

function idsByUsername(changes: readonly { id: string; username: string }[]): Map<string, string[]> {
  const ids = new Map<string, string[]>();
  for (const { id, username } of changes) ids.set(username, [...(ids.get(username) ?? []), id]);
  return ids;
}
