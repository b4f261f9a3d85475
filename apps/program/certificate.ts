/**
 * The program's own certificate. cert-manager renews its files long before it expires; every new connection reads them, so
 * a renewal needs no restart. Open connections keep the certificate that they began with.
 */

import { readFileSync } from "node:fs";
import { InputError } from "../../base/kit-error.ts";
import type { CertificateFiles } from "./connections.ts";

/** PEM, under the names of `node:tls`. */
export interface CertificateTexts {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/** How often a listening program looks for a renewed certificate. */
const pauseMilliseconds = 30_000;

/** @throws InputError */
export function readCertificate(files: CertificateFiles): CertificateTexts {
  return {
    cert: readSecretFile(files.certificate),
    key: readSecretFile(files.key),
    ca: readSecretFile(files.authority),
  };
}

/** The text of a file that the cluster mounts from a Secret, without white space at its end. @throws InputError */
export function readSecretFile(file: string): string {
  try {
    return readFileSync(file, "utf8").trimEnd();
  } catch (error) {
    throw new InputError(
      `${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`,
      "The cluster mounts it from a Secret; cert-manager or the operator of PostgreSQL makes that.",
      { cause: error },
    );
  }
}

/** For servers, whose certificate is set once: calls `renewed` with each new one until the signal is aborted. */
export function onRenewedCertificate(
  files: CertificateFiles,
  signal: AbortSignal,
  renewed: (certificate: CertificateTexts) => void,
  pause = pauseMilliseconds,
): void {
  let known = readCertificate(files);
  const timer = setInterval(() => {
    const now = readWhole(files);
    if (now === undefined || (now.cert === known.cert && now.ca === known.ca)) return;
    known = now;
    renewed(now);
  }, pause);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** While the files are being written they may be incomplete: the next look finds them. */
function readWhole(files: CertificateFiles): CertificateTexts | undefined {
  try {
    return readCertificate(files);
  } catch {
    return undefined;
  }
}
