/** Which copies an erasure does not reach, and until which day they are kept: for the person who erases. */
import type { ClickHouseClient } from "@clickhouse/client";
import { dayIn } from "../../base/day.ts";
import { longestPeriodDays } from "../../base/period.ts";
import type { Country } from "../../localisation/schema/country.ts";

const dayMilliseconds = 86_400_000;

/** Days for which a backup of today is kept: with the full one that it builds on, up to a week longer than its retention. */
export function daysInBackups({ backup }: Country["hosting"]): number {
  return longestPeriodDays(backup.retention) + (backup.destination === undefined ? 0 : 7);
}

/** @param now epoch milliseconds. */
export function backupsUntil({ hosting, timezone }: Country, now = Date.now()): string {
  const day = dayIn(timezone, now + daysInBackups(hosting) * dayMilliseconds);
  return `Backups that were made before keep it until they are removed for their age, by ${day}. A restore of one erases it again.`;
}

/** @returns undefined where the store has set no part aside, or its user may not see that. */
export async function partsSetAside(client: ClickHouseClient): Promise<string | undefined> {
  try {
    const query = "SELECT count() FROM system.detached_parts WHERE database = currentDatabase()";
    const result = await client.query({ query, format: "JSONCompactEachRow" });
    const [row] = await result.json<[string | number]>();
    const count = Number(row?.[0] ?? 0);
    if (count === 0) return undefined;
    return `The time-series store has set aside ${count} damaged parts, which no statement can change: remove them with ALTER TABLE … DROP DETACHED PART once nobody needs them.`;
  } catch {
    return undefined;
  }
}
