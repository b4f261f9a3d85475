/** Knows which machines are registered; asks the relational store for one it hasn't heard of, at most once in a while. */
import { sql } from "drizzle-orm";
import type { Database } from "../relational/database.ts";
import { machine } from "../relational/schema.ts";

const askAgainAfterMilliseconds = 2000;

export class MachineRegistry {
  readonly #database: Database;
  readonly #known = new Set<string>();
  readonly #askedAt = new Map<string, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param keys `company/site/machine` @returns those that are not registered. */
  async unregistered(keys: Iterable<string>): Promise<Set<string>> {
    const now = Date.now();
    const missing = new Set<string>();
    const ask: string[] = [];
    for (const key of keys) {
      if (this.#known.has(key)) continue;
      missing.add(key);
      if (now - (this.#askedAt.get(key) ?? 0) >= askAgainAfterMilliseconds) ask.push(key);
    }
    if (ask.length === 0) return missing;
    const key = sql<string>`${machine.companyId} || '/' || ${machine.siteId} || '/' || ${machine.id}`;
    const rows = await this.#database
      .select({ key })
      .from(machine)
      .where(sql`${key} = ANY(${sql.param(ask)}::text[])`);
    for (const row of rows) {
      this.#known.add(row.key);
      missing.delete(row.key);
    }
    if (this.#askedAt.size > 10_000) this.#askedAt.clear();
    for (const asked of ask) if (missing.has(asked)) this.#askedAt.set(asked, now);
    return missing;
  }
}
