/**
 * Restores a local stack from a backup. Everything is decrypted, read by the stores and checked in a folder next to the stack's
 * own. Only then it replaces the stack's folder, which is kept under another name.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type ErasedAgain, eraseAgain, finishErasures } from "../../../apps/erasure/erase.ts";
import { isRunning } from "../../../base/is-running.ts";
import { EnvironmentError, KitError } from "../../../base/kit-error.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import { openRelationalStore, restoreRelationalStore } from "../../../stores/relational/database.ts";
import {
  addErasureRecords,
  type ErasureRecord,
  erasureRecords,
} from "../../../stores/relational/erasures.ts";
import { company } from "../../../stores/relational/schema.ts";
import { deleteCompanyRows } from "../../../stores/time-series/company-rows.ts";
import { inProcess } from "../../../stores/time-series/layout.ts";
import { migrateTimeSeriesStore } from "../../../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../../../stores/time-series/store.ts";
import { countRows, type RowCounts, restoreTimeSeries } from "../../../stores/time-series/store-backup.ts";
import { closeToOthers } from "../close-folder.ts";
import { DataFolder } from "../data-folder.ts";
import { addToErasureFile, readErasureFile } from "../erasure/erasure-file.ts";
import { isFullDisk } from "../full-disk.ts";
import { type Backup, type BackupFile, verifyFiles } from "./backup-set.ts";
import { DamagedBackupError, decrypt, decryptTo } from "./encryption.ts";
import { syncFolder, syncTree } from "./sync-folder.ts";

export interface RestoreOptions {
  readonly country: Country;
  readonly backup: Backup;
  /** Secret keys of age. */
  readonly identities: readonly string[];
  readonly folder: DataFolder;
  /** Runs each step, to show it. */
  readonly step: <T>(title: string, action: () => Promise<T>) => Promise<T>;
  readonly signal?: AbortSignal;
}

export interface Restored {
  readonly rows: RowCounts;
  readonly companies: number;
  /** What was erased since the backup, and was erased again. */
  readonly erased: ErasedAgain;
  /** Where the former data is kept, if there was any. */
  readonly former?: string;
}

/** A backup that was decrypted, read and checked in its own folder. */
export interface ReadyRestore extends Omit<Restored, "former"> {
  /** Replaces the stack's folder with it. @throws EnvironmentError when a stack began to run there. */
  finish(): Promise<Restored>;
  discard(): void;
}

/** Whether the stack's folder holds data that a restore would replace. */
export function folderHoldsData(folder: DataFolder): boolean {
  return [folder.timeSeries, folder.relational].some(
    (path) => existsSync(path) && readdirSync(path).length > 0,
  );
}

/** @throws DamagedBackupError, InputError, EnvironmentError; the stack's own folder is untouched. */
export async function prepareRestore(options: RestoreOptions): Promise<ReadyRestore> {
  const { backup, folder, step, signal } = options;
  await folder.requireUnused();
  removeAbandoned(folder);
  const draft = new DataFolder(`${folder.path}.restoring.${process.pid}`);
  const discard = () => rmSync(draft.path, { recursive: true, force: true });
  discard();
  try {
    await step("Checksums", () => verifyFiles(backup));
    draft.create();
    signal?.throwIfAborted();
    const companies = await step("Relational store", () => restoreRelational(options, draft));
    signal?.throwIfAborted();
    const rows = await step("Time-series store", () => restoreReadings(options, draft));
    signal?.throwIfAborted();
    await step("Certificates", () => restoreCertificates(options, draft));
    const erasures = [folder.erasures, join(dirname(backup.path), basename(folder.erasures))].flatMap(
      readErasureFile,
    );
    const restored =
      erasures.length === 0
        ? { rows, companies, erased: nothingErased }
        : await step("What was erased", () => eraseRestored(options.country, draft, erasures));
    closeToOthers(draft.path);
    syncTree(draft.path);
    return { ...restored, discard, finish: () => exchange(folder, draft, restored) };
  } catch (error) {
    discard();
    throw explain(error, folder.path);
  }
}

async function restoreRelational({ backup, identities }: RestoreOptions, draft: DataFolder): Promise<number> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of await decrypt(fileOf(backup, "relational.tar.gz.age"), identities))
      chunks.push(chunk);
  } catch (error) {
    throw asDamage(error, "relational.tar.gz.age");
  }
  await restoreRelationalStore(draft.relational, new File(chunks as BlobPart[], "relational.tar.gz"));
  const { database, close } = await openRelationalStore(draft.relational);
  try {
    return await database.$count(company);
  } finally {
    await close();
  }
}

async function restoreReadings(
  { country, backup, identities }: RestoreOptions,
  draft: DataFolder,
): Promise<RowCounts> {
  const archive = join(draft.path, "time-series.tar");
  await decryptTo(archive, fileOf(backup, "time-series.tar.age"), identities);
  const store = await openTimeSeriesStore(draft.timeSeries);
  try {
    const rows = await restoreTimeSeries(store, archive);
    await migrateTimeSeriesStore(store.writer, country);
    return rows;
  } finally {
    await store.close();
  }
}

const nothingErased: ErasedAgain = { companies: 0, people: 0 };

/** @param records from places that no restore changes. */
async function eraseRestored(
  country: Country,
  draft: DataFolder,
  records: readonly ErasureRecord[],
): Promise<Omit<Restored, "former">> {
  const timeSeries = await openTimeSeriesStore(draft.timeSeries);
  try {
    const { database, close } = await openRelationalStore(draft.relational);
    try {
      const client = timeSeries.analytics;
      const deleteRows = (id: string) => deleteCompanyRows(client, id);
      const stores = { database, client, layout: inProcess, deleteRows };
      await addErasureRecords(database, records);
      const erased = await eraseAgain(stores);
      await finishErasures(stores);
      addToErasureFile(country, draft.erasures, await erasureRecords(database));
      return { rows: await countRows(timeSeries), companies: await database.$count(company), erased };
    } finally {
      await close();
    }
  } finally {
    await timeSeries.close();
  }
}

async function restoreCertificates({ backup, identities }: RestoreOptions, draft: DataFolder): Promise<void> {
  const plain = join(draft.path, "certificates.json");
  await decryptTo(plain, fileOf(backup, "certificates.json.age"), identities);
  const texts = JSON.parse(readFileSync(plain, "utf8")) as Record<string, string>;
  rmSync(plain);
  mkdirSync(draft.certificates, { mode: 0o700 });
  for (const [name, text] of Object.entries(texts)) {
    if (name !== basename(name))
      throw new DamagedBackupError(`"${name}" is not the name of a certificate file.`);
    writeFileSync(join(draft.certificates, name), text, { mode: 0o600, flag: "wx" });
  }
}

async function exchange(
  folder: DataFolder,
  draft: DataFolder,
  restored: Omit<Restored, "former">,
): Promise<Restored> {
  await folder.requireUnused();
  let former: string | undefined;
  if (existsSync(folder.path)) {
    former = freeName(`${folder.path}.before-restore`);
    renameSync(folder.path, former);
  }
  renameSync(draft.path, folder.path);
  syncFolder(dirname(folder.path));
  return { ...restored, ...(former !== undefined && { former }) };
}

function freeName(wanted: string): string {
  let name = wanted;
  for (let count = 2; existsSync(name); count++) name = `${wanted}-${count}`;
  return name;
}

/** Removes what killed restores left next to the stack's folder. */
function removeAbandoned(folder: DataFolder): void {
  const parent = dirname(folder.path);
  const prefix = `${basename(folder.path)}.restoring.`;
  if (!existsSync(parent)) return;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(prefix) && !isRunning(Number(name.slice(prefix.length))))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
}

const fileOf = ({ path }: Backup, name: BackupFile): string => join(path, name);

function asDamage(error: unknown, name: BackupFile): unknown {
  if (error instanceof KitError) return error;
  return new DamagedBackupError(`${name} is damaged: ${(error as Error).message}`, { cause: error });
}

function explain(error: unknown, path: string): unknown {
  if (isFullDisk(error))
    return new EnvironmentError(
      `The disk of ${path} is full: nothing was restored or changed.`,
      "Free twice the size of the backup, or give another data folder with --data.",
      { cause: error },
    );
  return error;
}
