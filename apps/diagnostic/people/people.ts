/** The people of a company: each has an account, and signs in first by a one-time link that the owner passes on. */
import { and, asc, eq, ne } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import { account } from "../../../stores/relational/schema.ts";
import { createAccountForLink, createEntryLink, emailOf } from "../accounts/accounts.ts";

export const peoplePerCompany = 20;

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly isOwner: boolean;
}

/** In the order in which their accounts were made. */
export async function peopleOf(database: Database, company: string): Promise<Person[]> {
  return database
    .select({ id: account.id, email: account.email, isOwner: account.isOwner })
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

/** @returns undefined where the company has no such person, and for oneself. */
export async function colleagueOf(
  database: Database,
  company: string,
  id: string,
  by: string,
): Promise<Person | undefined> {
  return (await peopleOf(database, company)).find((person) => person.id === id && id !== by);
}

/**
 * Ends a colleague's access.
 * @param by the owner who does it. Nobody can remove themselves, so a company always keeps an owner.
 * @returns whether somebody was removed.
 */
export async function removePerson(
  database: Database,
  company: string,
  id: string,
  by: string,
): Promise<boolean> {
  return database.transaction(async (store) => {
    // One after the other, so that two owners can't remove each other at once.
    const people = await store
      .select({ id: account.id, isOwner: account.isOwner })
      .from(account)
      .where(eq(account.companyId, company))
      .orderBy(asc(account.id))
      .for("update");
    if (!people.some((person) => person.id === by && person.isOwner)) return false;
    if (!people.some((person) => person.id === id)) return false;
    const removed = await store
      .delete(account)
      .where(and(eq(account.id, id), eq(account.companyId, company), ne(account.id, by)))
      .returning({ id: account.id });
    return removed.length > 0;
  });
}

async function personOf(database: Database, company: string, email: string): Promise<string | undefined> {
  const [row] = await database
    .select({ id: account.id })
    .from(account)
    .where(and(eq(account.email, emailOf(email)), eq(account.companyId, company)));
  return row?.id;
}
