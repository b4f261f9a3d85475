/** Opens the relational store of one process, PGlite, and migrates its tables to this version. */
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
  /** An archive of all that is committed. */
  dump(): Promise<Blob>;
}

/**
 * @param folder where the data is stored; in memory where absent (for tests).
 * @throws EnvironmentError when the store has migrations that this version does not know; it is left unchanged.
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

/** ENOSPC in the numbering of the engine's system calls. */
const engineDiskFull = 51;

/** Makes a store from an archive of `dump`. @param folder must be empty, or not exist. */
export async function restoreRelationalStore(folder: string, dump: Blob): Promise<void> {
  try {
    const client = await PGlite.create({ dataDir: folder, loadDataDir: dump });
    await client.close();
  } catch (error) {
    if (error instanceof Error) throw error;
    // The engine throws an object that is no Error where one of its system calls fails.
    const { errno } = error as { errno?: number };
    const failure: NodeJS.ErrnoException = new Error(`The engine could not write (error ${errno}).`);
    if (errno === engineDiskFull) failure.code = "ENOSPC";
    throw failure;
  }
}
