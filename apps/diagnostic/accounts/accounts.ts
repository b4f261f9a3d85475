/** Accounts of people, their sessions, and one-time links that sign in. */
import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, lt, sql } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import { account, company, entryLinks, session } from "../../../stores/relational/schema.ts";
import type { Role, SignedIn } from "../web/visitor.ts";
import { checkPassword, hashPassword } from "./password.ts";

export interface NewAccount {
  readonly email: string;
  readonly password: string;
  readonly role: Role;
  /** Required for the role `company`. */
  readonly company?: string;
  /** BCP 47. */
  readonly language: string;
  readonly noticeReadAt?: Date;
}

export const sessionSeconds = 14 * 24 * 3600;
const entryLinkSeconds = 24 * 3600;
const dayMilliseconds = 24 * 3600 * 1000;
/** After a link was used. */
const choosePasswordSeconds = 3600;

export const emailOf = (typed: string) => typed.trim().toLowerCase();

/** Whether a text looks like an e-mail address; only a mail that arrives proves that it is one. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>"]{1,64}@[^\s@<>"]+\.[^\s@<>".]{2,}$/.test(text);
}

/** @returns the account's id; undefined where the e-mail address already has an account. */
export async function createAccount(database: Database, values: NewAccount): Promise<string | undefined> {
  return insertAccount(database, values, await hashPassword(values.password));
}

/** An account for a person who signs in by a link first and then chooses a password: nobody knows its present one. */
export function createAccountForLink(
  database: Database,
  values: Omit<NewAccount, "password">,
): Promise<string | undefined> {
  return createAccount(database, { ...values, password: newToken() });
}

/**
 * As `createAccount`, with the password hashed before: hashing takes too long for a transaction. The first account of a
 * company is its owner.
 */
export async function insertAccount(
  database: Database,
  values: Omit<NewAccount, "password">,
  passwordHash: string,
): Promise<string | undefined> {
  const [row] = await database
    .insert(account)
    .values({
      email: emailOf(values.email),
      passwordHash,
      role: values.role,
      companyId: values.company ?? null,
      isOwner:
        values.company === undefined
          ? false
          : sql`NOT EXISTS (SELECT 1 FROM ${account} WHERE ${account.companyId} = ${values.company})`,
      language: values.language,
      noticeReadAt: values.noticeReadAt ?? null,
    })
    .onConflictDoNothing()
    .returning({ id: account.id });
  return row?.id;
}

export interface StoredPassword {
  readonly accountId: string;
  readonly passwordHash: string;
}

export async function storedPasswordOf(
  database: Database,
  of: { readonly accountId: string } | { readonly email: string },
): Promise<StoredPassword | undefined> {
  const [row] = await database
    .select({ accountId: account.id, passwordHash: account.passwordHash })
    .from(account)
    .where("accountId" in of ? eq(account.id, of.accountId) : eq(account.email, emailOf(of.email)));
  return row;
}

/** @returns the account's id; undefined where the e-mail address or the password is wrong. */
export async function authenticate(
  database: Database,
  email: string,
  password: string,
): Promise<string | undefined> {
  const stored = await storedPasswordOf(database, { email });
  return (await checkPassword(password, stored?.passwordHash)) ? stored?.accountId : undefined;
}

/**
 * @param by how the person signed in; after a link a password may be chosen for an hour without the present one.
 * @returns the token for the session's cookie.
 */
export async function startSession(
  database: Database,
  accountId: string,
  by: "password" | "link" = "password",
  now = Date.now(),
): Promise<string> {
  const token = newToken();
  await database.delete(session).where(lt(session.expiresAt, new Date(now)));
  await database.insert(session).values({
    tokenHash: hashOf(token),
    accountId,
    expiresAt: new Date(now + sessionSeconds * 1000),
    mayChoosePasswordUntil: by === "link" ? new Date(now + choosePasswordSeconds * 1000) : null,
  });
  return token;
}

export async function endSession(database: Database, token: string): Promise<void> {
  await database.delete(session).where(eq(session.tokenHash, hashOf(token)));
}

export async function signedInBy(
  database: Database,
  token: string,
  now = Date.now(),
): Promise<SignedIn | undefined> {
  const [row] = await database
    .select({ account, company, mayChoosePasswordUntil: session.mayChoosePasswordUntil })
    .from(session)
    .innerJoin(account, eq(account.id, session.accountId))
    .leftJoin(company, eq(company.id, account.companyId))
    .where(and(eq(session.tokenHash, hashOf(token)), gt(session.expiresAt, new Date(now))))
    .limit(1);
  if (row === undefined) return undefined;
  const { id, email, role, isOwner, language, lastUsedAt } = row.account;
  // To the day: a write for each page would cost more than it tells.
  if (now - lastUsedAt.getTime() >= dayMilliseconds)
    await database
      .update(account)
      .set({ lastUsedAt: new Date(now) })
      .where(eq(account.id, id));
  return {
    accountId: id,
    email,
    role,
    isOwner,
    language,
    company: row.company ?? undefined,
    mayChoosePassword: (row.mayChoosePasswordUntil?.getTime() ?? 0) > now,
  };
}

/** Sets a new password, and ends every session and the link of the account. */
export async function changePassword(database: Database, accountId: string, password: string): Promise<void> {
  const passwordHash = await hashPassword(password);
  await database.transaction(async (store) => {
    await store.update(account).set({ passwordHash }).where(eq(account.id, accountId));
    await store.delete(session).where(eq(session.accountId, accountId));
    await store.delete(entryLinks).where(eq(entryLinks.accountId, accountId));
  });
}

/**
 * Makes a link that signs an account in once, within a day. An older link of the account no longer works.
 * @param destination path of the page that it opens, such as "/machines".
 * @returns the path `/enter/<token>`; the store keeps only the token's hash.
 */
export async function createEntryLink(
  database: Database,
  accountId: string,
  destination: string,
  now = Date.now(),
): Promise<string> {
  const token = newToken();
  const link = {
    tokenHash: hashOf(token),
    destination,
    expiresAt: new Date(now + entryLinkSeconds * 1000),
  };
  await database.delete(entryLinks).where(lt(entryLinks.expiresAt, new Date(now)));
  await database
    .insert(entryLinks)
    .values({ accountId, ...link })
    .onConflictDoUpdate({ target: entryLinks.accountId, set: link });
  return `/enter/${token}`;
}

/** The e-mail address whose account a link signs in; the link stays. @returns undefined where `useEntryLink` does. */
export async function emailOfEntryLink(
  database: Database,
  token: string,
  now = Date.now(),
): Promise<string | undefined> {
  const [row] = await database
    .select({ email: account.email })
    .from(entryLinks)
    .innerJoin(account, eq(account.id, entryLinks.accountId))
    .where(and(eq(entryLinks.tokenHash, hashOf(token)), gt(entryLinks.expiresAt, new Date(now))));
  return row?.email;
}

/** Uses a link, which then no longer works. @returns undefined for one that is unknown, used or too old. */
export async function useEntryLink(
  database: Database,
  token: string,
  now = Date.now(),
): Promise<{ accountId: string; destination: string } | undefined> {
  const [row] = await database
    .delete(entryLinks)
    .where(and(eq(entryLinks.tokenHash, hashOf(token)), gt(entryLinks.expiresAt, new Date(now))))
    .returning({ accountId: entryLinks.accountId, destination: entryLinks.destination });
  return row;
}

export async function accountOfEmail(database: Database, email: string): Promise<string | undefined> {
  const [row] = await database
    .select({ id: account.id })
    .from(account)
    .where(eq(account.email, emailOf(email)));
  return row?.id;
}

/** A random text that nobody guesses: 256 bits in base64url. */
export function newToken(): string {
  return randomBytes(32).toString("base64url");
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
