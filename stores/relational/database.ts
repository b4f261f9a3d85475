/** Opens the relational store of one process, PGlite, and migrates its tables to this version. */
import { existsSync, readdirSync, statfsSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { DamagedStoreError } from "../damaged-store.ts";
import { forgetClosedFiles, recordClosedFiles, refuseDamagedFiles } from "./file-checks.ts";
import { migrationsFolder, refuseNewer } from "./migrations.ts";
import { explainRelationalDamage } from "./relational-damage.ts";
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
 * @throws EnvironmentError when the store has migrations that this version does not know; it is left unchanged. DamagedStoreError
 *   when files are damaged or gone; those of a store that was closed are left unchanged.
 */
export async function openRelationalStore(folder?: string): Promise<EmbeddedRelationalStore> {
  if (folder !== undefined) {
    refuseDamagedFiles(folder);
    forgetClosedFiles(folder);
  }
  const client = await start(folder);
  try {
    await readAllTables(client);
    await refuseNewer(async (text) => (await client.query<Record<string, unknown>>(text)).rows);
    const database = drizzle(client, { schema });
    await migrate(database, { migrationsFolder });
    return {
      database,
      dump: async () => {
        await client.exec("CHECKPOINT");
        return client.dumpDataDir("gzip");
      },
      close: async () => {
        await client.close();
        if (folder !== undefined) recordClosedFiles(folder);
      },
    };
  } catch (error) {
    await client.close();
    throw explainRelationalDamage(error);
  }
}

async function start(folder: string | undefined): Promise<PGlite> {
  if (folder === undefined) return PGlite.create();
  const isNew = !existsSync(folder) || readdirSync(folder).length === 0;
  try {
    return await PGlite.create({ dataDir: folder });
  } catch (error) {
    if (!isNew && !isDiskFull(folder))
      throw new DamagedStoreError(
        `The relational store in ${folder} is damaged: its engine can't read it (${messageOf(error)}).`,
        error,
      );
    throw asError(error);
  }
}

/**
 * Reads every row in the order of its primary key: the engine refuses pages whose checksums do not match, and an index that
 * leads to rows which are gone tells of a file that was cut.
 */
async function readAllTables(client: PGlite): Promise<void> {
  const { rows: tables } = await client.query<{ name: string; key: string }>(`
    SELECT i.indrelid::regclass::text AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY k.place) AS key
    FROM pg_index AS i
    JOIN pg_class AS c ON c.oid = i.indrelid
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname IN ('public', 'drizzle')
    CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indisprimary GROUP BY i.indrelid`);
  await client.transaction(async (transaction) => {
    for (const way of ["enable_seqscan", "enable_bitmapscan", "enable_sort"])
      await transaction.exec(`SET LOCAL ${way} = off`);
    for (const { name, key } of tables)
      await transaction.query(`SELECT count(t.*) FROM (SELECT * FROM ${name} ORDER BY ${key} OFFSET 0) AS t`);
  });
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message.split(". ")[0]! : "no reason given";

/** Less than the engine needs to start. */
const freeBytesToStart = 16 * 1024 * 1024;

function isDiskFull(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < freeBytesToStart;
}

/** ENOSPC in the numbering of the engine's system calls. */
const engineDiskFull = 51;

/** Makes a store from an archive of `dump`. @param folder must be empty, or not exist. */
export async function restoreRelationalStore(folder: string, dump: Blob): Promise<void> {
  try {
    const client = await PGlite.create({ dataDir: folder, loadDataDir: dump });
    await client.close();
  } catch (error) {
    throw asError(error);
  }
}

/** The engine throws an object that is no Error where one of its system calls fails. */
function asError(error: unknown): Error {
  if (error instanceof Error) return error;
  const { errno } = error as { errno?: number };
  const failure: NodeJS.ErrnoException = new Error(`The engine could not write (error ${errno}).`);
  if (errno === engineDiskFull) failure.code = "ENOSPC";
  return failure;
}
