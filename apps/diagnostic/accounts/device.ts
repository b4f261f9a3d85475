/**
 * A cookie by which a device is known again on which an account has signed in. Strangers' wrong passwords then never keep
 * that person out (OWASP, "Device cookies"). A changed password ends it.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import type { Environment } from "../services.ts";
import { newToken, type StoredPassword, storedPasswordOf } from "./accounts.ts";

const deviceSeconds = 365 * 24 * 3600;

/** @returns a text that names the device; undefined where the account has not signed in there. */
export async function knownDevice(c: Context<Environment>, email: string): Promise<string | undefined> {
  const [name = "", proof = ""] = (getCookie(c, cookieName(c)) ?? "").split(".");
  if (proof === "") return undefined;
  const stored = await storedPasswordOf(c.var.services.database, { email });
  if (stored === undefined) return undefined;
  const [given, expected] = [Buffer.from(proof), Buffer.from(proofOf(name, stored))];
  return given.length === expected.length && timingSafeEqual(given, expected) ? name : undefined;
}

/** @param accountId undefined for a cookie that looks the same and proves nothing. */
export async function rememberDevice(c: Context<Environment>, accountId: string | undefined): Promise<void> {
  const { database, secureCookies } = c.var.services;
  const stored = accountId === undefined ? undefined : await storedPasswordOf(database, { accountId });
  const name = newToken();
  const proof = stored === undefined ? newToken() : proofOf(name, stored);
  setCookie(c, cookieName(c), `${name}.${proof}`, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: secureCookies,
    maxAge: deviceSeconds,
  });
}

/** The key never leaves the store, and is another after each change of the password. */
function proofOf(name: string, { accountId, passwordHash }: StoredPassword): string {
  return createHmac("sha256", passwordHash).update(`device ${name} ${accountId}`).digest("base64url");
}

function cookieName(c: Context<Environment>): string {
  return c.var.services.secureCookies ? "__Host-device" : "device";
}
