/** The migrations of the relational store in this version of the kit, and whether a store is behind or ahead of them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { EnvironmentError } from "../../base/kit-error.ts";

const folder = new URL("./migrations/", import.meta.url);

export const migrationsFolder = fileURLToPath(folder);

/** Runs one query. @returns its rows. */
export type Query = (text: string) => Promise<readonly Record<string, unknown>[]>;

/** The migrator stores each migration's time from the journal, and ignores migrations that it does not know. */
export async function storeVersion(query: Query): Promise<"behind" | "same" | "ahead"> {
  const [table] = await query("SELECT to_regclass('drizzle.__drizzle_migrations') AS name");
  if (table?.name == null) return "behind";
  const [row] = await query("SELECT max(created_at) AS newest FROM drizzle.__drizzle_migrations");
  const newest = Number(row?.newest ?? 0);
  const journal = JSON.parse(readFileSync(new URL("meta/_journal.json", folder), "utf8")) as {
    entries: { when: number }[];
  };
  const own = Math.max(...journal.entries.map(({ when }) => when));
  if (newest > own) return "ahead";
  return newest === own ? "same" : "behind";
}

/** @throws EnvironmentError when the store has migrations that this version does not know; it is left unchanged. */
export async function refuseNewer(query: Query): Promise<void> {
  if ((await storeVersion(query)) === "ahead")
    throw new EnvironmentError(
      "The relational store was written by a newer version of the kit.",
      "Use that version, or another data folder.",
    );
}
