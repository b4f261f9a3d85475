/** Adds the statement of the hashes, its signature with a key of the team or cosign, and the PDF that leads to it, to a report's files. */
import { type KeyObject, sign } from "node:crypto";
import type { LoadedCountry } from "../localisation/load.ts";
import {
  cosignFile,
  envelopeFile,
  type Files,
  pdfCosign,
  pdfFile,
  pdfSignature,
  statementFile,
} from "./folder.ts";
import { reportPdf } from "./pdf/document.ts";
import type { Report } from "./report-schema.ts";
import { cosignBundle } from "./signing/cosign.ts";
import { signedEnvelope } from "./signing/envelope.ts";
import { statementOf } from "./signing/statement.ts";

export interface Signer {
  readonly key?: KeyObject;
  /** Reference of a key for cosign. */
  readonly cosignKey?: string;
}

/** @throws InputError where cosign refuses. */
export function withStatement(report: Report, files: Files, { key, cosignKey }: Signer): Files {
  const statement = statementOf(report, files);
  return new Map([
    ...files,
    [statementFile, statement],
    ...(key === undefined ? [] : [[envelopeFile, Buffer.from(signedEnvelope(statement, key))] as const]),
    ...(cosignKey === undefined ? [] : [[cosignFile, cosignBundle(statement, cosignKey)] as const]),
  ]);
}

/**
 * Adds the PDF, which is made of the statement and so can't be in it, and its own signature.
 * @param files with their statement.
 * @throws InputError where cosign refuses.
 */
export async function withPdf(
  report: Report,
  loaded: LoadedCountry,
  files: Files,
  { key, cosignKey }: Signer,
): Promise<Files> {
  const pdf = await pdfOf(report, loaded, files);
  return new Map([
    ...files,
    [pdfFile, pdf],
    ...(key === undefined ? [] : [[pdfSignature, sign(null, pdf, key)] as const]),
    ...(cosignKey === undefined ? [] : [[pdfCosign, cosignBundle(pdf, cosignKey)] as const]),
  ]);
}

/** @param files with their statement. */
export function pdfOf(report: Report, loaded: LoadedCountry, files: Files): Promise<Buffer> {
  const [statement, envelope] = [files.get(statementFile), files.get(envelopeFile)];
  if (statement === undefined) throw new Error("The PDF is made after the statement.");
  return reportPdf(report, loaded, { statement, ...(envelope !== undefined && { envelope }) });
}
