/**
 * Removes backups of the time-series store whose time is over. A day's backup needs its week's full one, so a week goes as a
 * whole, once its last day is past the retention: a full backup stays up to seven days longer than the file says.
 */
import { endOfWeek } from "../../base/calendar.ts";
import type { ObjectStore } from "./object-store.ts";

/** Where the store's backups stand in the bucket; `components/time-series-backup.ts` writes them there. */
const backupPrefix = "time-series-store/";

const simultaneous = 16;

/** @returns the weeks that were removed, such as `2026-W40`. @throws EnvironmentError */
export async function expireBackups(store: ObjectStore, retentionDays: number, now: Date): Promise<string[]> {
  const expired = new Map<string, string[]>();
  for await (const key of store.list(backupPrefix)) {
    const week = /^\d{4}-W\d{2}(?=\/)/.exec(key.slice(backupPrefix.length))?.[0];
    if (week === undefined || endOfWeek(week) + retentionDays * 86_400_000 > now.getTime()) continue;
    expired.set(week, [...(expired.get(week) ?? []), key]);
  }
  const weeks = [...expired.keys()].sort();
  for (const week of weeks) await remove(store, expired.get(week) ?? []);
  return weeks;
}

async function remove(store: ObjectStore, keys: readonly string[]): Promise<void> {
  // Without this file a backup is none: what is half removed is never taken for a whole one.
  const isIndex = (key: string) => key.endsWith("/.backup");
  for (const key of keys.filter(isIndex)) await store.delete(key);
  const rest = keys.filter((key) => !isIndex(key));
  const worker = async () => {
    for (let key = rest.pop(); key !== undefined; key = rest.pop()) await store.delete(key);
  };
  await Promise.all(Array.from({ length: simultaneous }, worker));
}
