/**
 * Removes what is past the periods of the country's file: companies and people who have not used the stack for that long, old
 * answers, ended sessions and links. Machine data ends by itself: its tables have a TTL.
 */
import { and, eq, inArray, lt, sql } from "drizzle-orm";
import { longestPeriodDays } from "../../base/period.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { Database } from "../../stores/relational/database.ts";
import {
  account,
  assessment,
  company,
  entryLinks,
  erasure,
  session,
} from "../../stores/relational/schema.ts";
import { dropOldAttempts } from "../diagnostic/accounts/attempts.ts";
import { removeCompany } from "./company.ts";
import { daysInBackups } from "./copies.ts";
import type { ErasureStores } from "./erase.ts";
import { removePersonalData } from "./person.ts";

/** How much was removed of each. */
export interface PastRetention {
  readonly companies: number;
  readonly accounts: number;
  readonly assessments: number;
  readonly sessions: number;
  readonly links: number;
  readonly erasureRecords: number;
}

const dayMilliseconds = 86_400_000;
const byRetention = "retention";

/** `finishErasures` removes the readings of the companies that go. @param now epoch milliseconds. */
export async function removePastRetention(
  { database, client }: Pick<ErasureStores, "database" | "client">,
  country: Country,
  now = Date.now(),
): Promise<PastRetention> {
  const { identity, diagnosticAnswers } = country.residency.dataClasses;
  const before = (period: string) => new Date(now - longestPeriodDays(period) * dayMilliseconds);
  const at = new Date(now);
  const unused =
    identity.retention === undefined
      ? { companies: [], accounts: [] }
      : await unusedSince({ database, client }, before(identity.retention));
  for (const id of unused.companies) await removeCompany(database, id, byRetention, at);
  for (const id of unused.accounts) await removePersonalData(database, id, byRetention, at);
  const { retention } = diagnosticAnswers;
  const assessments = retention === undefined ? 0 : await removeOldAssessments(database, before(retention));
  await dropOldAttempts(database, now);
  const sessions = await database.delete(session).where(lt(session.expiresAt, at)).returning();
  const links = await database.delete(entryLinks).where(lt(entryLinks.expiresAt, at)).returning();
  const oldest = oldestErasureRecord(country, now);
  const records = await database.delete(erasure).where(lt(erasure.orderedAt, oldest)).returning();
  return {
    companies: unused.companies.length,
    accounts: unused.accounts.length,
    assessments,
    sessions: sessions.length,
    links: links.length,
    erasureRecords: records.length,
  };
}

/** A record is kept as a record of who did what, and for as long as a backup may bring its company or person back. */
export function oldestErasureRecord({ hosting }: Country, now: number): Date {
  const days = Math.max(longestPeriodDays(hosting.logs.auditRetention), 2 * daysInBackups(hosting));
  return new Date(now - days * dayMilliseconds);
}

/**
 * A company takes part while one of its people opens a page, or one of its machines sends readings. Its last account stays with
 * it: without one nobody could enter.
 */
async function unusedSince(
  { database, client }: Pick<ErasureStores, "database" | "client">,
  since: Date,
): Promise<{ readonly companies: readonly string[]; readonly accounts: readonly string[] }> {
  const accounts = await database
    .select({ id: account.id, company: account.companyId, lastUsedAt: account.lastUsedAt })
    .from(account)
    .orderBy(account.lastUsedAt);
  const inUse = new Set(
    accounts.filter(({ lastUsedAt }) => lastUsedAt >= since).map(({ company }) => company),
  );
  const registered = await database
    .select({ id: company.id })
    .from(company)
    // A simulated company is nobody's, and comes back at each start.
    .where(and(lt(company.createdAt, since), eq(company.simulated, false)));
  const silent = registered.map(({ id }) => id).filter((id) => !inUse.has(id));
  const sending = silent.length === 0 ? new Set() : await companiesSendingSince(client, since);
  const companies = silent.filter((id) => !sending.has(id));
  const unused = accounts.filter(
    ({ company, lastUsedAt }) => lastUsedAt < since && (company === null || !companies.includes(company)),
  );
  const last = new Map(accounts.map(({ id, company }) => [company, id]));
  return {
    companies,
    accounts: unused
      .filter(({ id, company }) => company === null || last.get(company) !== id)
      .map(({ id }) => id),
  };
}

async function companiesSendingSince(client: ErasureStores["client"], since: Date): Promise<Set<string>> {
  const result = await client.query({
    query:
      "SELECT DISTINCT toString(company) FROM rollup_day WHERE bucket >= toDateTime({since:UInt32}, 'UTC')",
    query_params: { since: Math.floor(since.getTime() / 1000) },
    format: "JSONCompactEachRow",
  });
  return new Set((await result.json<[string]>()).map(([id]) => id));
}

/** A company's newest answers count as used: its pages show them. */
async function removeOldAssessments(database: Database, since: Date): Promise<number> {
  const { rows } = (await database.execute(sql`
    SELECT a.id FROM assessment AS a
    WHERE greatest(a.started_at, a.completed_at, (SELECT max(answered_at) FROM answer WHERE assessment_id = a.id))
        < ${since.toISOString()}::timestamptz
      AND EXISTS (
        SELECT 1 FROM assessment AS newer WHERE newer.company_id = a.company_id AND newer.started_at > a.started_at)
  `)) as unknown as { rows: { id: string }[] };
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0) await database.delete(assessment).where(inArray(assessment.id, ids));
  return ids.length;
}
