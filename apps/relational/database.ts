/** Opens the relational store and brings its tables to this version: PGlite in the process. */
import { PGlite } from "@electric-sql/pglite";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { migrationsFolder, refuseNewer } from "./migrations.ts";
import * as schema from "./schema.ts";

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
    await refuseNewer(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
    const database = drizzle(client, { schema });
    await migrate(database, { migrationsFolder });
    return { database, close: () => client.close() };
  } catch (error) {
    await client.close();
    throw error;
  }
}
