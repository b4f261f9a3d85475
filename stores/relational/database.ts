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

/** The store in the process, whose backup is one archive. */
export interface EmbeddedRelationalStore extends RelationalStore {
  /** What was committed by now. */
  dump(): Promise<Blob>;
}

/**
 * @param folder where the data rests; in memory where absent (for tests).
 * @throws EnvironmentError when the store has migrations that this version doesn't know; it is left as it is.
 */
export async function openRelationalStore(folder?: string): Promise<EmbeddedRelationalStore> {
  const client = await PGlite.create(folder === undefined ? {} : { dataDir: folder });
  try {
    await refuseNewer(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
    const database = drizzle(client, { schema });
    await migrate(database, { migrationsFolder });
    return {
      database,
      dump: async () => {
        await client.exec("CHECKPOINT");
        return client.dumpDataDir("gzip");
      },
      close: () => client.close(),
    };
  } catch (error) {
    await client.close();
    throw error;
  }
}

/** ENOSPC, as the engine's own system calls number it. */
const engineDiskFull = 51;

/**
 * Makes a store of what `dump` gave.
 * @param folder must be empty, or not exist.
 */
export async function restoreRelationalStore(folder: string, dump: Blob): Promise<void> {
  try {
    const client = await PGlite.create({ dataDir: folder, loadDataDir: dump });
    await client.close();
  } catch (error) {
    if (error instanceof Error) throw error;
    // The engine throws what is no Error where one of its system calls fails.
    const { errno } = error as { errno?: number };
    const failure: NodeJS.ErrnoException = new Error(`The engine could not write (error ${errno}).`);
    if (errno === engineDiskFull) failure.code = "ENOSPC";
    throw failure;
  }
}
