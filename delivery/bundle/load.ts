/**
 * Opens a bundle: every file is checked against the manifest while it is read, in a hidden folder; that folder gets its
 * final name only when all files are valid.
 */
import { createHash } from "node:crypto";
import {
  chmodSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileFailure } from "../../base/file-failure.ts";
import { InputError } from "../../base/kit-error.ts";
import { type BundleManifest, broken, isSafePath, parseManifest } from "./manifest.ts";
import { readTar, type TarEntry } from "./tar.ts";

const manifestName = "manifest.json";
const sumsName = "SHA256SUMS";
/** A manifest names some dozens of files. */
const largestText = 4 * 1024 * 1024;

export interface LoadedBundle {
  readonly folder: string;
  readonly manifest: BundleManifest;
}

/**
 * @param archive as `rollout bundle create` wrote it.
 * @param folder where it goes; it must not exist or must be empty.
 * @param sha256 what the archive's checksum must be, where it is known.
 * @throws InputError when the archive is not what its manifest says; nothing is kept of it then.
 */
export async function loadBundle(archive: string, folder: string, sha256?: string): Promise<LoadedBundle> {
  const to = resolve(folder);
  if (existsSync(to) && readdirSync(to).length > 0)
    throw new InputError(`${folder} is not empty.`, "Name an empty folder or a new one by --out.");
  mkdirSync(dirname(to), { recursive: true });
  const unchecked = mkdtempSync(join(dirname(to), ".rollout-load-"));
  try {
    const manifest = await extract(archive, unchecked, sha256);
    const kit = join(unchecked, "kit.tar.gz");
    if (existsSync(kit)) {
      await unpack(kit, join(unchecked, "kit"));
      rmSync(kit);
      writeLauncher(unchecked);
    }
    chmodSync(unchecked, 0o755);
    if (existsSync(to)) rmdirSync(to);
    renameSync(unchecked, to);
    return { folder: to, manifest };
  } finally {
    rmSync(unchecked, { recursive: true, force: true });
  }
}

/**
 * Checks a bundle without keeping anything of it.
 * @throws InputError
 */
export function checkBundle(archive: string, sha256?: string): Promise<BundleManifest> {
  return extract(archive, undefined, sha256);
}

async function extract(archive: string, folder: string | undefined, sha256: string | undefined) {
  let manifest: BundleManifest | undefined;
  const waiting = new Map<string, BundleManifest["files"][number]>();
  const seen = new Set<string>();
  const whole = createHash("sha256");
  await readArchive(archive, whole, async (entry) => {
    if (!entry.isFile) throw broken(`The bundle holds ${shown(entry.path)}, which is not a plain file.`);
    if (seen.has(entry.path)) throw broken(`The bundle holds ${shown(entry.path)} twice.`);
    seen.add(entry.path);
    if (manifest === undefined) {
      if (entry.path !== manifestName)
        throw new InputError(
          `${archive} is not a bundle: it starts with ${shown(entry.path)}, not with ${manifestName}.`,
          "Give the archive that `rollout bundle create` wrote.",
        );
      const text = await textOf(entry);
      manifest = parseManifest(text);
      for (const file of manifest.files) waiting.set(file.path, file);
      if (folder !== undefined) writeFileSync(join(folder, manifestName), text);
      return;
    }
    // For those who check the archive without a kit; it says nothing that the manifest doesn't.
    if (entry.path === sumsName) {
      await textOf(entry);
      return;
    }
    const expected = waiting.get(entry.path);
    if (expected === undefined)
      throw broken(`The bundle holds ${shown(entry.path)}, which its manifest does not name.`);
    waiting.delete(entry.path);
    if (entry.bytes !== expected.bytes)
      throw broken(`${entry.path} has ${entry.bytes} bytes; the manifest says ${expected.bytes}.`);
    const found = await take(entry, folder === undefined ? undefined : join(folder, entry.path));
    if (found !== expected.sha256)
      throw broken(
        `${entry.path} is damaged: its SHA-256 is ${found}, the manifest says ${expected.sha256}.`,
      );
  });
  if (manifest === undefined) throw broken(`${archive} holds nothing.`);
  const [missing] = waiting.keys();
  if (missing !== undefined) throw broken(`The bundle lacks ${missing}, which its manifest names.`);
  const digest = whole.digest("hex");
  if (sha256 !== undefined && digest !== sha256.toLowerCase())
    throw broken(`The archive's SHA-256 is ${digest}, not ${sha256}.`);
  return manifest;
}

async function readArchive(
  archive: string,
  whole: ReturnType<typeof createHash>,
  take: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  async function* bytes() {
    for await (const chunk of createReadStream(archive, {
      highWaterMark: 1 << 20,
    }) as AsyncIterable<Buffer>) {
      whole.update(chunk);
      yield chunk;
    }
  }
  try {
    await readTar(bytes(), take);
  } catch (error) {
    if (error instanceof InputError)
      throw broken(`${archive} is cut off, damaged or no archive (${error.message}).`);
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "EACCES")
      throw new InputError(`${archive} can't be read: ${fileFailure(error)}.`, "Name the archive.");
    throw error;
  }
}

/** @returns the content's SHA-256. */
async function take({ content, executable }: TarEntry, file: string | undefined): Promise<string> {
  const hash = createHash("sha256");
  async function* hashed() {
    for await (const chunk of content) {
      hash.update(chunk);
      yield chunk;
    }
  }
  if (file === undefined) for await (const _ of hashed());
  else {
    mkdirSync(dirname(file), { recursive: true });
    await pipeline(hashed(), createWriteStream(file, { flags: "wx", mode: executable ? 0o755 : 0o644 }));
  }
  return hash.digest("hex");
}

async function textOf({ path, bytes, content }: TarEntry): Promise<string> {
  if (bytes > largestText) throw broken(`${path} has ${bytes} bytes, which is too much for what it is.`);
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

/** The kit's own files are in an archive of their own, which anything can open before there is a kit. */
async function unpack(archive: string, folder: string): Promise<void> {
  await readArchive(archive, createHash("sha256"), async (entry) => {
    if (!entry.isFile || !isSafePath(entry.path))
      throw broken(
        `The kit in the bundle holds ${shown(entry.path)}, which leads out of it or is not a plain file.`,
      );
    await take(entry, join(folder, entry.path));
  });
}

/** A script that runs the kit with its own Node.js and the bundle's engine, wherever the folder is. */
function writeLauncher(folder: string): void {
  const lines = [
    "#!/bin/sh",
    'here=$(cd "$(dirname "$0")" && pwd)',
    'PATH="$here/engine:$PATH" exec "$here/kit/node_modules/node/bin/node" "$here/kit/cli/bin.mjs" "$@"',
  ];
  writeFileSync(join(folder, "rollout"), `${lines.join("\n")}\n`, { mode: 0o755 });
}

const shown = (path: string) => JSON.stringify(path.slice(0, 200));
