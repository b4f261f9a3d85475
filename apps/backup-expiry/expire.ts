/**
 * Removes backups of the time-series store that are past their retention. A day's backup needs its week's full one, so a week
 * is removed as a whole, once its last day is past it: a full backup is kept up to seven days longer than the file says.
 */
import { endOfWeek } from "../../base/calendar.ts";
import type { ObjectStore } from "./object-store.ts";

const simultaneous = 16;

/**
 * @param folder of the time-series store's backups in the bucket.
 * @returns the weeks that were removed, such as `2026-W40`.
 * @throws EnvironmentError
 */
export async function expireBackups(
  store: ObjectStore,
  folder: string,
  retentionDays: number,
  now: Date,
): Promise<string[]> {
  const prefix = `${folder}/`;
  const expired = new Map<string, string[]>();
  for await (const key of store.list(prefix)) {
    const week = /^\d{4}-W\d{2}(?=\/)/.exec(key.slice(prefix.length))?.[0];
    if (week === undefined || endOfWeek(week) + retentionDays * 86_400_000 > now.getTime()) continue;
    expired.set(week, [...(expired.get(week) ?? []), key]);
  }
  const weeks = [...expired.keys()].sort();
  for (const week of weeks) await remove(store, expired.get(week) ?? []);
  return weeks;
}

async function remove(store: ObjectStore, keys: readonly string[]): Promise<void> {
  // The index first: without it the engine accepts no backup, so one that is partly removed is never restored.
  const isIndex = (key: string) => key.endsWith("/.backup");
  for (const key of keys.filter(isIndex)) await store.delete(key);
  const rest = keys.filter((key) => !isIndex(key));
  const worker = async () => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) await store.delete(key);
  };
  await Promise.all(Array.from({ length: simultaneous }, worker));
}
