/** A simulated factory's working time: its shifts of the country's calendar without its breaks, or day and night. */
import { type ShiftCalendar, shiftsBetween } from "../analytics/calendar.ts";
import type { WorkingHabit } from "./factories.ts";

export interface Phase {
  readonly works: boolean;
  /** Epoch milliseconds at which the phase ends. */
  readonly until: number;
}

const day = 24 * 3_600_000;
const plannedAhead = 7 * day;

export class WorkingTime {
  readonly #calendar: ShiftCalendar;
  readonly #habit: WorkingHabit;
  /** Times at which work starts and, after each, at which it pauses. */
  #changes: number[] = [];
  #from = 0;
  #to = 0;

  constructor(calendar: ShiftCalendar, habit: WorkingHabit) {
    this.#calendar = calendar;
    this.#habit = habit;
  }

  /** The phase at a time. */
  at(time: number): Phase {
    if (this.#habit.continuous) return { works: true, until: Number.POSITIVE_INFINITY };
    if (time < this.#from || time >= this.#to) this.#plan(time);
    let low = 0;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#changes[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return { works: low % 2 === 1, until: this.#changes[low] ?? this.#to };
  }

  #plan(time: number): void {
    this.#from = time - day;
    this.#to = time + plannedAhead;
    const changes: number[] = [];
    // A shift that is partly outside is planned as a whole, so that its break stays where it is.
    for (const shift of shiftsBetween(this.#calendar, this.#from, this.#to)) {
      if (!this.#habit.shifts.includes(shift.shift)) continue;
      const breakLength = shift.plannedBreakSeconds * 1000;
      const breakStart = shift.from + this.#habit.breakAt * (shift.to - shift.from - breakLength);
      add(changes, shift.from, breakLength === 0 ? shift.to : breakStart);
      if (breakLength > 0) add(changes, breakStart + breakLength, shift.to);
    }
    this.#changes = changes;
  }
}

function add(changes: number[], from: number, to: number): void {
  if (changes.at(-1) === from) changes[changes.length - 1] = to;
  else changes.push(from, to);
}
