/**
 * Finds damaged files of the embedded relational store before its engine opens the folder: the engine would end with no reason
 * in words, write into the folder, and take a table whose file is empty, or a folder without PG_VERSION, as new.
 *
 * When the store closes, the sizes and checksums of its files are written to a file next to the folder. After a kill there is
 * no such file; then only what must always be there is looked for, and the engine checks each page that it reads.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { crc32 } from "node:zlib";
import { DamagedStoreError } from "../damaged-store.ts";

interface ClosedFiles {
  /** Of `global/pg_control`, which changes whenever the engine runs: others' checksums count only with the same. */
  readonly control: number;
  /** Size in bytes and CRC-32 by path. */
  readonly files: Readonly<Record<string, readonly [bytes: number, checksum: number]>>;
}

const control = "global/pg_control";
/** PostgreSQL's PG_CONTROL_FILE_SIZE; what its structure leaves of it is zero. */
const controlBytes = 8192;
/** A database's own folders are listed by `base/`. */
const required = ["PG_VERSION", control, "global/pg_filenode.map", "pg_xact/0000", "postgresql.conf"];
/** Written by people, or made again by the engine. */
const notCompared = /(^|\/)(postmaster\.\w+|pg_internal\.init|[\w.]+\.conf)$|^pg_stat/;

const recordOf = (folder: string): string => `${folder}.files.json`;

/** Changes nothing in the folder. @throws DamagedStoreError with the names of the files. */
export function refuseDamagedFiles(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return;
  const missing = [...required, ...databaseFiles(folder)].filter((name) => !existsSync(join(folder, name)));
  if (!segments(folder).some((name) => statSync(name).size > 0)) missing.push("pg_wal/*");
  if (missing.length > 0)
    throw damaged(
      folder,
      missing.map((name) => `${name} is missing`),
    );
  const bytes = readFileSync(join(folder, control));
  if (bytes.length !== controlBytes || !hasChecksum(bytes))
    throw damaged(folder, [`${control} is cut or does not match its checksum`]);
  const closed = readRecord(folder);
  if (closed?.control !== crc32(bytes)) return;
  const differing = Object.entries(closed.files).flatMap(([name, [size, checksum]]) => {
    const path = join(folder, name);
    if (!existsSync(path)) return [`${name} is missing`];
    if (statSync(path).size !== size) return [`${name} has ${statSync(path).size} bytes instead of ${size}`];
    return crc32(readFileSync(path)) === checksum ? [] : [`${name} has changed`];
  });
  if (differing.length > 0) throw damaged(folder, differing);
}

/** To be called after the engine has closed the folder. A disk that is full keeps no record. */
export function recordClosedFiles(folder: string): void {
  try {
    const files = allFiles(folder).filter((name) => !notCompared.test(name));
    const closed: ClosedFiles = {
      control: crc32(readFileSync(join(folder, control))),
      files: Object.fromEntries(
        files.map((name) => {
          const bytes = readFileSync(join(folder, name));
          return [name, [bytes.length, crc32(bytes)]];
        }),
      ),
    };
    writeFileSync(recordOf(folder), JSON.stringify(closed), { mode: 0o600 });
  } catch {
    forgetClosedFiles(folder);
  }
}

/** To be called before the engine opens the folder: from then on its files change. */
export function forgetClosedFiles(folder: string): void {
  rmSync(recordOf(folder), { force: true });
}

function damaged(folder: string, what: readonly string[]): DamagedStoreError {
  const more = what.length > 3 ? `; and ${what.length - 3} more` : "";
  return new DamagedStoreError(
    `The relational store in ${folder} is damaged: ${what.slice(0, 3).join("; ")}${more}.`,
  );
}

function readRecord(folder: string): ClosedFiles | undefined {
  try {
    return JSON.parse(readFileSync(recordOf(folder), "utf8")) as ClosedFiles;
  } catch {
    // None, or one that a power cut left behind in part.
    return undefined;
  }
}

function databaseFiles(folder: string): string[] {
  const base = join(folder, "base");
  // Databases that every cluster has; `template1` is the first.
  const databases = new Set(["1", ...(existsSync(base) ? readdirSync(base) : [])]);
  return [...databases]
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => [`base/${name}/PG_VERSION`, `base/${name}/pg_filenode.map`]);
}

function segments(folder: string): string[] {
  const log = join(folder, "pg_wal");
  if (!existsSync(log)) return [];
  return readdirSync(log)
    .filter((name) => /^[0-9A-F]{24}$/.test(name))
    .map((name) => join(log, name));
}

const allFiles = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();

/** The engine's structure ends with the CRC-32C of what is before; its length differs between versions and builds. */
function hasChecksum(bytes: Buffer): boolean {
  for (let end = 200; end <= 508; end += 4)
    if (bytes.readUInt32LE(end) === crc32c(bytes.subarray(0, end))) return true;
  return false;
}

/** CRC-32C (Castagnoli), reflected: https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4 */
function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
