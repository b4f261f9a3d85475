/** What a ClickHouse user may do, read from the same grants that the stack gives its servers; as far as queries need. */

export interface Refusal {
  readonly user: string;
  readonly needs: string;
}

interface Grant {
  readonly privileges: readonly string[];
  /** `rollout.raw`, `rollout.*` or `*.*`. */
  readonly on: string;
}

/** Tables of `system` that everybody may read (ClickHouse's `select_from_system_db_requires_grant`). */
const readableByAll = new Set(["system.tables", "system.columns", "system.databases", "system.one"]);

export class Rights {
  readonly #grants = new Map<string, readonly Grant[]>();

  constructor(users: Readonly<Record<string, readonly string[]>>) {
    for (const [user, grants] of Object.entries(users))
      this.#grants.set(
        user,
        grants.map((text) => {
          const [, privileges, on] = /^(?:GRANT )?(.+) ON (\S+)$/.exec(text) ?? [];
          if (privileges === undefined || on === undefined) throw new Error(`Not a grant: ${text}`);
          return { privileges: privileges.split(", "), on };
        }),
      );
  }

  knows(user: string): boolean {
    return this.#grants.has(user);
  }

  /** @returns the first privilege that the user lacks. */
  refusal(user: string, query: string, database: string): Refusal | undefined {
    for (const [privilege, table] of needsOf(query, database))
      if (!this.#has(user, privilege, table)) return { user, needs: `${privilege} ON ${table}` };
    return undefined;
  }

  #has(user: string, privilege: string, table: string): boolean {
    if (privilege === "SELECT" && readableByAll.has(table)) return true;
    return (this.#grants.get(user) ?? []).some(
      ({ privileges, on }) =>
        privileges.some((own) => own === "ALL" || own === privilege || privilege.startsWith(`${own} `)) &&
        (on === "*.*" || on === table || (on.endsWith(".*") && table.startsWith(on.slice(0, -1)))),
    );
  }
}

function needsOf(query: string, database: string): [privilege: string, table: string][] {
  const qualified = (name: string) => (name.includes(".") ? name : `${database}.${name}`);
  const needs: [string, string][] = [];
  const text = query.replace(/^(\s|--.*$)+/gm, "").replace(/'(?:[^'\\]|\\.|'')*'/g, "''");
  const matching = (pattern: RegExp) => pattern.exec(text)?.[1];
  if (/\bON CLUSTER\b/.test(text)) needs.push(["CLUSTER", "*.*"]);
  if (/\bclusterAllReplicas\(|\bENGINE = Distributed\b/i.test(text)) needs.push(["REMOTE", "*.*"]);
  const inserted = matching(/^INSERT INTO ([\w.]+)/i);
  if (inserted !== undefined) needs.push(["INSERT", qualified(inserted)]);
  const altered = matching(/^ALTER TABLE ([\w.]+)/i);
  if (altered !== undefined)
    needs.push([/\bDELETE WHERE\b/i.test(text) ? "ALTER DELETE" : "ALTER MODIFY", qualified(altered)]);
  const database_ = matching(/^CREATE DATABASE (?:IF NOT EXISTS )?(\w+)/i);
  const created = matching(/^CREATE (?:TABLE|MATERIALIZED VIEW|VIEW) (?:IF NOT EXISTS )?([\w.]+)/i);
  if (database_ !== undefined) needs.push(["CREATE", `${database_}.*`]);
  if (created !== undefined) needs.push(["CREATE", qualified(created)]);
  const dropped = matching(/^DROP TABLE (?:IF EXISTS )?([\w.]+)/i);
  if (dropped !== undefined) needs.push(["DROP", qualified(dropped)]);
  const synced = matching(/^SYSTEM SYNC REPLICA (?:ON CLUSTER '' )?([\w.]+)/i);
  if (synced !== undefined) needs.push(["SYSTEM SYNC REPLICA", qualified(synced)]);
  const names = new Set([...text.matchAll(/\b(\w+) AS (?:MATERIALIZED )?\(/g)].map(([, name]) => name));
  for (const [, table] of text.matchAll(/\b(?:FROM|JOIN) ([a-z_][\w.]*)(?!\w*\()/gi))
    if (!names.has(table)) needs.push(["SELECT", qualified(table!)]);
  return needs;
}
