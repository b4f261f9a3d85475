/** Reads a posted form: one text per field, free of what no text should hold. */
import type { Context } from "hono";

export type FormBody = (name: string) => string;

/** Fields that are missing read as "". Control characters, which the store refuses, become spaces. */
export async function formBody(c: Context): Promise<FormBody> {
  const fields = new URLSearchParams(await c.req.text());
  return (name) => (fields.get(name) ?? "").toWellFormed().replace(/\p{Cc}/gu, " ");
}

/** A typed number with a comma or a point. @returns NaN for what isn't one. */
export function typedNumber(text: string): number {
  const plain = text.trim().replace(",", ".");
  return /^\d{1,9}(\.\d{1,9})?$/.test(plain) ? Number(plain) : Number.NaN;
}
