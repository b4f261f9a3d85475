/** What an error of PostgreSQL says about damaged files. */
import { DamagedStoreError } from "../damaged-store.ts";

/** SQLSTATE of PostgreSQL for data, an index or a file that is not as it was written. */
const ofDamage = new Set(["XX001", "XX002", "58P01", "58030"]);

/** @returns any other error as it is. */
export function explainRelationalDamage(error: unknown): unknown {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: string };
    if (code !== undefined && ofDamage.has(code))
      return new DamagedStoreError(`The relational store is damaged: ${cause.message} (${code}).`, error);
  }
  return error;
}
