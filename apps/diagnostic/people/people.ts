/** The people of a company: each has an account, and signs in first by a one-time link that a colleague passes on. */
import { and, asc, eq, ne } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import { account } from "../../../stores/relational/schema.ts";
import { createAccountForLink, createEntryLink, emailOf } from "../accounts/accounts.ts";

export const peoplePerCompany = 20;

export interface Person {
  readonly id: string;
  readonly email: string;
}

/** In the order in which their accounts were made. */
export async function peopleOf(database: Database, company: string): Promise<Person[]> {
  return database
    .select({ id: account.id, email: account.email })
    .from(account)
    .where(eq(account.companyId, company))
    .orderBy(asc(account.createdAt), asc(account.id));
}

/**
 * Makes an account where the person has none yet, and always a link: it also helps people who forgot their password.
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
  if ((await database.$count(account, eq(account.companyId, company))) >= peoplePerCompany) return "full";
  const id = await createAccountForLink(database, { email, role: "company", company, language });
  return id === undefined ? "taken" : { path: await createEntryLink(database, id, "/account") };
}

/** Ends a colleague's access. Nobody can remove themselves, so a company always keeps one account. */
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
