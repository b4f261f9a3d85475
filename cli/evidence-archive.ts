/** Writes and reads the archive of `rollout evidence`: a gzipped tar with one folder. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { fileFailure } from "../base/file-failure.ts";
import { InputError } from "../base/kit-error.ts";
import type { Files } from "../compliance/folder.ts";
import { isInside } from "../compliance/signing/statement.ts";
import { readTar, type TarFile, tarOf } from "../delivery/bundle/tar.ts";

const largestBytes = 256 * 1024 * 1024;
const largestArchiveBytes = 64 * 1024 * 1024;
const mostFiles = 128;

/**
 * The same files give the same bytes. The archive gets its name only when it is complete.
 * @param folder in the archive.
 * @throws InputError where it can't be written.
 */
export async function writeEvidence(file: string, folder: string, files: Files): Promise<void> {
  const target = resolve(file);
  if (statSync(target, { throwIfNoEntry: false }) !== undefined)
    throw new InputError(`${file} already exists.`, "Name another file with --out.");
  let stage: string | undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
    stage = mkdtempSync(join(dirname(target), ".evidence-"));
    const staged: TarFile[] = [];
    for (const [name, content] of files) {
      const path = join(stage, String(staged.length));
      writeFileSync(path, content);
      staged.push({ path: `${folder}/${name}`, file: path });
    }
    const tar: Buffer[] = [];
    for await (const chunk of tarOf(staged)) tar.push(chunk);
    const unfinished = join(stage, "archive");
    writeFileSync(unfinished, gzipSync(Buffer.concat(tar), { level: 9 }));
    renameSync(unfinished, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new InputError(`${file} can't be written: ${fileFailure(error)}.`, "Name another file with --out.");
  } finally {
    if (stage !== undefined) rmSync(stage, { recursive: true, force: true });
  }
}

/**
 * The files of an archive by their path in its folder.
 * @throws InputError where it is none, or holds anything but plain files in one folder.
 */
export async function readEvidence(file: string): Promise<Files> {
  const files = new Map<string, Buffer>();
  let top: string | undefined;
  await readTar(unpacked(file), async ({ path, isFile, content }) => {
    const [folder = "", ...rest] = path.split("/");
    const name = rest.join("/");
    top ??= folder;
    if (!isFile || !isInside(path) || name === "")
      throw refused(file, `${shown(path)} is no plain file in a folder`);
    if (folder !== top) throw refused(file, "it holds more than one folder");
    if (files.has(name)) throw refused(file, `it holds ${shown(path)} twice`);
    if (files.size >= mostFiles) throw refused(file, `it holds more than ${mostFiles} files`);
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk);
    files.set(name, Buffer.concat(chunks));
  }).catch((error: unknown) => {
    if (error instanceof InputError && error.remediation === "")
      throw refused(file, `it is damaged: ${error.message}`);
    throw error;
  });
  if (files.size === 0) throw refused(file, "it is empty");
  return files;
}

async function* unpacked(file: string): AsyncGenerator<Buffer> {
  try {
    if (statSync(file).size > largestArchiveBytes) throw refused(file, "it is larger than 64 MiB");
    yield gunzipSync(readFileSync(file), { maxOutputLength: largestBytes });
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code?.startsWith("E") && !code.startsWith("ERR_"))
      throw new InputError(`${file} can't be read: ${fileFailure(error)}.`, "Name the archive.");
    throw refused(
      file,
      code === "ERR_BUFFER_TOO_LARGE" ? "it unpacks to more than 256 MiB" : "it is not gzipped, or cut off",
    );
  }
}

const shown = (path: string): string => JSON.stringify(path.slice(0, 100));

const refused = (file: string, why: string) =>
  new InputError(`${file} is no archive of evidence: ${why}.`, "Ask the signer for the archive again.");
