/** Adds the statement of the hashes, and its signature with a key of the team or cosign, to a report's files. */
import type { KeyObject } from "node:crypto";
import { cosignFile, envelopeFile, type Files, statementFile } from "./folder.ts";
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
