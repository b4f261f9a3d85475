/** Tar archives that are the same bytes for the same files, written and read as streams. */

import { once } from "node:events";
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { Header, Parser, Pax, type ReadEntry } from "tar";
import { InputError } from "../../base/kit-error.ts";

const blockBytes = 512;
const largeBytes = 1 << 20;
/** npm's own date for packed files: no file's real one, which would differ from build to build. */
const modified = new Date("1985-10-26T08:15:00Z");

export interface TarFile {
  /** In the archive. */
  readonly path: string;
  /** On the disk. */
  readonly file: string;
}

/** Files below a folder, by their path in the archive. Links are left out: npm packs none. */
export function filesBelow(
  folder: string,
  path: string,
  keep: (name: string) => boolean = () => true,
): TarFile[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!keep(entry.name)) return [];
    const file = join(folder, entry.name);
    const inside = path === "" ? entry.name : `${path}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(file, inside, keep);
    return entry.isFile() ? [{ path: inside, file }] : [];
  });
}

/** The archive's bytes, its files in the order of the list. */
export async function* tarOf(files: readonly TarFile[]): AsyncGenerator<Buffer> {
  for (const { path, file } of files) {
    const { size, mode } = statSync(file);
    yield headerOf(path, size, (mode & 0o111) !== 0);
    let read = 0;
    for await (const chunk of contentOf(file, size)) {
      read += chunk.length;
      yield chunk;
    }
    if (read !== size) throw new Error(`${file} changed while it was read.`);
    const rest = size % blockBytes;
    if (rest > 0) yield Buffer.alloc(blockBytes - rest);
  }
  // Two empty blocks end an archive.
  yield Buffer.alloc(2 * blockBytes);
}

/** A stream costs a large buffer, and most files are small. */
function contentOf(file: string, size: number): Iterable<Buffer> | AsyncIterable<Buffer> {
  return size > largeBytes ? createReadStream(file, { highWaterMark: largeBytes }) : [readFileSync(file)];
}

function headerOf(path: string, size: number, executable: boolean): Buffer {
  const fields = {
    path,
    size,
    mode: executable ? 0o755 : 0o644,
    uid: 0,
    gid: 0,
    mtime: modified,
    type: "File" as const,
  };
  const block = Buffer.alloc(blockBytes);
  const needsMore = new Header(fields).encode(block);
  return needsMore ? Buffer.concat([new Pax({ path, size }).encode(), block]) : block;
}

export interface TarEntry {
  readonly path: string;
  readonly isFile: boolean;
  readonly bytes: number;
  readonly executable: boolean;
  readonly content: AsyncIterable<Buffer>;
}

/**
 * Reads an archive, compressed or not, entry by entry.
 * @param take must read the content of each entry to its end, or throw.
 * @throws InputError, and what `take` throws.
 */
export async function readTar(
  source: AsyncIterable<Buffer>,
  take: (entry: TarEntry) => Promise<void>,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  let work = Promise.resolve();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  const fail = (error: unknown) => {
    failure ??= { error };
    reject(error);
  };
  const parser = new Parser({
    strict: true,
    onReadEntry: (entry: ReadEntry) => {
      work = work
        .then(() =>
          take({
            path: entry.path,
            isFile: entry.type === "File" || entry.type === "OldFile",
            bytes: entry.size,
            executable: ((entry.mode ?? 0) & 0o100) !== 0,
            content: entry as unknown as AsyncIterable<Buffer>,
          }),
        )
        .catch(fail);
    },
  });
  parser.on("error", (error: unknown) => fail(new InputError((error as Error).message)));
  const ended = once(parser, "end").catch(() => {});
  for await (const chunk of source) {
    if (failure !== undefined) throw failure.error;
    if (!parser.write(chunk)) await Promise.race([once(parser, "drain"), failed]);
  }
  parser.end();
  await Promise.race([ended, failed]);
  await Promise.race([work, failed]);
  if (failure !== undefined) throw (failure as { readonly error: unknown }).error;
}
