/**
 * Counts attempts by address, e-mail and the like, and says when there were too many within a time. They are stored in the
 * relational store, so that all instances of the web app count together.
 */
import { createHash } from "node:crypto";
import { and, desc, eq, gt, lt, sql } from "drizzle-orm";
import type { Database } from "../../../stores/relational/database.ts";
import { attempt } from "../../../stores/relational/schema.ts";

export interface Limit {
  /** What is limited, such as `sign-in by address`. */
  readonly name: string;
  readonly attempts: number;
  readonly withinMilliseconds: number;
}

/** A limit for one address, e-mail or the like. */
export interface Limited {
  readonly limit: Limit;
  readonly key: string;
}

const longestMilliseconds = 3_600_000;

/**
 * Counts one attempt for each of them, unless one has had too many. Parallel attempts are counted one after the other.
 * @returns seconds until the next attempt is allowed; 0 when this one was.
 */
export async function takeAttempt(
  database: Database,
  limited: readonly Limited[],
  now = Date.now(),
): Promise<number> {
  return database.transaction(async (store) => {
    // Always in the same order, so that no two transactions wait for each other.
    const hashes = limited.map(hashOf).sort();
    for (const hash of hashes)
      await store.execute(sql`SELECT pg_advisory_xact_lock(hashtextextended(${hash}, 0))`);
    const wait = await secondsToWait(store, limited, now);
    if (wait === 0) {
      await store.insert(attempt).values(hashes.map((keyHash) => ({ keyHash, at: new Date(now) })));
      await dropOldAttempts(store, now);
    }
    return wait;
  });
}

/** Removes those that no limit counts any more. */
export async function dropOldAttempts(database: Database, now = Date.now()): Promise<void> {
  await database.delete(attempt).where(lt(attempt.at, new Date(now - longestMilliseconds)));
}

/** @returns seconds until the next attempt is allowed; 0 when it is allowed now. */
export async function secondsToWait(
  database: Database,
  limited: readonly Limited[],
  now = Date.now(),
): Promise<number> {
  let wait = 0;
  for (const each of limited) {
    const { attempts, withinMilliseconds } = each.limit;
    const [first] = await database
      .select({ at: attempt.at })
      .from(attempt)
      .where(and(eq(attempt.keyHash, hashOf(each)), gt(attempt.at, new Date(now - withinMilliseconds))))
      .orderBy(desc(attempt.at))
      .offset(attempts - 1)
      .limit(1);
    if (first !== undefined)
      wait = Math.max(wait, 1, Math.ceil((first.at.getTime() + withinMilliseconds - now) / 1000));
  }
  return wait;
}

/** Counts an attempt that was not taken before. */
export async function countAttempt(database: Database, limited: Limited, now = Date.now()): Promise<void> {
  await database.insert(attempt).values({ keyHash: hashOf(limited), at: new Date(now) });
}

/** Undoes `takeAttempt` of that time. */
export async function giveBackAttempt(database: Database, limited: Limited, takenAt: number): Promise<void> {
  await database
    .delete(attempt)
    .where(and(eq(attempt.keyHash, hashOf(limited)), eq(attempt.at, new Date(takenAt))));
}

export async function clearAttempts(database: Database, limited: Limited): Promise<void> {
  await database.delete(attempt).where(eq(attempt.keyHash, hashOf(limited)));
}

function hashOf({ limit, key }: Limited): string {
  return createHash("sha256").update(`${limit.name}\0${key}`).digest("hex");
}
