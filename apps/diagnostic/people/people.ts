/** The people of a company: each with an own account, let in by a one-time link that the owner passes on. */
import { randomBytes } from "node:crypto";
import { and, asc, count, eq, ne } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import { account } from "../../../stores/relational/schema.ts";
import { createAccount, createEntryLink, emailOf } from "../accounts/accounts.ts";

export const peoplePerCompany = 20;

export interface Person {
  readonly id: string;
  readonly email: string;
}

/** In the order in which they came. */
export async function peopleOf(database: Database, company: string): Promise<Person[]> {
  return database
    .select({ id: account.id, email: account.email })
    .from(account)
    .where(eq(account.companyId, company))
    .orderBy(asc(account.createdAt), asc(account.id));
}

/**
 * Makes an account where the person has none yet, and a link in any case: it also helps who forgot the password.
 * @returns the link's path; `taken` where the address has an account elsewhere; `full` where the company has too many.
 */
export async function letIn(
  database: Database,
  company: string,
  email: string,
  language: string,
): Promise<{ readonly path: string } | "taken" | "full"> {
  const known = await personOf(database, company, email);
  if (known !== undefined) return { path: await createEntryLink(database, known, "/account") };
  const [people] = await database
    .select({ count: count() })
    .from(account)
    .where(eq(account.companyId, company));
  if ((people?.count ?? 0) >= peoplePerCompany) return "full";
  // Nobody knows this password: the person chooses an own one after entering by the link.
  const password = randomBytes(24).toString("base64url");
  const id = await createAccount(database, { email, password, role: "company", company, language });
  return id === undefined ? "taken" : { path: await createEntryLink(database, id, "/account") };
}

/** Ends a colleague's access; nobody removes oneself, so that a company always keeps somebody. */
export async function removePerson(
  database: Database,
  company: string,
  id: string,
  by: string,
): Promise<void> {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) return;
  await database
    .delete(account)
    .where(and(eq(account.id, id), eq(account.companyId, company), ne(account.id, by)));
}

async function personOf(database: Database, company: string, email: string): Promise<string | undefined> {
  const [row] = await database
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.email, emailOf(email)), eq(account.companyId, company)));
  return row?.id;
}
