/** DSSE envelopes (github.com/secure-systems-lab/dsse, v1.0.2) around in-toto statements, signed with Ed25519. */
import { type KeyObject, sign, verify } from "node:crypto";
import { InputError } from "../../base/kit-error.ts";
import { fingerprint } from "./keys.ts";

const payloadType = "application/vnd.in-toto+json";

/** The bytes that are signed. The type is part of them, so that a payload of one type can't be used as another. */
function preAuthenticationEncoding(type: string, body: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${body.length} `, "utf8"),
    body,
  ]);
}

export function signedEnvelope(payload: Buffer, key: KeyObject): string {
  const envelope = {
    payload: payload.toString("base64"),
    payloadType,
    signatures: [
      {
        keyid: fingerprint(key),
        sig: sign(null, preAuthenticationEncoding(payloadType, payload), key).toString("base64"),
      },
    ],
  };
  return `${JSON.stringify(envelope, null, 2)}\n`;
}

export interface OpenedEnvelope {
  readonly payload: Buffer;
  /** Number of signatures. */
  readonly signatures: number;
}

/**
 * The payload, if the key made one of the signatures. The key ids in the envelope are ignored.
 * @throws InputError with what is wrong.
 */
export function openEnvelope(text: string, key: KeyObject): OpenedEnvelope {
  const envelope = parse(text);
  const signed = preAuthenticationEncoding(payloadType, envelope.payload);
  if (!envelope.signatures.some((signature) => verify(null, signed, key, signature)))
    throw new InputError(
      `The envelope is not signed by the key ${fingerprint(key).slice(0, 16)}…, or it was changed after it was signed.`,
      "Ask the signer for the report and the public key again, each over a channel that you trust.",
    );
  return { payload: envelope.payload, signatures: envelope.signatures.length };
}

function parse(text: string): { readonly payload: Buffer; readonly signatures: readonly Buffer[] } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged("it is not JSON, or a part of it is missing");
  }
  // Only what this kit writes is valid: no duplicate keys, no other spelling of a key.
  const { payload, payloadType: type, signatures, ...more } = (value ?? {}) as Record<string, unknown>;
  if (type !== payloadType)
    throw damaged(`its payload type is ${JSON.stringify(type)?.slice(0, 80)}, not ${payloadType}`);
  if (typeof payload !== "string" || !Array.isArray(signatures) || Object.keys(more).length > 0)
    throw damaged("its fields are not payload, payloadType and signatures");
  if (signatures.length === 0) throw damaged("it has no signature");
  if (signatures.length > 16) throw damaged("it has more than 16 signatures");
  if (`${JSON.stringify(value, null, 2)}\n` !== text)
    throw damaged("it has a duplicate field, or it was written by another program");
  return {
    payload: decoded(payload, "payload"),
    signatures: signatures.map((signature: unknown) => {
      const { sig } = (signature ?? {}) as { sig?: unknown };
      if (typeof sig !== "string") throw damaged("one of its signatures is empty");
      return decoded(sig, "signature");
    }),
  };
}

function decoded(text: string, what: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text) throw damaged(`its ${what} is not base64`);
  return bytes;
}

const damaged = (why: string) =>
  new InputError(`The envelope is damaged: ${why}.`, "Ask the signer for the report again.");
