/** Texts as programs read them: escapes, encodings and compression undone. */
import { gunzipSync, inflateSync } from "node:zlib";

const longestUnpacked = 4_000_000;

/** Signs that NFKC turns into letters, digits and dots, and signs that names of hosts lose. */
const compatible = /[\u00ad\u200b-\u200d\u2024\u2060\u2100-\u214f\u2460-\u24ff\u3002\ufeff\uff00-\uffef]/;
const lost = /[\u00ad\u200b-\u200d\u2060\ufeff]/g;

/** Slashes, dots and colons as JSON, XML, URLs and shells write them inside a text. */
export function unescaped(text: string): string {
  let plain = text;
  if (compatible.test(plain)) plain = plain.normalize("NFKC").replaceAll("\u3002", ".").replaceAll(lost, "");
  if (plain.includes("\\"))
    plain = plain
      .replaceAll(/\\+(?:u00|x)([2-7][0-9a-f])/gi, fromHex)
      .replaceAll(/\\+\//g, "/")
      .replaceAll(/\\\r?\n/g, "");
  for (let again = 0; again < 2 && plain.includes("%"); again++)
    plain = plain.replaceAll(/%(25|2[ef]|3a|40)/gi, fromHex);
  if (plain.includes("&"))
    plain = plain
      .replaceAll(/&#x0{0,4}([2-7][0-9a-f]);/gi, fromHex)
      .replaceAll(/&#0{0,4}(3[2-9]|[4-9]\d|1[01]\d|12[0-6]);/g, (_, code) =>
        String.fromCharCode(Number(code)),
      )
      .replaceAll(/&(sol|period|colon|commat);/g, (_, name) => entities[name as keyof typeof entities]);
  return plain;
}

const entities = { sol: "/", period: ".", colon: ":", commat: "@" } as const;
const fromHex = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

/** The text of a value in base64, of any encoding, compressed or not; the value itself where it is none. */
export function fromBase64(text: string): string {
  if (!/^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text)) return text;
  return textOfBytes(Buffer.from(text, "base64")) ?? text;
}

/** Undefined for keys, certificates and pictures, in which a name says nothing about who connects to it. */
function textOfBytes(packed: Buffer): string | undefined {
  const bytes = unpacked(packed);
  const start = bytes.subarray(0, 4).toString("latin1");
  if (/^(0\x82|\xfe\xed\xfe\xed|\x89PNG|\xff\xd8|PK|GIF8)/.test(start)) return undefined;
  const zeros = bytes.filter((byte) => byte === 0).length;
  // Latin letters in UTF-16 have a zero byte each.
  if (/^(\xff\xfe|\xfe\xff)/.test(start) || zeros > bytes.length / 3)
    return bytes.toString("latin1").replaceAll("\0", "");
  return bytes.toString("utf8");
}

function unpacked(bytes: Buffer): Buffer {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZlib = bytes[0] === 0x78 && bytes.length > 2 && bytes.readUInt16BE(0) % 31 === 0;
  if (!isGzip && !isZlib) return bytes;
  try {
    return (isGzip ? gunzipSync : inflateSync)(bytes, { maxOutputLength: longestUnpacked });
  } catch {
    return bytes;
  }
}

const shortest = 16;
const isSign = new Uint8Array(128);
for (const sign of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  isSign[sign.charCodeAt(0)] = 1;
const isEncoded = (text: string, at: number): boolean => isSign[text.charCodeAt(at)] === 1;

/** Words of at least 16 letters, digits, `+` and `/`. It looks at each 16th sign, since most words are shorter. */
function* longWords(text: string): Generator<string> {
  for (let at = shortest - 1; at < text.length; at += shortest) {
    if (!isEncoded(text, at)) continue;
    let start = at;
    while (at - start < shortest && isEncoded(text, start - 1)) start--;
    while (start > 0 && at - start >= shortest - 1 && isEncoded(text, start - 1)) start--;
    let end = at + 1;
    if (at - start < shortest - 1) {
      while (end - start < shortest && isEncoded(text, end)) end++;
      if (end - start < shortest) {
        at = end;
        continue;
      }
    }
    while (isEncoded(text, end)) end++;
    yield text.slice(start, end);
    at = end;
  }
}

const readable = /^[\x20-\x7e\s]*$/;

const pem = /-----BEGIN [A-Z0-9 ]{1,40}-----([A-Za-z0-9+/=\s]*)-----END /g;

/** Without keys and certificates in PEM, of which each line would be read alone: names in them are nobody's to connect to. */
const withoutPem = (text: string): string =>
  text.includes("-----BEGIN ")
    ? text.replaceAll(pem, (block, body: string) => (Buffer.from(body, "base64")[0] === 0x30 ? "" : block))
    : text;

/** Texts inside a text that are in base64: `echo aHR0cHM6Ly… | base64 -d`. */
export function encodedWithin(text: string): string[] {
  const found: string[] = [];
  for (const word of longWords(withoutPem(text))) {
    // Most words of 16 letters are names; their first bytes as base64 are no text.
    const isPacked = word.startsWith("H4sI");
    if (!isPacked && !readable.test(Buffer.from(word.slice(0, 12), "base64").toString("latin1"))) continue;
    const inside = textOfBytes(Buffer.from(word, "base64"));
    if (inside === undefined) continue;
    const wrong = inside.replaceAll(/[\x20-\x7e\s]/g, "").length;
    if (wrong <= inside.length / 10) found.push(inside);
  }
  return found;
}
