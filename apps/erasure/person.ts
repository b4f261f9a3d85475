/** Erases a person: the account with its sessions and links. A company that loses its last owner gets another. */
import { and, asc, eq, ne } from "drizzle-orm";
import { InputError } from "../../base/kit-error.ts";
import type { Database } from "../../stores/relational/database.ts";
import { type ErasureRecord, recordErasure } from "../../stores/relational/erasures.ts";
import { account, company, entryLinks, session } from "../../stores/relational/schema.ts";

export interface PersonToErase {
  readonly kind: "person";
  /** The account's. */
  readonly id: string;
  readonly email: string;
  readonly role: "company" | "ministry";
  /** Name and id of the person's company. */
  readonly company?: { readonly id: string; readonly name: string };
  /** Who becomes the company's owner, because this person is its only one. */
  readonly newOwner?: string;
  /** Nobody else of the company has an account. */
  readonly isLastOfCompany: boolean;
  readonly rows: Readonly<Record<string, number>>;
}

/** @throws InputError where no account has the address. */
export async function personToErase(database: Database, email: string): Promise<PersonToErase> {
  const [found] = await database
    .select({ account, company })
    .from(account)
    .leftJoin(company, eq(company.id, account.companyId))
    .where(eq(account.email, email.trim().toLowerCase()));
  if (found === undefined)
    throw new InputError(`No account has the e-mail address ${email}.`, "Check how it is written.");
  const { id, role, isOwner } = found.account;
  const others = await othersOfCompany(database, found.account);
  const successor = isOwner && !others.some((other) => other.isOwner) ? others[0] : undefined;
  return {
    kind: "person",
    id,
    email: found.account.email,
    role,
    ...(found.company && { company: { id: found.company.id, name: found.company.name } }),
    ...(successor && { newOwner: successor.email }),
    isLastOfCompany: found.company !== null && others.length === 0,
    rows: await personRows(database, id),
  };
}

/** @param id the account's. @throws InputError where it is gone already. */
export async function removePersonalData(
  database: Database,
  id: string,
  orderedBy: string,
  now = new Date(),
): Promise<ErasureRecord> {
  return database.transaction(async (store) => {
    const removed = await personRows(store, id);
    if (!(await removeAccount(store, id))) throw new InputError("The account is gone already.");
    return recordErasure(store, { kind: "person", subject: id, orderedBy, removed }, now);
  });
}

/** @returns whether there was one. Sessions and links go with it. */
export async function removeAccount(database: Database, id: string): Promise<boolean> {
  const [gone] = await database.delete(account).where(eq(account.id, id)).returning();
  if (gone === undefined) return false;
  const others = gone.isOwner ? await othersOfCompany(database, gone) : [];
  const [successor] = others;
  if (successor !== undefined && !others.some((other) => other.isOwner))
    await database.update(account).set({ isOwner: true }).where(eq(account.id, successor.id));
  return true;
}

/** In the order in which their accounts were made. */
function othersOfCompany(database: Database, { id, companyId }: typeof account.$inferSelect) {
  return database
    .select({ id: account.id, email: account.email, isOwner: account.isOwner })
    .from(account)
    .where(and(eq(account.companyId, companyId ?? ""), ne(account.id, id)))
    .orderBy(asc(account.createdAt), asc(account.id));
}

async function personRows(database: Database, id: string): Promise<Record<string, number>> {
  const sessions = await database.$count(session, eq(session.accountId, id));
  const links = await database.$count(entryLinks, eq(entryLinks.accountId, id));
  return { account: 1, ...(sessions > 0 && { session: sessions }), ...(links > 0 && { entry_link: links }) };
}
