/** `rollout backup` for the target `local`: asks the process that runs the stack, or opens the stores where none runs. */

import { EnvironmentError } from "../../../base/kit-error.ts";
import { kitVersion } from "../../../base/package-root.ts";
import { periodDays } from "../../../base/period.ts";
import type { LoadedCountry } from "../../../localisation/load.ts";
import { openRelationalStore } from "../../../stores/relational/database.ts";
import { damageSummary, detachedParts } from "../../../stores/time-series/damage.ts";
import { openTimeSeriesStore } from "../../../stores/time-series/store.ts";
import { askStack } from "../control-client.ts";
import { DataFolder } from "../data-folder.ts";
import { explainStores, refuseLostStore } from "../lost-store.ts";
import { type BackedUpStack, BackupSet, verifyFiles } from "./backup-set.ts";
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
      await refuseLostStore(timeSeries.reader, folder);
      const damage = await detachedParts(timeSeries.checks, undefined, country.telemetry.retention);
      if (damage.length > 0)
        tell(`the store has lost data, so no older backup is removed: ${damageSummary(damage)}`);
      const relational = await openRelationalStore(folder.relational);
      try {
        return await makeBackup({
          country,
          ...(environment !== undefined && { environment }),
          kit: kitVersion(),
          folder,
          stores: { timeSeries, relational },
          ...request,
          retentionDays:
            damage.length > 0 ? Number.POSITIVE_INFINITY : periodDays(country.hosting.backup.retention),
          tell,
        });
      } finally {
        await relational.close();
      }
    } finally {
      await timeSeries.close();
    }
  } catch (error) {
    throw explainStores(error);
  }
}

export function listLocal(stack: BackedUpStack, destination: string): ReturnType<BackupSet["list"]> {
  return new BackupSet(stack, destination).list();
}

/** @param name of the backup; the last where undefined. @throws EnvironmentError where there is none. */
export async function verifyLocal(
  stack: BackedUpStack,
  destination: string,
  name: string | undefined,
): Promise<{ readonly name: string; readonly damage?: string }> {
  try {
    const backup = new BackupSet(stack, destination).choose(name);
    await verifyFiles(backup);
    return { name: backup.name };
  } catch (error) {
    if (!(error instanceof DamagedBackupError)) throw error;
    return { name: name ?? "the last backup", damage: error.message };
  }
}
