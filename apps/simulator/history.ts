/** When a simulation begins: after each machine's last stored reading, or some worked hours ago. */
import type { ClickHouseClient } from "@clickhouse/client";
import { type ShiftCalendar, shiftsBetween } from "../analytics/calendar.ts";
import { keyOf, type MachineKey } from "../analytics/machine-key.ts";
import type { Counters } from "./machine.ts";

const hour = 3_600_000;
const day = 24 * hour;
const leastHours = 8;
/** Holidays may close a country for a week. */
const mostDays = 10;
const companiesAtOnce = 500;

export interface LastStored {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly counters: Counters;
}

/** Eight hours ago, or earlier if these do not hold a whole shift. */
export function startOfHistory(calendar: ShiftCalendar, now: number): number {
  const ended = shiftsBetween(calendar, now - mostDays * day, now).filter((shift) => shift.to <= now);
  const last = ended.reduce<number | undefined>(
    (latest, shift) => (latest === undefined || shift.from > latest ? shift.from : latest),
    undefined,
  );
  return Math.min(now - leastHours * hour, last ?? now);
}

/** The newest readings of the machines, by key; a machine without stored readings is absent. */
export async function lastStored(
  reader: ClickHouseClient,
  machines: readonly MachineKey[],
): Promise<Map<string, LastStored>> {
  const found = new Map<string, LastStored>();
  const companies = [...new Set(machines.map((machine) => machine.company))];
  for (let start = 0; start < companies.length; start += companiesAtOnce) {
    const result = await reader.query({
      query: `SELECT company, site, machine, toUnixTimestamp64Milli(max(newest.3)),
                anyIf(newest.1, channel = 'produced'), anyIf(newest.1, channel = 'scrap'), anyIf(newest.1, channel = 'energy')
              FROM (
                SELECT company, site, machine, channel, argMaxMerge(last) AS newest FROM rollup_day
                WHERE company IN {companies:Array(String)} GROUP BY company, site, machine, channel
              ) GROUP BY company, site, machine`,
      query_params: { companies: companies.slice(start, start + companiesAtOnce) },
      format: "JSONCompactEachRow",
    });
    type Row = [string, string, string, string | number, number | null, number | null, number | null];
    for (const [company, site, machine, time, produced, scrap, energy] of await result.json<Row>())
      found.set(keyOf({ company, site, machine }), {
        time: Number(time),
        counters: { produced: produced ?? 0, scrap: scrap ?? 0, energy: energy ?? 0 },
      });
  }
  return found;
}
