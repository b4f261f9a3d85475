/** One row of `kpi_shift`: what a machine did in a shift, and what was planned. */
import type { MachineState } from "../ingest/reading.ts";
import type { ShiftInterval } from "./calendar.ts";
import { plannedBusySeconds } from "./kpi.ts";
import type { Observation } from "./observations.ts";

export interface ShiftRow {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
  readonly shift_date: string;
  readonly shift: string;
  /** Epoch seconds. */
  readonly shift_from: number;
  readonly shift_to: number;
  readonly complete: boolean;
  readonly planned_run_time_per_item: number;
  readonly planned_busy_seconds: number;
  readonly producing_seconds: number | null;
  readonly setup_seconds: number | null;
  readonly idle_seconds: number | null;
  readonly down_seconds: number | null;
  readonly planned_stop_seconds: number | null;
  readonly unknown_seconds: number | null;
  readonly failures: number | null;
  readonly produced: number | null;
  readonly scrap: number | null;
  readonly energy_kilowatt_hours: number | null;
}

/** One row of `kpi_left_out`: how many readings of counters the shift's figures leave out. */
export interface LeftOutRow
  extends Pick<ShiftRow, "company" | "site" | "machine" | "shift_date" | "shift_from" | "shift_to"> {
  readonly readings: number;
}

/** @param until the shift's end, or the present while it is in progress: then the row is provisional. Epoch milliseconds. */
export function shiftRow(
  shift: ShiftInterval,
  until: number,
  observation: Observation,
  plannedRunTimePerItem: number,
): ShiftRow {
  const lengthSeconds = (until - shift.from) / 1000;
  const { states, counters } = observation;
  const producingSeconds = (states?.producing ?? 0) / 1000;
  const plannedStopSeconds = (states?.["planned-stop"] ?? 0) / 1000;
  return {
    company: observation.company,
    site: observation.site,
    machine: observation.machine,
    shift_date: shift.shiftDate,
    shift: shift.shift,
    shift_from: shift.from / 1000,
    shift_to: shift.to / 1000,
    complete: until >= shift.to,
    planned_run_time_per_item: plannedRunTimePerItem,
    planned_busy_seconds: plannedBusySeconds({
      lengthSeconds,
      plannedBreakSeconds: shift.plannedBreakSeconds,
      plannedStopSeconds,
      producingSeconds,
    }),
    ...stateSeconds(states, lengthSeconds),
    failures: states === undefined ? null : observation.failures,
    produced: counters.produced ?? null,
    scrap: counters.scrap ?? null,
    energy_kilowatt_hours: counters.energy ?? null,
  };
}

function stateSeconds(states: Observation["states"], lengthSeconds: number) {
  const seconds = (state: MachineState) => (states === undefined ? null : states[state] / 1000);
  const known = Object.values(states ?? {}).reduce((sum, milliseconds) => sum + milliseconds, 0) / 1000;
  return {
    producing_seconds: seconds("producing"),
    setup_seconds: seconds("setup"),
    idle_seconds: seconds("idle"),
    down_seconds: seconds("down"),
    planned_stop_seconds: seconds("planned-stop"),
    unknown_seconds: states === undefined ? null : Math.max(0, lengthSeconds - known),
  };
}
