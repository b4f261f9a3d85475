/**
 * Encrypts a backup's files in the age format (age-encryption.org/v1): to public keys, so that the machine that makes
 * backups can't read them, and so that the tool `age` opens them without the kit.
 */

import { createHash } from "node:crypto";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  fsyncSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream as WebStream } from "node:stream/web";
import type { Encrypter } from "age-encryption";
import { CheckError, InputError, type KitErrorOptions } from "../../../base/kit-error.ts";

/** Loaded with the first backup: a stack's start needs no ciphers. */
const age = () => import("age-encryption");

export interface WrittenFile {
  readonly bytes: number;
  /** Of the encrypted file, in hex. */
  readonly sha256: string;
}

/** The backup is not what was written. */
export class DamagedBackupError extends CheckError {
  constructor(message: string, options?: KitErrorOptions) {
    super(message, "Nothing was changed; choose an earlier backup by --at.", options);
  }
}

/** @param path of a file that doesn't exist yet; only its owner may read it. It is on disk when this returns. */
export async function encryptTo(
  path: string,
  content: ReadableStream<Uint8Array>,
  recipients: readonly string[],
  signal?: AbortSignal,
): Promise<WrittenFile> {
  const encrypter = new (await age()).Encrypter();
  for (const recipient of recipients) addRecipient(encrypter, recipient);
  const encrypted = Readable.fromWeb((await encrypter.encrypt(content)) as WebStream<Uint8Array>);
  const digest = createHash("sha256");
  let bytes = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(encrypted, measured, createWriteStream(path, { flags: "wx", mode: 0o600, flush: true }), {
    signal,
  });
  return { bytes, sha256: digest.digest("hex") };
}

/** @throws InputError where one is no public key of age, such as for a slip of the pen. */
export async function checkRecipients(recipients: readonly string[]): Promise<void> {
  const { Encrypter } = await age();
  for (const recipient of recipients) addRecipient(new Encrypter(), recipient);
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch {
    throw new InputError(
      `"${recipient}" is no public key.`,
      "Copy the whole key that begins with age1; `rollout backup --new-key <file>` makes one.",
    );
  }
}

export function fileStream(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
}

/** @returns the file's content, whose end fails where the file was cut or changed. @throws InputError, DamagedBackupError */
export async function decrypt(
  path: string,
  identities: readonly string[],
): Promise<ReadableStream<Uint8Array>> {
  const decrypter = new (await age()).Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      throw new InputError("The key file holds a key that is damaged.", "Use another copy of it.");
    }
  }
  try {
    return await decrypter.decrypt(fileStream(path));
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("no identity matched"))
      throw new InputError(
        "The key does not open this backup.",
        "Name the key file whose public key stood in the localisation file when the backup was made, by --identity.",
      );
    throw new DamagedBackupError(`${path} is damaged: ${message}`, { cause: error });
  }
}

/** @throws DamagedBackupError */
export async function decryptTo(target: string, path: string, identities: readonly string[]): Promise<void> {
  const content = await decrypt(path, identities);
  try {
    await pipeline(
      Readable.fromWeb(content as WebStream<Uint8Array>),
      createWriteStream(target, { flags: "wx", mode: 0o600 }),
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw error;
    throw new DamagedBackupError(`${path} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

export async function sha256Of(path: string): Promise<string> {
  const digest = createHash("sha256");
  await pipeline(createReadStream(path), digest);
  return digest.digest("hex");
}

/**
 * Makes a key as `age-keygen` does: the file holds the secret half, for its owner alone.
 * @returns the public half. @throws InputError where the file exists.
 */
export async function createKeyFile(path: string): Promise<string> {
  const { generateX25519Identity, identityToRecipient } = await age();
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  let file: number;
  try {
    file = openSync(path, "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new InputError(`${path} exists, and a key is never overwritten.`, "Name another file.");
  }
  const created = new Date().toISOString();
  try {
    writeFileSync(file, `# created: ${created}\n# public key: ${recipient}\n${identity}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return recipient;
}

/** @returns the secret keys in a file of `age-keygen` or `rollout backup --new-key`. @throws InputError */
export function readKeyFile(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(
      `The key file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      "Name the file that `rollout backup --new-key` wrote, by --identity.",
    );
  }
  const keys = text.split(/\r?\n/).filter((line) => /^AGE-SECRET-KEY-/.test(line));
  if (keys.length === 0)
    throw new InputError(
      `${path} holds no key.`,
      "It is a file with a line that begins with AGE-SECRET-KEY-, as `rollout backup --new-key` writes it.",
    );
  return keys;
}
