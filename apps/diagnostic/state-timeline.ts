/** In which state a machine was from when to when: from its readings of `state`, with gaps where it said nothing. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { MachineKey } from "../analytics/queries.ts";
import { machineStates } from "../ingest/reading.ts";

export type MachineState = (typeof machineStates)[number];

export interface StatePeriod {
  /** `unknown` where the machine was silent for longer than the country allows. */
  readonly state: MachineState | "unknown";
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

export interface Heard {
  readonly time: number;
  readonly state: string;
}

/** A state holds until the next one, but no longer than the machine may be silent. */
export function statePeriods(
  readings: readonly Heard[],
  range: { readonly from: number; readonly to: number },
  offlineAfterMilliseconds: number,
): StatePeriod[] {
  const periods: StatePeriod[] = [];
  const add = (state: StatePeriod["state"], from: number, to: number) => {
    const start = Math.max(from, range.from);
    const end = Math.min(to, range.to);
    if (end <= start) return;
    const last = periods.at(-1);
    if (last?.state === state && last.to === start) periods[periods.length - 1] = { ...last, to: end };
    else periods.push({ state, from: start, to: end });
  };
  let reached = range.from;
  for (const [index, reading] of readings.entries()) {
    const next = readings[index + 1]?.time ?? range.to;
    const end = Math.min(next, reading.time + offlineAfterMilliseconds);
    if (end <= range.from) continue;
    add("unknown", reached, reading.time);
    add(isState(reading.state) ? reading.state : "unknown", reading.time, end);
    reached = Math.max(reached, end);
  }
  add("unknown", reached, range.to);
  return periods;
}

export async function stateTimeline(
  reader: ClickHouseClient,
  where: MachineKey,
  range: { readonly from: number; readonly to: number },
  offlineAfterSeconds: number,
): Promise<StatePeriod[]> {
  const result = await reader.query({
    query: `SELECT toUnixTimestamp64Milli(time), toString(text) FROM raw
            WHERE company = {company:String} AND site = {site:String} AND machine = {machine:String} AND channel = 'state'
              AND time >= fromUnixTimestamp64Milli({from:Int64}) AND time < fromUnixTimestamp64Milli({to:Int64})
            ORDER BY time LIMIT 50000`,
    query_params: { ...where, from: range.from - offlineAfterSeconds * 1000, to: range.to },
    format: "JSONCompactEachRow",
  });
  const readings = (await result.json<[string | number, string]>()).map(([time, state]) => ({
    time: Number(time),
    state,
  }));
  return statePeriods(readings, range, offlineAfterSeconds * 1000);
}

function isState(text: string): text is MachineState {
  return (machineStates as readonly string[]).includes(text);
}
