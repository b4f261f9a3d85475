/** Erases a company: finds it, says what would go, and removes what the relational store has of it, with a record of that. */
import { eq, or, sql } from "drizzle-orm";
import { InputError } from "../../base/kit-error.ts";
import type { Database } from "../../stores/relational/database.ts";
import { type ErasureRecord, recordErasure } from "../../stores/relational/erasures.ts";
import { company } from "../../stores/relational/schema.ts";

export interface CompanyToErase {
  readonly kind: "company";
  readonly id: string;
  readonly name: string;
  /** Rows that go, by table. */
  readonly rows: Readonly<Record<string, number>>;
}

/**
 * @param wanted the company's id, or its name in any case.
 * @throws InputError where there is none, or several have the name.
 */
export async function companyToErase(database: Database, wanted: string): Promise<CompanyToErase> {
  const name = wanted.trim().toLowerCase();
  const found = await database
    .select({ id: company.id, name: company.name })
    .from(company)
    .where(or(eq(company.id, wanted), sql`lower(${company.name}) = ${name}`))
    .orderBy(company.id);
  const [first, ...others] = found.some(({ id }) => id === wanted)
    ? found.filter(({ id }) => id === wanted)
    : found;
  if (first === undefined)
    throw new InputError(
      `No company has the id or the name "${wanted}".`,
      "The id is the part of its MQTT topics after sme/v1/. `rollout erase --list` shows what was erased before.",
    );
  if (others.length > 0)
    throw new InputError(
      `${found.length} companies have the name "${wanted}": ${found.map(({ id }) => id).join(", ")}.`,
      "Give the id of the one that is meant.",
    );
  return { kind: "company", ...first, rows: await relationalRows(database, first.id) };
}

/** Logins end with it, and no reading of its machines is accepted any more. @throws InputError where it is gone already. */
export async function removeCompany(
  database: Database,
  id: string,
  orderedBy: string,
  now = new Date(),
): Promise<ErasureRecord> {
  return database.transaction(async (store) => {
    const removed = await relationalRows(store, id);
    // All other tables reference the company, and their rows go with it.
    const gone = await store.delete(company).where(eq(company.id, id)).returning({ id: company.id });
    if (gone.length === 0) throw new InputError(`The company ${id} is gone already.`);
    return recordErasure(store, { kind: "company", subject: id, orderedBy, removed }, now);
  });
}

/** Tables without rows of the company are left out. */
async function relationalRows(database: Database, id: string): Promise<Record<string, number>> {
  const { rows } = (await database.execute(sql`
    SELECT 'company' AS name, count(*) AS rows FROM company WHERE id = ${id}
    UNION ALL SELECT 'site', count(*) FROM site WHERE company_id = ${id}
    UNION ALL SELECT 'machine', count(*) FROM machine WHERE company_id = ${id}
    UNION ALL SELECT 'credential', count(*) FROM credential WHERE company_id = ${id}
    UNION ALL SELECT 'account', count(*) FROM account WHERE company_id = ${id}
    UNION ALL SELECT 'session', count(*) FROM session JOIN account ON account.id = account_id WHERE company_id = ${id}
    UNION ALL SELECT 'entry_link', count(*) FROM entry_link JOIN account ON account.id = account_id WHERE company_id = ${id}
    UNION ALL SELECT 'assessment', count(*) FROM assessment WHERE company_id = ${id}
    UNION ALL SELECT 'answer', count(*) FROM answer JOIN assessment ON assessment.id = assessment_id WHERE company_id = ${id}
  `)) as unknown as { rows: { name: string; rows: string | number }[] };
  const counts = rows.map((row): [string, number] => [row.name, Number(row.rows)]);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
