/** Ed25519 keys that sign reports: makes them, writes them (PKCS #8, encrypted if a passphrase is given) and reads them. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from "node:crypto";
import { closeSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { fileFailure } from "../../base/file-failure.ts";
import { InputError } from "../../base/kit-error.ts";
import { sha256 } from "../canonical.ts";

const largestKeyBytes = 64 * 1024;

/** SHA-256 of the key's SubjectPublicKeyInfo, with which people compare keys, for instance by telephone. */
export function fingerprint(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return sha256(publicKey.export({ type: "spki", format: "der" }));
}

/**
 * Writes a new pair: `<file>`, which only its owner can read, and `<file without .pem>.pub.pem` for everyone.
 * @throws InputError where one of the files exists.
 */
export function makeKeyPair(
  file: string,
  passphrase?: string,
): { readonly privateFile: string; readonly publicFile: string; readonly fingerprint: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const publicFile = `${file.replace(/\.pem$/, "")}.pub.pem`;
  const secret = privateKey.export({
    type: "pkcs8",
    format: "pem",
    ...(passphrase !== undefined && { cipher: "aes-256-cbc", passphrase }),
  });
  writeNew(file, secret, 0o600);
  writeNew(publicFile, publicKey.export({ type: "spki", format: "pem" }), 0o644);
  return { privateFile: file, publicFile, fingerprint: fingerprint(publicKey) };
}

function writeNew(file: string, content: string | Buffer, mode: number): void {
  let descriptor: number;
  try {
    descriptor = openSync(file, "wx", mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "EEXIST"
      ? new InputError(`${file} already exists.`, "Name another file: the kit never replaces a key.")
      : new InputError(
          `${file} can't be written: ${fileFailure(error)}.`,
          "Name a file in a folder of your own.",
        );
  }
  try {
    writeSync(descriptor, content.toString());
  } finally {
    closeSync(descriptor);
  }
}

/** @throws InputError */
export function readPrivateKey(file: string, passphrase?: string): KeyObject {
  const text = readKeyFile(file);
  if (!text.includes("PRIVATE KEY"))
    throw new InputError(
      `${file} holds no private key in PEM format.`,
      "Make one with `rollout report keygen <file>`, and name the file without .pub.",
    );
  const encrypted = text.includes("ENCRYPTED");
  if (encrypted && passphrase === undefined)
    throw new InputError(
      `${file} is encrypted with a passphrase.`,
      "Name the file with the passphrase by --passphrase-file.",
    );
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: text, format: "pem", ...(passphrase !== undefined && { passphrase }) });
  } catch {
    throw encrypted
      ? new InputError(`The passphrase of ${file} is wrong.`, "Check the passphrase and the file.")
      : new InputError(`${file} is damaged.`, "Restore it from a backup.");
  }
  return requireEd25519(key, file);
}

/** @throws InputError */
export function readPublicKey(file: string): KeyObject {
  const text = readKeyFile(file);
  if (text.includes("PRIVATE KEY"))
    throw new InputError(
      `${file} holds a private key, which only the signer may have.`,
      "Name the public key, such as signer.pub.pem.",
    );
  let key: KeyObject;
  try {
    key = createPublicKey({ key: text, format: "pem" });
  } catch {
    throw new InputError(`${file} holds no public key in PEM format.`, "Ask the signer for it.");
  }
  return requireEd25519(key, file);
}

/** A key that the verifier trusts, from its own file or from a certificate that limits when it may sign. */
export interface TrustedKey {
  readonly file: string;
  readonly key: KeyObject;
  readonly validity?: { readonly from: Date; readonly until: Date };
}

/**
 * @param file in PEM format: a public key, or an X.509 certificate. Who issued the certificate is not checked: the verifier trusts
 * the file itself.
 * @throws InputError
 */
export function readTrustedKey(file: string): TrustedKey {
  const text = readKeyFile(file);
  if (!text.includes("BEGIN CERTIFICATE")) return { file, key: readPublicKey(file) };
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(text);
  } catch {
    throw new InputError(`${file} holds no certificate in PEM format.`, "Ask the signer for it.");
  }
  const { publicKey, validFromDate: from, validToDate: until } = certificate;
  return { file, key: requireEd25519(publicKey, file), validity: { from, until } };
}

function requireEd25519(key: KeyObject, file: string): KeyObject {
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new InputError(
    `${file} holds a key of the kind ${key.asymmetricKeyType ?? "secret"}; reports are signed with Ed25519.`,
    "Make one with `rollout report keygen <file>`.",
  );
}

function readKeyFile(file: string): string {
  try {
    const status = statSync(file);
    if (!status.isFile() || status.size > largestKeyBytes)
      throw new InputError(`${file} is not a key file.`, "Name a PEM file.");
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      `${file} can't be read: ${fileFailure(error)}.`,
      "Check the path and its permissions.",
    );
  }
}
