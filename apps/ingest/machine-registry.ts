/** Tells which machines are registered; asks the relational store about unknown ones at most every two seconds. */
import { inArray, sql } from "drizzle-orm";
import type { Database } from "../../stores/relational/database.ts";
import { company } from "../../stores/relational/schema.ts";

/** A machine that has just been registered is accepted after this time. */
const askAgainAfterMilliseconds = 2000;
/** A machine that was removed is refused after this time. */
const believeForMilliseconds = 60_000;
const mostUnknown = 10_000;

export class MachineRegistry {
  readonly #database: Database;
  readonly #needsLogin: boolean;
  /** When the machine was last found, by `company/site/machine`. */
  readonly #known = new Map<string, number>();
  readonly #unknown = new Map<string, number>();
  /** When the company was last found, by its id. */
  readonly #companies = new Map<string, number>();

  /**
   * @param options.needsLogin also a machine whose login was revoked counts as not registered, unless its company has a
   * valid login: for a broker that keeps connections open whose login has ended.
   */
  constructor(database: Database, options: { readonly needsLogin?: boolean } = {}) {
    this.#database = database;
    this.#needsLogin = options.needsLogin === true;
  }

  /** @param keys `company/site/machine` @returns those that are not registered. */
  async unregistered(keys: Iterable<string>, now = Date.now()): Promise<Set<string>> {
    const missing = new Set<string>();
    const ask: string[] = [];
    for (const key of keys) {
      const foundAt = this.#known.get(key);
      if (foundAt !== undefined && now - foundAt < believeForMilliseconds) continue;
      missing.add(key);
      if (now - (this.#unknown.get(key) ?? 0) >= askAgainAfterMilliseconds) ask.push(key);
    }
    if (ask.length === 0) return missing;
    for (const key of await this.#registered(ask)) {
      this.#known.set(key, now);
      this.#unknown.delete(key);
      missing.delete(key);
    }
    if (this.#unknown.size > mostUnknown) this.#unknown.clear();
    for (const key of ask) {
      if (!missing.has(key)) continue;
      this.#unknown.set(key, now);
      this.#known.delete(key);
    }
    return missing;
  }

  /** @param ids of companies @returns those that are not registered, such as companies that were erased. */
  async unregisteredCompanies(ids: Iterable<string>, now = Date.now()): Promise<Set<string>> {
    const ask = [...new Set(ids)].filter(
      (id) => now - (this.#companies.get(id) ?? 0) >= believeForMilliseconds,
    );
    if (ask.length === 0) return new Set();
    const found = await this.#database
      .select({ id: company.id })
      .from(company)
      .where(inArray(company.id, ask));
    for (const { id } of found) this.#companies.set(id, now);
    const registered = new Set(found.map(({ id }) => id));
    return new Set(ask.filter((id) => !registered.has(id)));
  }

  /** The company is looked up anew from now on. */
  forget(id: string): void {
    this.#companies.delete(id);
    for (const key of this.#known.keys()) if (key.startsWith(`${id}/`)) this.#known.delete(key);
  }

  async #registered(keys: readonly string[]): Promise<string[]> {
    const parts = keys.map((key) => key.split("/"));
    const column = (index: number) => sql.param(parts.map((part) => part[index]));
    const { rows } = (await this.#database.execute(sql`
      SELECT m.company_id || '/' || m.site_id || '/' || m.id AS key
      FROM unnest(${column(0)}::text[], ${column(1)}::text[], ${column(2)}::text[]) AS asked (company_id, site_id, id)
      JOIN machine AS m USING (company_id, site_id, id)
      WHERE ${!this.#needsLogin} OR EXISTS (
        SELECT 1 FROM credential AS c WHERE c.company_id = m.company_id AND c.revoked_at IS NULL
          AND (c.machine_id IS NULL OR (c.site_id = m.site_id AND c.machine_id = m.id)))`)) as unknown as {
      rows: { key: string }[];
    };
    return rows.map((row) => row.key);
  }
}
