/** Hashes and checks the passwords of accounts with scrypt (RFC 7914), a few at a time, so that sign-ins can't use up the memory. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { HTTPException } from "hono/http-exception";
import type { Country } from "../../../localisation/schema/country.ts";
import type { Content } from "../web/html.ts";
import type { View } from "../web/view.ts";
import { weaknessOf } from "./weak-password.ts";

/** 32 MiB and three rounds: one of the settings of equal strength in OWASP's Password Storage Cheat Sheet. */
const cost = { N: 2 ** 15, r: 8, p: 3 } as const;
const keyLength = 32;
const atATime = 4;
const waitingAtMost = 64;

export const shortestPassword = 10;
/** Longer input only costs time. */
export const longestPassword = 200;

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);
let running = 0;
const waiting: (() => void)[] = [];

/**
 * @param own the person's address, the company's name and the like.
 * @returns what is wrong with a new password; undefined where nothing is.
 */
export async function passwordError(
  { t }: Pick<View, "t">,
  password: string,
  own: readonly string[],
): Promise<Content | undefined> {
  const { length } = [...password];
  if (length < shortestPassword) return t("register.password.short", { count: shortestPassword });
  if (password.length > longestPassword) return t("register.password.long", { count: longestPassword });
  const weakness = await weaknessOf(password, { common: [String(t("sign-in.password"))], own });
  return weakness && t(`register.password.${weakness}`);
}

/** Words that everybody in the programme would try. */
export function namesOfProgramme({ country, programme }: Country): string[] {
  return ["rollout", country, ...Object.values(programme.operator.name), ...Object.values(programme.name)];
}

/** @returns `scrypt$N$r$p$salt$hash`, salt and hash in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await deriveInTurn(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), hash.toString("base64url")].join("$");
}

/** Takes as long for an unknown account (no hash) as for a wrong password. */
export async function checkPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [scheme, N, r, p, salt, hash] = (stored ?? "").split("$");
  if (scheme !== "scrypt" || salt === undefined || hash === undefined) {
    await deriveInTurn(password, Buffer.alloc(16), cost);
    return false;
  }
  const expected = Buffer.from(hash, "base64url");
  const options = { N: Number(N), r: Number(r), p: Number(p) };
  const given = await deriveInTurn(password, Buffer.from(salt, "base64url"), options);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

async function deriveInTurn(
  password: string,
  salt: Buffer,
  options: typeof cost | ScryptOptions,
): Promise<Buffer> {
  if (running >= atATime) {
    if (waiting.length >= waitingAtMost)
      throw new HTTPException(503, { message: "Too many sign-ins at once." });
    await new Promise<void>((resolve) => waiting.push(resolve));
  } else running += 1;
  try {
    // A character may be typed in composed or decomposed form, depending on the keyboard.
    return await derive(password.normalize("NFKC"), salt, keyLength, { ...options, maxmem: 256 * 2 ** 20 });
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
