/** `rollout backup` for the target `local`: asks the process that runs the stack, or opens the stores where none runs. */

import { EnvironmentError } from "../../../base/kit-error.ts";
import { kitVersion } from "../../../base/package-root.ts";
import { periodDays } from "../../../base/period.ts";
import type { LoadedCountry } from "../../../localisation/load.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import { openRelationalStore } from "../../../stores/relational/database.ts";
import { openTimeSeriesStore } from "../../../stores/time-series/store.ts";
import { askStack } from "../control-client.ts";
import { DataFolder } from "../data-folder.ts";
import { explainFullDisk } from "../full-disk.ts";
import { BackupSet, verifyFiles } from "./backup-set.ts";
import { checkRecipients, DamagedBackupError } from "./encryption.ts";
import { type MadeBackup, makeBackup } from "./make-backup.ts";
import { folderHoldsData } from "./restore-backup.ts";
import type { BackupRequest } from "./running-backup.ts";

export interface LocalBackupOptions {
  readonly loaded: LoadedCountry;
  /** Folder in which stacks keep their data. */
  readonly data: string;
  readonly request: BackupRequest;
  readonly tell: (what: string) => void;
}

/** @throws InputError, EnvironmentError */
export async function backUpLocal({ loaded, data, request, tell }: LocalBackupOptions): Promise<MadeBackup> {
  await checkRecipients(request.recipients);
  const { country, environment } = loaded;
  const folder = DataFolder.of(country, data);
  const running = folder.readRunning();
  if (running !== undefined) return askStack(running, running.backupAddress, "made no backup", request, tell);
  if (!folderHoldsData(folder))
    throw new EnvironmentError(
      `There is nothing to back up: ${folder.path} holds no stack's data.`,
      "Give the folder that `rollout up` used, with --data.",
    );
  try {
    const timeSeries = await openTimeSeriesStore(folder.timeSeries);
    try {
      const relational = await openRelationalStore(folder.relational);
      try {
        return await makeBackup({
          country,
          ...(environment !== undefined && { environment }),
          kit: kitVersion(),
          folder,
          stores: { timeSeries, relational },
          ...request,
          retentionDays: periodDays(country.hosting.backup.retention),
          tell,
        });
      } finally {
        await relational.close();
      }
    } finally {
      await timeSeries.close();
    }
  } catch (error) {
    throw explainFullDisk(error);
  }
}

export function listLocal(country: Country, destination: string): ReturnType<BackupSet["list"]> {
  return new BackupSet(country, destination).list();
}

/** @param name of the backup; the last where undefined. @throws EnvironmentError where there is none. */
export async function verifyLocal(
  country: Country,
  destination: string,
  name: string | undefined,
): Promise<{ readonly name: string; readonly damage?: string }> {
  try {
    const backup = new BackupSet(country, destination).choose(name);
    await verifyFiles(backup);
    return { name: backup.name };
  } catch (error) {
    if (!(error instanceof DamagedBackupError)) throw error;
    return { name: name ?? "the last backup", damage: error.message };
  }
}
