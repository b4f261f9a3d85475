/**
 * Makes a backup of a local stack, running or stopped: first the time-series store, then the relational store, so that the
 * backup has the company and machine of every reading. Nothing leaves the data folder unencrypted.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileFailure } from "../../../base/file-failure.ts";
import { EnvironmentError } from "../../../base/kit-error.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import type { EmbeddedRelationalStore } from "../../../stores/relational/database.ts";
import type { TimeSeriesStore } from "../../../stores/time-series/store.ts";
import { backUpTimeSeries } from "../../../stores/time-series/store-backup.ts";
import type { DataFolder } from "../data-folder.ts";
import { copyErasures } from "../erasure/erasure-file.ts";
import { isFullDisk } from "../full-disk.ts";
import {
  type Backup,
  type BackupFile,
  BackupSet,
  backupName,
  type Manifest,
  manifestFile,
  manifestFormat,
} from "./backup-set.ts";
import { checkRecipients, encryptTo, fileStream, type WrittenFile } from "./encryption.ts";
import { syncFolder } from "./sync-folder.ts";

export interface BackupOptions {
  readonly country: Country;
  readonly environment?: string;
  readonly kit: string;
  readonly folder: DataFolder;
  readonly stores: {
    readonly timeSeries: Pick<TimeSeriesStore, "backups">;
    readonly relational: Pick<EmbeddedRelationalStore, "dump">;
  };
  /** Folder of the backups of all stacks. */
  readonly destination: string;
  /** Public keys of age. */
  readonly recipients: readonly string[];
  /** Older backups are removed, except for the last. */
  readonly retentionDays: number;
  /** Gets what is being done. */
  readonly tell?: (what: string) => void;
  readonly signal?: AbortSignal;
}

export interface MadeBackup extends Backup {
  /** Names of the backups that were older than the retention. */
  readonly removed: readonly string[];
}

/** @throws InputError, EnvironmentError */
export async function makeBackup(options: BackupOptions): Promise<MadeBackup> {
  await checkRecipients(options.recipients);
  const set = new BackupSet(options, options.destination);
  const startedAt = new Date();
  const draft = set.draftOf(startedAt);
  try {
    mkdirSync(set.path, { recursive: true, mode: 0o700 });
    if (existsSync(set.pathOf(startedAt)))
      throw new EnvironmentError("Another backup began in the same second.", "Try again in a second.");
    mkdirSync(draft, { mode: 0o700 });
    const manifest = await fill(draft, startedAt, options);
    options.signal?.throwIfAborted();
    copyErasures(options, options.folder, options.destination);
    renameSync(draft, set.pathOf(startedAt));
    syncFolder(set.path);
    const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    const removed = set.prune(options.retentionDays, startedAt);
    return { name: backupName(startedAt), path: set.pathOf(startedAt), manifest, bytes, removed };
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw explain(error, set.path, options.folder.path);
  }
}

async function fill(draft: string, startedAt: Date, options: BackupOptions): Promise<Manifest> {
  const { country, environment, stores, recipients, folder, tell, signal } = options;
  const files: Partial<Record<BackupFile, WrittenFile>> = {};
  const write = async (name: BackupFile, content: Blob | ReadableStream<Uint8Array>) => {
    signal?.throwIfAborted();
    const stream = content instanceof Blob ? (content.stream() as ReadableStream<Uint8Array>) : content;
    files[name] = await encryptTo(join(draft, name), stream, recipients, signal);
  };
  tell?.("time-series store");
  const { file, rows } = await backUpTimeSeries(stores.timeSeries);
  try {
    await write("time-series.tar.age", fileStream(file));
  } finally {
    rmSync(file, { force: true });
  }
  signal?.throwIfAborted();
  tell?.("relational store");
  await write("relational.tar.gz.age", await stores.relational.dump());
  tell?.("certificates");
  await write("certificates.json.age", new Blob([JSON.stringify(readTexts(folder.certificates))]));
  const manifest: Manifest = {
    format: manifestFormat,
    kit: options.kit,
    country: country.country,
    ...(environment !== undefined && { environment }),
    startedAt: startedAt.toISOString(),
    finishedAt: new Date().toISOString(),
    rows,
    recipients,
    files: files as Record<BackupFile, WrittenFile>,
  };
  writeFileSync(join(draft, manifestFile), `${JSON.stringify(manifest, null, 2)}\n`, {
    mode: 0o600,
    flush: true,
  });
  syncFolder(draft);
  return manifest;
}

/** Texts of a folder's files by their names. */
function readTexts(folder: string): Record<string, string> {
  if (!existsSync(folder)) return {};
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

function explain(error: unknown, destination: string, data: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (isFullDisk(error))
    return new EnvironmentError(
      `The disk is full: no backup was made. A backup needs space for the encrypted copy in ${destination} and, while it is made, for a copy of the time-series store in ${data}.`,
      "Free some space, or give another folder with --to. The stack continues to run.",
      { cause: error },
    );
  if (code === "EACCES" || code === "EROFS" || code === "ENOTDIR" || code === "EPERM" || code === "ENOENT")
    return new EnvironmentError(
      `The backup folder ${destination} cannot be written: ${fileFailure(error)}.`,
      "Give a folder that this user may write to, with --to or in hosting.backup.local.folder.",
      { cause: error },
    );
  return error;
}
