/**
 * The records of erasures outside of the stores: in the data folder, and next to the backups for the case that the machine is
 * lost. A restore changes neither.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { oldestErasureRecord } from "../../../apps/erasure/retention.ts";
import { EnvironmentError } from "../../../base/kit-error.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import type { ErasureRecord } from "../../../stores/relational/erasures.ts";
import { type BackedUpStack, BackupSet } from "../backup/backup-set.ts";
import { syncFolder } from "../backup/sync-folder.ts";
import type { DataFolder } from "../data-folder.ts";
import { readErasure, type WrittenErasure, writtenErasure } from "./erasure-request.ts";

const fileName = "erasures.json";

/** @returns none where there is no file. @throws EnvironmentError where it can't be read. */
export function readErasureFile(file: string): ErasureRecord[] {
  if (!existsSync(file)) return [];
  try {
    return (JSON.parse(readFileSync(file, "utf8")) as WrittenErasure[]).map(readErasure);
  } catch (error) {
    throw new EnvironmentError(
      `${file}, the list of what was erased, cannot be read: ${(error as Error).message}.`,
      "Take it from a copy, such as the one next to the backups. Without it a restore brings erased companies back.",
      { cause: error },
    );
  }
}

/** Adds the records to those of the file. One that has ended takes the place of one that has not. */
export function addToErasureFile(country: Country, file: string, records: readonly ErasureRecord[]): void {
  const known = readErasureFile(file);
  const byId = new Map(known.map((record) => [record.id, record]));
  for (const record of records)
    if (record.finishedAt !== null || !byId.has(record.id)) byId.set(record.id, record);
  const oldest = oldestErasureRecord(country, Date.now());
  const kept = [...byId.values()]
    .filter(({ orderedAt }) => orderedAt >= oldest)
    .sort((a, b) => a.orderedAt.getTime() - b.orderedAt.getTime());
  if (kept.length === 0 && known.length === 0) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(kept.map(writtenErasure), null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  renameSync(draft, file);
  syncFolder(dirname(file));
}

/** Writes them to the data folder, and next to the daily backups. */
export function keepErasures(
  stack: BackedUpStack,
  folder: DataFolder,
  records: readonly ErasureRecord[],
): void {
  addToErasureFile(stack.country, folder.erasures, records);
  const backups = stack.country.hosting.backup.local?.folder;
  try {
    if (backups !== undefined) copyErasures(stack, folder, backups);
  } catch {
    // The disk of the backups may be away. The next backup that is made there brings the list.
  }
}

/** @param destination folder of the backups of all countries. */
export function copyErasures(stack: BackedUpStack, folder: DataFolder, destination: string): void {
  const file = join(new BackupSet(stack, destination).path, fileName);
  addToErasureFile(stack.country, file, readErasureFile(folder.erasures));
}
