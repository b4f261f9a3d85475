/** Reads a posted form: one text per field, without control characters. */
import anyAscii from "any-ascii";
import type { Context } from "hono";

export type FormBody = (name: string) => string;

/** A missing field reads as "". Control characters, which the store refuses, become spaces. */
export async function formBody(c: Context): Promise<FormBody> {
  const fields = new URLSearchParams(await c.req.text());
  return (name) => (fields.get(name) ?? "").toWellFormed().replace(/\p{Cc}/gu, " ");
}

/** A typed number with a comma or a point, in the digits of any script. @returns NaN for anything else. */
export function typedNumber(text: string): number {
  const plain = text
    .trim()
    .replace(/\p{Nd}/gu, anyAscii)
    .replace(/[,\u066b]/, ".");
  return /^\d{1,9}(\.\d{1,9})?$/.test(plain) ? Number(plain) : Number.NaN;
}
