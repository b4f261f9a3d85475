/** The accounts that a local stack has from its first start, and links that sign its user in without typing. */
import { randomBytes } from "node:crypto";
import {
  accountOfEmail,
  changePassword,
  createAccount,
  createEntryLink,
} from "../../apps/diagnostic/accounts/accounts.ts";
import type { Database } from "../../stores/relational/database.ts";

export interface StartLogin {
  /** Name of the user, to show. */
  readonly name: string;
  readonly role: "ministry" | "company";
  readonly email: string;
  /** Present when this start made or renewed it: only its hash is stored. */
  readonly password?: string;
  /** Path that signs in once, within a day. */
  readonly entryPath: string;
}

export interface LoginRequest {
  readonly name: string;
  readonly role: StartLogin["role"];
  readonly email: string;
  /** Required for the role `company`. */
  readonly company?: string;
  /** BCP 47. */
  readonly language: string;
  /** Path of the page that the entry link opens. */
  readonly destination: string;
}

/** Creates the account where it is missing; with `renew` an existing one gets a new password. */
export async function ensureLogin(
  database: Database,
  request: LoginRequest,
  renew: boolean,
): Promise<StartLogin> {
  const { name, role, email, destination, ...rest } = request;
  const existing = await accountOfEmail(database, email);
  const password = existing === undefined || renew ? newPassword() : undefined;
  let account = existing;
  if (password !== undefined) {
    if (existing === undefined) account = await createAccount(database, { role, email, password, ...rest });
    else await changePassword(database, existing, password);
  }
  if (account === undefined) throw new Error(`The account of ${email} could not be created.`);
  return {
    name,
    role,
    email,
    ...(password === undefined ? {} : { password }),
    entryPath: await createEntryLink(database, account, destination),
  };
}

/** 96 random bits in four groups, without letters that look alike, so that it can be typed from paper. */
function newPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  const letters = Array.from(randomBytes(20), (byte) => alphabet[byte % alphabet.length]!);
  return [0, 5, 10, 15].map((start) => letters.slice(start, start + 5).join("")).join("-");
}
