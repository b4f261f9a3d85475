/** `rollout backup` for the target `local`: asks the process that runs the stack, or opens the stores where none runs. */

import { EnvironmentError } from "../../../base/kit-error.ts";
import { kitVersion } from "../../../base/package-root.ts";
import { periodDays } from "../../../base/period.ts";
import type { LoadedCountry } from "../../../localisation/load.ts";
import { openRelationalStore } from "../../../stores/relational/database.ts";
import { damageSummary, detachedParts } from "../../../stores/time-series/damage.ts";
import { openTimeSeriesStore } from "../../../stores/time-series/store.ts";
import type { BackupAnswer } from "../control-server.ts";
import { DataFolder, type RunningStack } from "../data-folder.ts";
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
  if (running !== undefined) return askRunning(running, request, tell);
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

async function askRunning(
  { pid, backupAddress }: RunningStack,
  request: BackupRequest,
  tell: (what: string) => void,
): Promise<MadeBackup> {
  const silent = (cause: unknown) =>
    new EnvironmentError(
      `The stack (process ${pid}) made no backup: ${cause instanceof Error ? cause.message : cause}.`,
      "Check it with `rollout status`. A stack that an earlier version of the kit started must be restarted first.",
    );
  try {
    const response = await fetch(backupAddress, { method: "POST", body: JSON.stringify(request) });
    if (!response.ok || response.body === null) throw silent(`HTTP ${response.status}`);
    for await (const answer of answers(response.body)) {
      if (answer.event === "progress") tell(answer.what);
      else if (answer.event === "made") return answer.backup;
      else throw new EnvironmentError(answer.error, answer.remediation);
    }
  } catch (error) {
    if (error instanceof EnvironmentError) throw error;
    throw silent(error);
  }
  throw silent("it ended");
}

/** Reads one JSON value per line. */
async function* answers(body: ReadableStream<Uint8Array>): AsyncGenerator<BackupAnswer> {
  let rest = "";
  for await (const text of body.pipeThrough(
    new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
  )) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield JSON.parse(line) as BackupAnswer;
  }
}
