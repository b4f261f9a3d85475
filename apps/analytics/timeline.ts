/** In which state a machine was from when to when, by the same rules as its key figures. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { MachineKey } from "./machine-key.ts";
import { type StateName, stateBefore, stateNames } from "./observations.ts";

export interface StatePeriod {
  /** `unknown` where the machine was silent for longer than the country allows, or has never sent a state. */
  readonly state: StateName | "unknown";
  /** Epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/**
 * The periods fill the range from `from` to `to`, in order; neighbours differ. Whatever the range, only the changes
 * leave the engine.
 */
export async function stateTimeline(
  reader: ClickHouseClient,
  machine: MachineKey,
  range: { readonly from: number; readonly to: number },
  offlineAfterSeconds: number,
): Promise<StatePeriod[]> {
  const { company, site, machine: id } = machine;
  const { from, to } = range;
  const result = await reader.query({
    query: `
      SELECT
        arrayFilter((span, earlierCode) -> span.2 != earlierCode OR span.3 < span.1,
          arrayZip(times, codes, arrayPushFront(arrayPopBack(ends), 0)), arrayPushFront(arrayPopBack(codes), 255)),
        ends[-1]
      FROM (
        SELECT
          arraySort(groupUniqArray(toUnixTimestamp64Milli(time) * 8
            + (channel = 'state' ? indexOf({states:Array(String)}, toString(text)) : 0))) AS heard,
          arrayMap(instant -> intDiv(instant, 8), heard) AS times,
          arrayFill(code -> code > 0, arrayMap(instant -> instant % 8, heard)) AS codes,
          arrayMap((time, next) -> least(next, time + {offline:Int64}), times,
            arrayPushBack(arrayPopFront(times), {to:Int64})) AS ends
        FROM raw
        WHERE company = {company:String} AND site = {site:String} AND machine = {machine:String}
          AND time >= fromUnixTimestamp64Milli({from:Int64} - {offline:Int64})
          AND time < fromUnixTimestamp64Milli({to:Int64})
        GROUP BY machine
      )`,
    query_params: {
      company,
      site,
      machine: id,
      from,
      to,
      offline: offlineAfterSeconds * 1000,
      states: [...stateNames],
    },
    format: "JSONCompactEachRow",
  });
  const [row] = await result.json<[[string | number, number, string | number][], string | number]>();
  const [changes, lastEnd] = row ?? [[], 0];
  const carried = await stateBefore(reader, machine, from);
  const periods: StatePeriod[] = [];
  const add = (state: StatePeriod["state"], start: number, end: number) => {
    const [clippedStart, clippedEnd] = [Math.max(from, start), Math.min(to, end)];
    if (clippedEnd <= clippedStart) return;
    const last = periods.at(-1);
    if (last?.state === state && last.to === clippedStart)
      periods[periods.length - 1] = { ...last, to: clippedEnd };
    else periods.push({ state, from: clippedStart, to: clippedEnd });
  };
  let reached = from;
  for (const [index, [start, code]] of changes.entries()) {
    const next = changes[index + 1];
    const end = Number(next === undefined ? lastEnd : next[2]);
    add("unknown", reached, Number(start));
    add(code === 0 ? (carried ?? "unknown") : stateNames[code - 1]!, Number(start), end);
    reached = Math.max(reached, end);
  }
  add("unknown", reached, to);
  return periods;
}
