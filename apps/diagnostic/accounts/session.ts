/** The cookie of a session: read with every request, set when a person signs in, deleted when they sign out. */
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import type { Environment } from "../services.ts";
import { endSession, newToken, sessionSeconds, signedInBy, startSession } from "./accounts.ts";
import { rememberDevice } from "./device.ts";

export const readSession: MiddlewareHandler<Environment> = async (c, next) => {
  const token = getCookie(c, cookieName(c));
  c.set("signedIn", token === undefined ? undefined : await signedInBy(c.var.services.database, token));
  await next();
};

/** For responses that last: a session may end, or its account be removed, meanwhile. */
export async function isStillSignedIn(c: Context<Environment>): Promise<boolean> {
  const token = getCookie(c, cookieName(c));
  return token !== undefined && (await signedInBy(c.var.services.database, token)) !== undefined;
}

export const hasSessionCookie = (c: Context<Environment>): boolean =>
  getCookie(c, cookieName(c)) !== undefined;

/** Starts a session; one that the browser had before ends. */
export async function signIn(
  c: Context<Environment>,
  accountId: string,
  by: "password" | "link" = "password",
): Promise<void> {
  await endCurrentSession(c);
  setSessionCookie(c, await startSession(c.var.services.database, accountId, by));
  await rememberDevice(c, accountId);
}

/** Answers as `signIn` does, and signs nobody in. */
export async function signNobodyIn(c: Context<Environment>): Promise<void> {
  await endCurrentSession(c);
  setSessionCookie(c, newToken());
  await rememberDevice(c, undefined);
}

function setSessionCookie(c: Context<Environment>, token: string): void {
  setCookie(c, cookieName(c), token, {
    path: "/",
    httpOnly: true,
    sameSite: "Lax",
    secure: c.var.services.secureCookies,
    maxAge: sessionSeconds,
  });
}

export async function signOut(c: Context<Environment>): Promise<Response> {
  await endCurrentSession(c);
  deleteCookie(c, cookieName(c), { path: "/", secure: c.var.services.secureCookies });
  return c.redirect("/", 303);
}

async function endCurrentSession(c: Context<Environment>): Promise<void> {
  const token = getCookie(c, cookieName(c));
  if (token !== undefined) await endSession(c.var.services.database, token);
}

/** With https the name itself makes browsers insist on Secure, on this host alone and on the path "/". */
function cookieName(c: Context<Environment>): string {
  return c.var.services.secureCookies ? "__Host-session" : "session";
}
