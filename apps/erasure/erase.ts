/**
 * Erasure in both stores. The relational store comes first, in one transaction with the record of the erasure: from then on no
 * login works and no reading is accepted. What the time-series store has is removed next. A record without an end says that this
 * is still to be done, so a process that was killed between the two is followed by one that goes on.
 */

import type { ClickHouseClient } from "@clickhouse/client";
import { eq, inArray, sql } from "drizzle-orm";
import type { Database } from "../../stores/relational/database.ts";
import {
  type ErasureRecord,
  erasedAmong,
  erasureRecords,
  finishErasure,
  isOf,
  keepCounts,
  unfinishedErasures,
} from "../../stores/relational/erasures.ts";
import { account, company, loginChange } from "../../stores/relational/schema.ts";
import { companiesWithRows, companyRows } from "../../stores/time-series/company-rows.ts";
import type { Layout } from "../../stores/time-series/layout.ts";
import { removeAccount } from "./person.ts";

export interface ErasureStores {
  readonly database: Database;
  readonly client: ClickHouseClient;
  readonly layout: Layout;
  /** Deletes a company's rows of the time-series store, at a time when no key figures of it are being written. */
  readonly deleteRows: (company: string) => Promise<void>;
}

/**
 * Removes from the time-series store what erased companies have there, and writes the ends of the erasures.
 * @param orderedBefore companies' ordered later wait, because readings of their machines may still come in, and so do those with
 *   a connection that is still to be ended; none where absent, because then no broker runs or it has ended them.
 * @returns the records that were finished, with all counts.
 */
export async function finishErasures(stores: ErasureStores, orderedBefore?: Date): Promise<ErasureRecord[]> {
  const { database } = stores;
  const unfinished = await unfinishedErasures(database);
  if (unfinished.length === 0) return [];
  const connected = await companiesWithChangedLogins(database);
  const mayStillSend = (record: ErasureRecord, before: Date) =>
    record.orderedAt >= before || connected.some((id) => isOf(record, id));
  const open = unfinished.filter(
    (record) =>
      record.kind === "person" || orderedBefore === undefined || !mayStillSend(record, orderedBefore),
  );
  if (open.length === 0) return [];
  const companies = open.some(({ kind }) => kind === "company")
    ? await companiesWithRows(stores.client, stores.layout)
    : [];
  const finished: ErasureRecord[] = [];
  for (const record of open) {
    const removed = { ...record.removed };
    const id = record.kind === "company" ? companies.find((each) => isOf(record, each)) : undefined;
    if (id !== undefined) {
      // Rows that an interrupted attempt has deleted already count too.
      for (const [table, rows] of Object.entries(await companyRows(stores.client, id, stores.layout)))
        removed[table] = Math.max(rows, removed[table] ?? 0);
      await keepCounts(database, record, removed);
      await stores.deleteRows(id);
    }
    finished.push({ ...record, removed, finishedAt: new Date() });
  }
  await forgetLogins(database, erasedAmong(open, "company", connected));
  await rewriteTables(database);
  for (const record of finished) await finishErasure(database, record, record.removed, record.finishedAt!);
  return finished;
}

export interface ErasedAgain {
  readonly companies: number;
  readonly people: number;
}

/**
 * Erases again what a restore has brought back, or what came in late: whatever a record in the store is of. Readings of erasures
 * that have not ended are left to `finishErasures`, which counts them.
 */
export async function eraseAgain(stores: ErasureStores): Promise<ErasedAgain> {
  const { database } = stores;
  const records = await erasureRecords(database);
  if (records.length === 0) return { companies: 0, people: 0 };
  const inStore = (await database.select({ id: company.id }).from(company)).map(({ id }) => id);
  const accounts = (await database.select({ id: account.id }).from(account)).map(({ id }) => id);
  const companies = new Set(erasedAmong(records, "company", inStore));
  if (companies.size > 0) await database.delete(company).where(inArray(company.id, [...companies]));
  const people = erasedAmong(records, "person", accounts);
  for (const id of people) await database.transaction((store) => removeAccount(store, id));
  const ended = records.filter(({ finishedAt }) => finishedAt !== null);
  for (const id of erasedAmong(ended, "company", await companiesWithRows(stores.client, stores.layout))) {
    companies.add(id);
    await stores.deleteRows(id);
  }
  await forgetLogins(database, erasedAmong(ended, "company", await companiesWithChangedLogins(database)));
  if (companies.size + people.length > 0) await rewriteTables(database);
  return { companies: companies.size, people: people.length };
}

const companyOfLogin = (username: string) => username.split("/", 1)[0]!;

/** Those with logins whose open connections are still to be ended: the list of these names them. */
async function companiesWithChangedLogins(database: Database): Promise<string[]> {
  const changes = await database.selectDistinct({ username: loginChange.username }).from(loginChange);
  return [...new Set(changes.map(({ username }) => companyOfLogin(username)))];
}

async function forgetLogins(database: Database, companies: readonly string[]): Promise<void> {
  for (const id of companies)
    await database.delete(loginChange).where(eq(sql`split_part(${loginChange.username}, '/', 1)`, id));
}

/** Rows that are deleted stay in a table's file until it is written anew. */
async function rewriteTables(database: Database): Promise<void> {
  const tables = ["answer", "assessment", "entry_link", "session", "account"];
  for (const table of [...tables, "credential", "login_change", "machine", "site", "company"])
    await database.execute(sql.raw(`VACUUM (FULL) ${table}`));
}
