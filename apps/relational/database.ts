/** Opens the relational store and brings its tables to this version: PGlite in the process. */
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import * as schema from "./schema.ts";

/** Queries that run on PGlite and PostgreSQL alike. */
export type Database = PgDatabase<PgQueryResultHKT, typeof schema>;

export interface RelationalStore {
  readonly database: Database;
  close(): Promise<void>;
}

/** @param folder where the data rests; in memory where absent (for tests). */
export async function openRelationalStore(folder?: string): Promise<RelationalStore> {
  const client = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  const database = drizzle(client, { schema });
  await migrate(database, { migrationsFolder: fileURLToPath(new URL("./migrations", import.meta.url)) });
  return { database, close: () => client.close() };
}
