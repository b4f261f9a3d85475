/**
 * The local stack's own certificate authority and the broker's certificate from it. Both are made at the first run and kept,
 * so that devices need `ca.pem` once; the broker's is renewed before it expires or when its names change.
 */

import { createPrivateKey, KeyObject, randomBytes, X509Certificate } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { EnvironmentError } from "../../base/kit-error.ts";
// The certificate library needs it to be loaded first.
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  X509Certificate as IssuedCertificate,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** PEM. */
export interface Certificates {
  /** What devices trust. */
  readonly ca: string;
  readonly key: string;
  readonly certificate: string;
}

const day = 86_400_000;
const authorityDays = 20 * 365;
const serverDays = 397;
const renewBeforeDays = 60;
/** Always among the names, because the stack listens on loopback. */
const loopbackNames = ["localhost", "127.0.0.1", "::1"];

const authorityName = "CN=Country rollout kit local CA";
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

const ownerOnly = 0o600;

interface KeyedCertificate {
  /** PEM, PKCS #8. */
  readonly key: string;
  readonly certificate: string;
}

/**
 * @param folder is created where it does not exist, readable by its owner only.
 * @param names host names and IP addresses by which devices reach the broker, in addition to those of loopback.
 * @throws EnvironmentError where the authority in the folder cannot be used.
 */
export async function openCertificates(
  folder: string,
  names: readonly string[] = [],
  now = new Date(),
): Promise<Certificates> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const authority = await openAuthority(folder, now);
  const allNames = [...new Set([...loopbackNames, ...names])].sort();
  const server = await openServer(folder, authority, allNames, now);
  return { ca: authority.certificate, ...server };
}

async function openAuthority(folder: string, now: Date): Promise<KeyedCertificate> {
  const keyFile = join(folder, "ca.key.pem");
  const certificateFile = join(folder, "ca.pem");
  if (existsSync(certificateFile)) {
    const authority = { key: readIfThere(keyFile), certificate: readFileSync(certificateFile, "utf8") };
    const problem = problemOf(authority, now, 0);
    if (problem === undefined) return authority;
    throw new EnvironmentError(
      `The certificate authority in ${folder} cannot be used: ${problem}.`,
      "Restore the folder from a backup, or delete it: then a new authority is made, and every device needs the new ca.pem.",
    );
  }
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    name: authorityName,
    serialNumber: serialNumber(),
    notBefore: new Date(now.getTime() - day),
    notAfter: new Date(now.getTime() + authorityDays * day),
    signingAlgorithm: algorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const authority = pemOf(keys.privateKey, certificate);
  // The key first: an authority whose key is missing is lost.
  writeWhole(keyFile, authority.key);
  writeWhole(certificateFile, authority.certificate);
  return authority;
}

async function openServer(
  folder: string,
  authority: KeyedCertificate,
  names: readonly string[],
  now: Date,
): Promise<KeyedCertificate> {
  // Key and certificate in one file, so that they are replaced together.
  const file = join(folder, "server.pem");
  const kept = splitPem(readIfThere(file));
  const issuer = new X509Certificate(authority.certificate);
  if (
    problemOf(kept, now, renewBeforeDays) === undefined &&
    new X509Certificate(kept.certificate).verify(issuer.publicKey) &&
    names.every((name) => covers(kept.certificate, name))
  ) {
    return kept;
  }
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const expires = Math.min(now.getTime() + serverDays * day, issuer.validToDate.getTime());
  const server = pemOf(
    keys.privateKey,
    await X509CertificateGenerator.create({
      publicKey: keys.publicKey,
      signingKey: await signingKeyOf(authority.key),
      issuer: authorityName,
      subject: "CN=MQTT broker",
      serialNumber: serialNumber(),
      notBefore: new Date(now.getTime() - day),
      notAfter: new Date(expires),
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
        new SubjectAlternativeNameExtension(
          names.map((name) => ({ type: isIP(name) === 0 ? ("dns" as const) : ("ip" as const), value: name })),
        ),
        await AuthorityKeyIdentifierExtension.create(new IssuedCertificate(authority.certificate)),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    }),
  );
  writeWhole(file, server.certificate + server.key);
  return server;
}

/** @param days before it expires it counts as expired. @returns why it cannot be used. */
function problemOf({ key, certificate }: KeyedCertificate, now: Date, days: number): string | undefined {
  try {
    const parsed = new X509Certificate(certificate);
    if (key === "") return "its key is missing";
    if (!parsed.checkPrivateKey(createPrivateKey(key))) return "its key belongs to another certificate";
    if (parsed.validToDate.getTime() < now.getTime() + days * day) return `it expires on ${parsed.validTo}`;
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function covers(certificate: string, name: string): boolean {
  const parsed = new X509Certificate(certificate);
  return (isIP(name) === 0 ? parsed.checkHost(name) : parsed.checkIP(name)) !== undefined;
}

function pemOf(key: CryptoKey, certificate: IssuedCertificate): KeyedCertificate {
  return {
    key: KeyObject.from(key).export({ type: "pkcs8", format: "pem" }) as string,
    certificate: `${certificate.toString("pem")}\n`,
  };
}

function splitPem(pem: string): KeyedCertificate {
  const start = pem.indexOf("-----BEGIN PRIVATE KEY-----");
  return start < 0
    ? { key: "", certificate: pem }
    : { certificate: pem.slice(0, start), key: pem.slice(start) };
}

function signingKeyOf(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ type: "pkcs8", format: "der" });
  return crypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

/** Positive and 16 bytes long, as RFC 5280 section 4.1.2.2 allows up to 20. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString("hex");
}

function readIfThere(file: string): string {
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** A process that is killed leaves the old file or the new one, never a part of one. */
function writeWhole(file: string, content: string): void {
  const temporary = `${file}.new`;
  writeFileSync(temporary, content, { mode: ownerOnly, flush: true });
  chmodSync(temporary, ownerOnly);
  renameSync(temporary, file);
}
