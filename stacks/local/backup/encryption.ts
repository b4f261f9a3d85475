/**
 * Encrypts a backup's files in the age format (age-encryption.org/v1) with public keys: the machine that makes backups can't
 * read them, and the tool `age` decrypts them without the kit.
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

/** Loaded only for backups: the start of a stack does not need it. */
const age = () => import("age-encryption");

export interface WrittenFile {
  readonly bytes: number;
  /** Of the encrypted file, in hex. */
  readonly sha256: string;
}

/** The backup is damaged. */
export class DamagedBackupError extends CheckError {
  constructor(message: string, options?: KitErrorOptions) {
    super(message, "Nothing was changed. Choose an earlier backup with --at.", options);
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

/** @throws InputError where one is no public key of age, such as after a typing error. */
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
      "Copy the whole key, which begins with age1. `rollout backup --new-key <file>` makes one.",
    );
  }
}

export function fileStream(path: string): ReadableStream<Uint8Array> {
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
}

/** @returns the file's content; reading it fails where the file was truncated or changed. @throws InputError, DamagedBackupError */
export async function decrypt(
  path: string,
  identities: readonly string[],
): Promise<ReadableStream<Uint8Array>> {
  const decrypter = new (await age()).Decrypter();
  for (const identity of identities) {
    try {
      decrypter.addIdentity(identity);
    } catch {
      throw new InputError("The key file has a damaged key.", "Use another copy of the file.");
    }
  }
  try {
    return await decrypter.decrypt(fileStream(path));
  } catch (error) {
    const { message } = error as Error;
    if (message.startsWith("no identity matched"))
      throw new InputError(
        "The key does not open this backup.",
        "Give with --identity the key file whose public key was in the localisation file when the backup was made.",
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
 * Makes a key pair as `age-keygen` does. Only the file's owner can read the file, which holds the secret key.
 * @returns the public key. @throws InputError where the file exists.
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
    throw new InputError(`${path} exists, and a key is never overwritten.`, "Give another file.");
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
      "Give with --identity the file that `rollout backup --new-key` wrote.",
    );
  }
  const keys = text.split(/\r?\n/).filter((line) => /^AGE-SECRET-KEY-/.test(line));
  if (keys.length === 0)
    throw new InputError(
      `${path} holds no key.`,
      "A key file has a line that begins with AGE-SECRET-KEY-; `rollout backup --new-key` writes one.",
    );
  return keys;
}
