/** The shifts and machines that a run has to compute. */
import { type ShiftCalendar, type ShiftInterval, shiftsBetween } from "./calendar.ts";
import { type ChangedQuarter, quarterMilliseconds } from "./changes.ts";
import { keyOf, type MachineKey } from "./machine-key.ts";
import type { StoredShift } from "./shift-table.ts";

const day = 24 * 3_600_000;

export interface ShiftWork {
  readonly shift: ShiftInterval;
  /** Keys of machines. */
  readonly machines: Set<string>;
}

export class Work {
  readonly #calendar: ShiftCalendar;
  readonly #now: number;
  /** Shifts that start earlier may have lost readings to retention and are not computed again. */
  readonly #earliest: number;
  readonly #byShift = new Map<string, ShiftWork>();
  readonly #shiftsByDay = new Map<number, ShiftInterval[]>();

  constructor(calendar: ShiftCalendar, now: number, earliest: number) {
    this.#calendar = calendar;
    this.#now = now;
    this.#earliest = earliest;
  }

  /** The newest first: those in progress matter most. */
  get shifts(): readonly ShiftWork[] {
    return [...this.#byShift.values()].sort((a, b) => b.shift.from - a.shift.from);
  }

  /** All machines in each shift that overlaps the time from `from` to `to`. */
  addAll(from: number, to: number, machines: Iterable<string>): void {
    const keys = [...machines];
    for (const shift of shiftsBetween(this.#calendar, from, to))
      for (const key of keys) this.#add(shift, key);
  }

  /** The shift that a quarter of an hour lies in, and the one that ends where it starts: its counters are read at its end. */
  addChange(change: ChangedQuarter): void {
    for (const shift of this.#shiftsNear(change.quarter))
      if (shift.from < change.quarter + quarterMilliseconds && shift.to >= change.quarter)
        this.#add(shift, keyOf(change));
  }

  addStored(stored: StoredShift): void {
    for (const shift of this.#shiftsNear(stored.from))
      if (shift.from === stored.from) this.#add(shift, keyOf(stored));
  }

  /**
   * A machine's next two stored shifts after a change: they were computed with a state and counters at their start that the
   * change may have altered. The second one too, where the first has readings in its last half hour alone.
   */
  addNextOf(changes: readonly ChangedQuarter[], stored: readonly StoredShift[]): void {
    const startsByMachine = Map.groupBy(stored, keyOf);
    for (const change of changes) {
      const later = (startsByMachine.get(keyOf(change)) ?? []).filter((shift) => shift.from > change.quarter);
      for (const shift of later.toSorted((a, b) => a.from - b.from).slice(0, 2)) this.addStored(shift);
    }
  }

  #add(shift: ShiftInterval, machine: string): void {
    if (shift.from >= this.#now || shift.from < this.#earliest) return;
    const id = `${shift.from}/${shift.shift}`;
    const work = this.#byShift.get(id);
    if (work === undefined) this.#byShift.set(id, { shift, machines: new Set([machine]) });
    else work.machines.add(machine);
  }

  #shiftsNear(time: number): ShiftInterval[] {
    const start = Math.floor(time / day) * day;
    let shifts = this.#shiftsByDay.get(start);
    if (shifts === undefined) {
      shifts = shiftsBetween(this.#calendar, start - 1, start + day + 1);
      this.#shiftsByDay.set(start, shifts);
    }
    return shifts;
  }
}

/** Sets of at most about `size` machines, no company split. */
export function chunksByCompany<T extends MachineKey>(machines: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  let chunk: T[] = [];
  for (const group of Map.groupBy(machines, (machine) => machine.company).values()) {
    if (chunk.length > 0 && chunk.length + group.length > size) {
      chunks.push(chunk);
      chunk = [];
    }
    chunk.push(...group);
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}
