/** Opens the relational store and brings its tables to this version: PGlite in the process. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { NewerStoreError } from "../store/migrate.ts";
import * as schema from "./schema.ts";

const migrations = new URL("./migrations/", import.meta.url);

/** Queries that run on PGlite and PostgreSQL alike. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface RelationalStore {
  readonly database: Database;
  close(): Promise<void>;
}

/**
 * @param folder where the data rests; in memory where absent (for tests).
 * @throws NewerStoreError when the store has migrations that this version doesn't know; it is left as it is.
 */
export async function openRelationalStore(folder?: string): Promise<RelationalStore> {
  const client = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  try {
    await checkVersion(client);
    const database = drizzle(client, { schema });
    await migrate(database, { migrationsFolder: fileURLToPath(migrations) });
    return { database, close: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** The migrator keeps each migration's time from the journal, and passes over those that it doesn't know. */
async function checkVersion(client: PGlite): Promise<void> {
  const { rows: tables } = await client.query("SELECT to_regclass('drizzle.__drizzle_migrations') AS name");
  if ((tables[0] as { name: string | null }).name === null) return;
  const { rows } = await client.query("SELECT max(created_at) AS newest FROM drizzle.__drizzle_migrations");
  const newest = Number((rows[0] as { newest: string | null }).newest ?? 0);
  const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", migrations), "utf8")) as {
    entries: { when: number }[];
  };
  if (newest > Math.max(...journal.entries.map(({ when }) => when))) {
    throw new NewerStoreError(
      "The relational store was written by a newer version of the kit. Use that version, or another data folder.",
    );
  }
}
