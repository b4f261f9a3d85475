/**
 * The folder of a stack's backups: `za/`, or `za-pilot/` with an environment. Each backup is a folder named after its start in UTC: `20261125T020000Z/` with
 * `manifest.json` in clear text and the encrypted files. A backup is complete or does not exist.
 */

import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { isRunning } from "../../../base/is-running.ts";
import { EnvironmentError } from "../../../base/kit-error.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import type { RowCounts } from "../../../stores/time-series/store-backup.ts";
import { DamagedBackupError, sha256Of, type WrittenFile } from "./encryption.ts";

export const manifestFile = "manifest.json";
const format = 1;

/** Describes a backup; it has no personal data. */
export interface Manifest {
  readonly format: typeof format;
  /** Version of the kit that wrote it. */
  readonly kit: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly environment?: string;
  /** RFC 3339; everything acknowledged before it is in the backup. */
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Rows of the time-series store at the start, by table. */
  readonly rows: RowCounts;
  /** Public keys of those who can read it. */
  readonly recipients: readonly string[];
  readonly files: Readonly<Record<BackupFile, WrittenFile>>;
}

export const backupFiles = ["time-series.tar.age", "relational.tar.gz.age", "certificates.json.age"] as const;
export type BackupFile = (typeof backupFiles)[number];

/** Whose backups they are. */
export interface BackedUpStack {
  readonly country: Country;
  readonly environment?: string;
}

export interface Backup {
  /** Of its folder. */
  readonly name: string;
  readonly path: string;
  readonly manifest: Manifest;
  readonly bytes: number;
}

const namePattern = /^\d{8}T\d{6}Z$/;
const draftPattern = /^\.\d{8}T\d{6}Z\.(\d+)$/;

export class BackupSet {
  readonly path: string;
  /** Earlier versions wrote the backups of every environment there. */
  readonly #common: string;
  readonly #country: string;
  readonly #environment: string | undefined;

  /** @param folder of the backups of all stacks. */
  constructor({ country, environment }: BackedUpStack, folder: string) {
    this.#country = country.country;
    this.#environment = environment;
    this.#common = join(resolve(folder), country.country.toLowerCase());
    this.path = environment === undefined ? this.#common : `${this.#common}-${environment}`;
  }

  /** Where a backup is written until it is complete. */
  draftOf(startedAt: Date): string {
    return join(this.path, `.${backupName(startedAt)}.${process.pid}`);
  }

  pathOf(startedAt: Date): string {
    return join(this.path, backupName(startedAt));
  }

  /** Oldest first; and those that can't be read, with the reason. */
  list(): {
    readonly backups: Backup[];
    readonly damaged: { readonly name: string; readonly reason: string }[];
  } {
    const backups: Backup[] = [];
    const damaged: { name: string; reason: string }[] = [];
    for (const name of this.#folders().keys()) {
      try {
        backups.push(this.#read(name));
      } catch (error) {
        if (!(error instanceof DamagedBackupError)) throw error;
        damaged.push({ name, reason: error.message });
      }
    }
    return { backups, damaged };
  }

  /**
   * @param at name of a backup, or a time: the last backup that began by then. The last backup of all where it is undefined.
   * @throws EnvironmentError where there is none; DamagedBackupError where the named one can't be read.
   */
  choose(at: string | Date | undefined): Backup {
    if (typeof at === "string" && this.#folders().has(at)) return this.#read(at);
    const { backups } = this.list();
    const chosen =
      typeof at === "string"
        ? undefined
        : backups.findLast(({ manifest }) => at === undefined || new Date(manifest.startedAt) <= at);
    if (chosen !== undefined) return chosen;
    const first = backups[0];
    throw new EnvironmentError(
      first === undefined
        ? `There is no backup in ${this.path}.`
        : typeof at === "string"
          ? `There is no backup ${at} in ${this.path}.`
          : `There is no backup of ${at?.toISOString()} or before in ${this.path}; the first began at ${first.manifest.startedAt}.`,
      "`rollout backup <file> --list` lists the backups; --from chooses another folder.",
    );
  }

  /**
   * Removes backups older than the retention, but never the last one, and unfinished ones of processes that have ended.
   * @returns names of the removed backups.
   */
  prune(retentionDays: number, now: Date): string[] {
    for (const name of readdirSync(this.path)) {
      const owner = draftPattern.exec(name)?.[1];
      if (owner !== undefined && !isRunning(Number(owner)))
        rmSync(join(this.path, name), { recursive: true, force: true });
    }
    const oldest = now.getTime() - retentionDays * 86_400_000;
    const last = this.list().backups.at(-1)?.name;
    const folders = this.#folders();
    const expired = [...folders.keys()].filter((name) => name !== last && startOf(name).getTime() < oldest);
    for (const name of expired) rmSync(folders.get(name) ?? "", { recursive: true, force: true });
    return expired;
  }

  /** Paths of the stack's own backups by their names, oldest first. */
  #folders(): Map<string, string> {
    const paths = [...new Set([this.#common, this.path])].flatMap((parent) =>
      existsSync(parent)
        ? readdirSync(parent)
            .filter((name) => namePattern.test(name))
            .map((name) => ({ name, path: join(parent, name), parent }))
        : [],
    );
    return new Map(
      paths
        .filter(({ parent, path }) => parent !== this.#common || environmentOf(path) === this.#environment)
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(({ name, path }) => [name, path]),
    );
  }

  #read(name: string): Backup {
    const path = this.#folders().get(name) ?? join(this.path, name);
    const manifest = readManifest(join(path, manifestFile));
    if (manifest.country !== this.#country)
      throw new DamagedBackupError(
        `${path} is a backup of ${manifest.country}, in the folder of ${this.#country}.`,
      );
    const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
    return { name, path, manifest, bytes };
  }
}

/** @throws DamagedBackupError where a file is missing, truncated or changed. */
export async function verifyFiles({ path, manifest }: Backup): Promise<void> {
  for (const name of backupFiles) {
    const file = join(path, name);
    const { bytes, sha256 } = manifest.files[name];
    const size = existsSync(file) ? statSync(file).size : undefined;
    if (size === undefined) throw new DamagedBackupError(`${file} is missing.`);
    if (size !== bytes) throw new DamagedBackupError(`${file} has ${size} bytes instead of ${bytes}.`);
    if ((await sha256Of(file)) !== sha256)
      throw new DamagedBackupError(`${file} was changed after it was written: its SHA-256 is different.`);
  }
}

/** Of the stack that made it; undefined also where that can't be read. */
function environmentOf(path: string): string | undefined {
  try {
    return readManifest(join(path, manifestFile)).environment;
  } catch (error) {
    if (error instanceof DamagedBackupError) return undefined;
    throw error;
  }
}

function readManifest(path: string): Manifest {
  let manifest: Partial<Manifest>;
  try {
    manifest = JSON.parse(readFileSync(path, "utf8")) as Partial<Manifest>;
  } catch (error) {
    throw new DamagedBackupError(`${path} cannot be read: ${(error as Error).message}`);
  }
  if (typeof manifest?.format === "number" && manifest.format > format)
    throw new DamagedBackupError(
      `${path} was written by a newer version of the kit, ${manifest.kit}: use that version.`,
    );
  const complete =
    manifest?.format === format &&
    typeof manifest.country === "string" &&
    Number.isFinite(Date.parse(manifest.startedAt ?? "")) &&
    backupFiles.every((name) => {
      const file = manifest.files?.[name];
      return Number.isInteger(file?.bytes) && /^[0-9a-f]{64}$/.test(file?.sha256 ?? "");
    });
  if (!complete) throw new DamagedBackupError(`${path} is no manifest of a backup.`);
  return manifest as Manifest;
}

export function backupName(startedAt: Date): string {
  return startedAt.toISOString().replace(/\.\d+/, "").replaceAll(/[-:]/g, "");
}

function startOf(name: string): Date {
  return new Date(name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}

export { format as manifestFormat };
