/** The periods in which a machine was in each state, by the same rules as its key figures. */
import type { ClickHouseClient } from "@clickhouse/client";
import { type MachineState, machineStates } from "../ingest/reading.ts";
import type { MachineKey } from "./machine-key.ts";
import { stateBefore } from "./observations.ts";

export interface StatePeriod {
  /** `unknown` where the machine was silent for longer than the country allows, or has never sent a state. */
  readonly state: MachineState | "unknown";
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
  range: TimeSpan,
  offlineAfterSeconds: number,
): Promise<StatePeriod[]> {
  const { changes, lastEnd } = await changesOf(reader, machine, range, offlineAfterSeconds);
  const carried = await stateBefore(reader, machine, range.from);
  const periods: StatePeriod[] = [];
  let reached = range.from;
  for (const [index, { start, code }] of changes.entries()) {
    const end = changes[index + 1]?.earlierEnd ?? lastEnd;
    add(periods, range, "unknown", reached, start);
    add(periods, range, code === 0 ? (carried ?? "unknown") : machineStates[code - 1]!, start, end);
    reached = Math.max(reached, end);
  }
  add(periods, range, "unknown", reached, range.to);
  return periods;
}

/** Epoch milliseconds. */
interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

interface StateChange {
  readonly start: number;
  /** Of the state: its place in `machineStates`, from 1; 0 for the state that the machine was in before the range. */
  readonly code: number;
  /** When the machine's earlier state ended, or it went silent. */
  readonly earlierEnd: number;
}

async function changesOf(
  reader: ClickHouseClient,
  { company, site, machine }: MachineKey,
  { from, to }: TimeSpan,
  offlineAfterSeconds: number,
): Promise<{ changes: StateChange[]; lastEnd: number }> {
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
      machine,
      from,
      to,
      offline: offlineAfterSeconds * 1000,
      states: [...machineStates],
    },
    format: "JSONCompactEachRow",
  });
  const [row] = await result.json<[[string | number, number, string | number][], string | number]>();
  const [changes, lastEnd] = row ?? [[], 0];
  return {
    changes: changes.map(([start, code, earlierEnd]) => ({
      start: Number(start),
      code,
      earlierEnd: Number(earlierEnd),
    })),
    lastEnd: Number(lastEnd),
  };
}

/** Adds a period as far as it lies in the range; a period that continues the last one is joined to it. */
function add(
  periods: StatePeriod[],
  range: TimeSpan,
  state: StatePeriod["state"],
  start: number,
  end: number,
): void {
  const [from, to] = [Math.max(range.from, start), Math.min(range.to, end)];
  if (to <= from) return;
  const last = periods.at(-1);
  if (last?.state === state && last.to === from) periods[periods.length - 1] = { ...last, to };
  else periods.push({ state, from, to });
}
