/** `rollout run backup-expiry`: removes backups past their retention from the S3-compatible store, then ends. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { InputError } from "../../base/kit-error.ts";
import { pemBlocks } from "../../base/pem.ts";
import { longestPeriodDays } from "../../base/period.ts";
import { backupFolderOf } from "../../localisation/backup-folder.ts";
import type { ProgramContext, RunningProgram } from "../program/program.ts";
import { expireBackups } from "./expire.ts";
import { ObjectStore } from "./object-store.ts";

/** Where the store's access key is mounted. */
const backupCredentialsFolder = "/run/secrets/backup-destination";

/** @param folder with the files `accessKeyId` and `secretAccessKey`. */
export async function runBackupExpiry(
  { localisation, log }: ProgramContext,
  folder = backupCredentialsFolder,
): Promise<RunningProgram> {
  const { destination, retentionDays } = wanted(localisation.country.hosting.backup);
  if (destination.authority !== undefined) trust(destination.authority);
  const store = new ObjectStore({
    endpoint: destination.endpoint,
    bucket: destination.bucket,
    ...(destination.region !== undefined && { region: destination.region }),
    accessKeyId: secret(folder, "accessKeyId"),
    secretAccessKey: secret(folder, "secretAccessKey"),
  });
  const backups = backupFolderOf(destination.folder, "time-series-store");
  const finished = expireBackups(store, backups, retentionDays, new Date()).then((weeks) =>
    log.info(
      { weeks },
      weeks.length === 0 ? "no backup is past its retention" : "backups past their retention removed",
    ),
  );
  return {
    finished,
    notReady: async () => undefined,
    metrics: () => [],
    stop: async () => {},
  };
}

/** For the rest of the process, which asks nobody else. */
function trust(authority: string): void {
  const certificates = pemBlocks(authority).map(({ text }) => text);
  setDefaultCACertificates([...getCACertificates("default"), ...certificates]);
}

function wanted({ destination, retention }: ProgramContext["localisation"]["country"]["hosting"]["backup"]) {
  if (destination === undefined)
    throw new InputError("The file names no backup destination.", "Add hosting.backup.destination.");
  // No backup is deleted too early.
  return { destination, retentionDays: longestPeriodDays(retention) };
}

function secret(folder: string, name: string): string {
  const path = join(folder, name);
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    throw new InputError(
      `${path} can't be read: ${(error as NodeJS.ErrnoException).code}.`,
      "The Secret of hosting.backup.destination.credentialsSecret holds accessKeyId and secretAccessKey.",
    );
  }
}
