/** BACKUP of the time-series store into one file, and RESTORE from it; both check every part's checksums. */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DamagedStoreError } from "../damaged-store.ts";
import type { TimeSeriesStore } from "./store.ts";

/** Read by every ClickHouse of this version or later: `RESTORE … FROM File('…')`. */
const archive = "time-series.tar";

/** Rows by table. */
export type RowCounts = Readonly<Record<string, number>>;

/** @returns the file, which is the caller's to remove, and how many rows there were when it began. */
export async function backUpTimeSeries({
  backups,
}: Pick<TimeSeriesStore, "backups">): Promise<{ file: string; rows: RowCounts }> {
  // BACKUP copies a damaged part as it is, and RESTORE would refuse the whole backup.
  const damaged = await firstDamaged({ backups });
  if (damaged !== undefined)
    throw new DamagedStoreError(`No backup was made: the time-series store is damaged. ${damaged}`);
  const rows = await countRows({ backups });
  const file = join(backups.folder, archive);
  rmSync(file, { force: true });
  try {
    await backups.client.command({ query: `BACKUP DATABASE default TO File('${archive}')` });
  } catch (error) {
    rmSync(file, { force: true });
    throw error;
  } finally {
    rmSync(`${file}.lock`, { force: true });
  }
  return { file, rows };
}

/**
 * Fills an empty store.
 * @param file on the same file system as the store; it is removed.
 * @throws the engine's error where the file is damaged.
 */
export async function restoreTimeSeries(
  store: Pick<TimeSeriesStore, "backups">,
  file: string,
): Promise<RowCounts> {
  const { client, folder } = store.backups;
  mkdirSync(folder, { recursive: true });
  const inside = join(folder, archive);
  renameSync(file, inside);
  try {
    await client.command({ query: `RESTORE DATABASE default FROM File('${archive}')` });
    const damaged = await firstDamaged(store);
    if (damaged !== undefined) throw new Error(damaged);
  } finally {
    rmSync(inside, { force: true });
  }
  return countRows(store);
}

/** Reads every part. @returns what is wrong with one, as a sentence. */
async function firstDamaged(store: Pick<TimeSeriesStore, "backups">): Promise<string | undefined> {
  for (const table of await tables(store)) {
    const result = await store.backups.client.query({
      query: `CHECK TABLE \`${table}\` SETTINGS check_query_single_value_result = 0`,
      format: "JSONEachRow",
    });
    const parts = await result.json<{ is_passed: number | boolean; part_path: string; message: string }>();
    const failed = parts.find(({ is_passed }) => !is_passed);
    if (failed !== undefined)
      return `Part ${failed.part_path} of ${table} is damaged: ${failed.message.replace(/\.?$/, ".")}`;
  }
  return undefined;
}

async function tables({ backups }: Pick<TimeSeriesStore, "backups">): Promise<string[]> {
  const result = await backups.client.query({
    query:
      "SELECT name FROM system.tables WHERE database = 'default' AND engine LIKE '%MergeTree' ORDER BY name",
    format: "JSONEachRow",
  });
  return (await result.json<{ name: string }>()).map(({ name }) => name);
}

export async function countRows(store: Pick<TimeSeriesStore, "backups">): Promise<RowCounts> {
  const counts: Record<string, number> = {};
  for (const table of await tables(store)) {
    const result = await store.backups.client.query({
      query: `SELECT count() AS rows FROM \`${table}\``,
      format: "JSONEachRow",
    });
    const [row] = await result.json<{ rows: string }>();
    counts[table] = Number(row?.rows ?? 0);
  }
  return counts;
}
