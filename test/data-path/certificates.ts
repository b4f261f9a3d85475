/** An authority and certificates from it, as cert-manager makes them for a stack's parts; in a folder of the caller's. */
import "reflect-metadata";
import { KeyObject, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 86_400_000;

/** PEM files, named as cert-manager names them. */
export interface CertificateFolder {
  readonly folder: string;
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

export class TestAuthority {
  readonly pem: string;
  readonly #keys: CryptoKeyPair;
  readonly #name: string;

  private constructor(name: string, keys: CryptoKeyPair, pem: string) {
    this.#name = name;
    this.#keys = keys;
    this.pem = pem;
  }

  static async make(name = "CN=Parts of the stack"): Promise<TestAuthority> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      keys,
      name,
      serialNumber: serialNumber(),
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 10 * day),
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      ],
    });
    return new TestAuthority(name, keys, `${certificate.toString("pem")}\n`);
  }

  /** Writes `tls.crt`, `tls.key` and `ca.crt`. */
  async issue(folder: string, commonName: string, names: readonly string[] = []): Promise<CertificateFolder> {
    const keys = await newKeys();
    const certificate = await X509CertificateGenerator.create({
      publicKey: keys.publicKey,
      signingKey: this.#keys.privateKey,
      issuer: this.#name,
      subject: `CN=${commonName}`,
      serialNumber: serialNumber(),
      notBefore: new Date(Date.now() - day),
      notAfter: new Date(Date.now() + 5 * day),
      signingAlgorithm: algorithm,
      extensions: [
        new BasicConstraintsExtension(false, undefined, true),
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
        new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
        ...(names.length === 0
          ? []
          : [new SubjectAlternativeNameExtension(names.map((value) => ({ type: "dns" as const, value })))]),
      ],
    });
    mkdirSync(folder, { recursive: true });
    const files = {
      folder,
      certificate: join(folder, "tls.crt"),
      key: join(folder, "tls.key"),
      authority: join(folder, "ca.crt"),
    };
    writeFileSync(files.certificate, `${certificate.toString("pem")}\n`);
    writeFileSync(
      files.key,
      KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }) as string,
    );
    writeFileSync(files.authority, this.pem);
    return files;
  }
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** Positive (RFC 5280, section 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString("hex");
}
