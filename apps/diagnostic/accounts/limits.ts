/**
 * How often a person may try to register, to sign in or to use a link, and the answer after too many attempts. Of sign-ins
 * only failures count, for each account and address on its own: whoever guesses elsewhere keeps nobody out.
 */
import type { Context } from "hono";
import { networkOf } from "../../../base/network-address.ts";
import type { Environment } from "../services.ts";
import type { FieldErrors } from "../web/forms.ts";
import type { Html } from "../web/view.ts";
import {
  clearAttempts,
  countAttempt,
  giveBackAttempt,
  type Limit,
  type Limited,
  secondsToWait,
  takeAttempt,
} from "./attempts.ts";
import { knownDevice } from "./device.ts";

const limitOf = (name: string, attempts: number, minutes: number): Limit => ({
  name,
  attempts,
  withinMilliseconds: minutes * 60_000,
});

const byEmailAndAddress = limitOf("sign-in by e-mail and address", 10, 15);
const byDevice = limitOf("sign-in by known device", 10, 15);
const byAddress = limitOf("sign-in by address", 60, 15);
/** So many from everywhere: somebody guesses this account's password from many addresses. */
const byEmail = limitOf("sign-in by e-mail", 60, 15);
/** Each new address may then try less often, but none is kept out by what the others did. */
const byEmailAndAddressWhileGuessed: Limit = { ...byEmailAndAddress, attempts: 3 };
export const presentPasswords = limitOf("present password by account", 10, 15);
/** A training day brings many owners behind one address. */
export const registrations = limitOf("registration by address", 50, 60);
export const invitations = limitOf("invitation by company", 40, 60);
export const wrongLinks = limitOf("wrong entry link by address", 30, 15);

/** An attempt to sign in, counted as a failure until it succeeds, so that attempts in parallel don't slip through. */
export interface SignInAttempt {
  /** Seconds until the next is allowed; 0 when this one was. */
  readonly wait: number;
  failed(): Promise<void>;
  succeeded(): Promise<void>;
}

export async function attemptSignIn(c: Context<Environment>, email: string): Promise<SignInAttempt> {
  const { database } = c.var.services;
  const everywhere = { limit: byEmail, key: email };
  const device = await knownDevice(c, email);
  const [own, ...shared] = device === undefined ? await limitsOfStranger() : [limitOfDevice(device)];
  const at = Date.now();
  return {
    wait: await takeAttempt(database, [own, ...shared], at),
    async failed() {
      if (device === undefined) await countAttempt(database, everywhere, at);
    },
    async succeeded() {
      await clearAttempts(database, own);
      for (const limited of shared) await giveBackAttempt(database, limited, at);
    },
  };

  function limitOfDevice(name: string): Limited {
    return { limit: byDevice, key: `${email} ${name}` };
  }

  async function limitsOfStranger(): Promise<[Limited, Limited]> {
    const address = addressOf(c);
    const isGuessed = (await secondsToWait(database, [everywhere])) > 0;
    const limit = isGuessed ? byEmailAndAddressWhileGuessed : byEmailAndAddress;
    return [
      { limit, key: `${email} ${address}` },
      { limit: byAddress, key: address },
    ];
  }
}

/** The client's IPv4 address, or its IPv6 network of 64 bits: who has one address of it has all. */
export function addressOf(c: Context<Environment>): string {
  const { clientAddress } = c.var.services;
  return networkOf(clientAddress?.(c.req.raw) ?? c.env?.incoming?.socket.remoteAddress ?? "unknown");
}

/** @param page the form with these errors. */
export function tooMany(c: Context<Environment>, seconds: number, page: (errors: FieldErrors) => Html) {
  c.header("Retry-After", String(seconds));
  const text = c.var.view.t("form.too-many", { minutes: Math.ceil(seconds / 60) });
  return c.html(page({ "": text }), 429);
}
