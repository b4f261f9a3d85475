/** The records of erasures: made with each, kept over restores, and compared with ids that come back. */
import { createHash, randomBytes } from "node:crypto";
import { and, eq, isNull, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { erasure } from "./schema.ts";

export type ErasureRecord = typeof erasure.$inferSelect;
export type ErasureKind = ErasureRecord["kind"];

export interface NewErasure {
  readonly kind: ErasureKind;
  /** The company's id, or the account's. */
  readonly subject: string;
  readonly orderedBy: string;
  /** Rows that are removed, by table. */
  readonly removed: Readonly<Record<string, number>>;
}

export async function recordErasure(
  database: Database,
  { subject, ...values }: NewErasure,
  now = new Date(),
): Promise<ErasureRecord> {
  const salt = randomBytes(16).toString("hex");
  const [row] = await database
    .insert(erasure)
    .values({ ...values, salt, subjectHash: hashOf(salt, subject), orderedAt: now })
    .returning();
  return row!;
}

/** Oldest first. */
export function erasureRecords(database: Database): Promise<ErasureRecord[]> {
  return database.select().from(erasure).orderBy(erasure.orderedAt, erasure.id);
}

export function unfinishedErasures(database: Database): Promise<ErasureRecord[]> {
  return database.select().from(erasure).where(isNull(erasure.finishedAt)).orderBy(erasure.orderedAt);
}

/** Keeps what an erasure that goes on has removed, for the case that its process is killed. */
export async function keepCounts(
  database: Database,
  { id }: Pick<ErasureRecord, "id">,
  removed: ErasureRecord["removed"],
): Promise<void> {
  await database.update(erasure).set({ removed }).where(eq(erasure.id, id));
}

export async function finishErasure(
  database: Database,
  { id }: Pick<ErasureRecord, "id">,
  removed: ErasureRecord["removed"],
  now = new Date(),
): Promise<void> {
  await database
    .update(erasure)
    .set({ removed, finishedAt: now })
    .where(and(eq(erasure.id, id), isNull(erasure.finishedAt)));
}

/** Adds records of another copy of the store; those that are there stay as they are. */
export async function addErasureRecords(
  database: Database,
  records: readonly ErasureRecord[],
): Promise<void> {
  for (const record of records) await database.insert(erasure).values(record).onConflictDoNothing();
}

/** The schema to which the script of a cluster's restore moves the records, while it replaces all other tables. */
export const keptSchema = "before_restore";

/** Adds the records that a restore has kept to those of the restored store. */
export async function takeKeptRecords(database: Database): Promise<void> {
  const kept = sql.raw(`${keptSchema}.erasure`);
  await database.transaction(async (store) => {
    const found = (await store.execute(
      sql`SELECT to_regclass(${`${keptSchema}.erasure`}) IS NOT NULL AS found`,
    )) as unknown as { rows: { found: boolean }[] };
    if (found.rows[0]?.found !== true) return;
    const columns = sql.raw("id, kind, salt, subject_hash, ordered_by, ordered_at, removed, finished_at");
    await store.execute(
      sql`INSERT INTO erasure (${columns}) SELECT ${columns} FROM ${kept} ON CONFLICT (id) DO NOTHING`,
    );
    await store.execute(sql.raw(`DROP SCHEMA ${keptSchema} CASCADE`));
  });
}

/** Whether the record is of the company or account with this id. */
export function isOf({ salt, subjectHash }: ErasureRecord, id: string): boolean {
  return hashOf(salt, id) === subjectHash;
}

/** Of these ids, those that a record of this kind is of. */
export function erasedAmong(
  records: readonly ErasureRecord[],
  kind: ErasureKind,
  ids: readonly string[],
): string[] {
  const ofKind = records.filter((record) => record.kind === kind);
  return ids.filter((id) => ofKind.some((record) => isOf(record, id)));
}

function hashOf(salt: string, id: string): string {
  return createHash("sha256").update(`${salt} ${id}`).digest("hex");
}
