/**
 * By how much a counter rose, told from what a device misread: a single reading below both its neighbours, or a jump that
 * the machine can't have made. `docs/key-figures.md` has the rule with examples, which are tests.
 */

export interface CounterReading {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly value: number;
  /** Readings between this one and the one before in the list are left out of it: each only rose, and possibly so. */
  readonly skipsRegular?: boolean;
}

export interface CounterRise {
  readonly rise: number;
  /** Readings that were set aside, and jumps that were held back. */
  readonly leftOut: number;
}

/** A rise that would take this many times the planned run time of its items is none. */
export const impossibleFactor = 20;
/** Machines that count a whole load at once seem to have made it since their last message. */
export const shortestSpanMilliseconds = 15 * 60_000;
/** Energy isn't planned by item: it is taken as if a thousand kilowatts were planned. */
export const secondsPerKilowattHour = 3.6;
/** Counters of 16 and 32 bits begin at 0 again after these. */
const rollOvers = [2 ** 16, 2 ** 32];
/** Only a counter that was in the last part of its range rolls over; from elsewhere it was reset. */
const lastPartOfRange = 0.05;

/**
 * @param readings by time; the first is the base, from which counting starts.
 * @param from epoch milliseconds: what readings up to and including this time show belongs to an earlier shift.
 * @param plannedRunTimePerItem seconds; of energy `secondsPerKilowattHour`.
 */
export function counterRise(
  readings: readonly CounterReading[],
  from: number,
  plannedRunTimePerItem: number,
): CounterRise {
  let rise = 0;
  let leftOut = 0;
  const [first, ...others] = readings;
  if (first === undefined) return { rise, leftOut };
  let base = first;
  /** A fall or an impossible jump that the next reading has to confirm. */
  let doubtful: CounterReading | undefined;
  const isPossible = (before: CounterReading, value: number, now: CounterReading) =>
    value * plannedRunTimePerItem * 1000 <=
    impossibleFactor * Math.max(now.time - before.time, shortestSpanMilliseconds);
  const follows = (before: CounterReading, now: CounterReading) =>
    now.value >= before.value &&
    (now.skipsRegular === true || isPossible(before, now.value - before.value, now));
  /** What the counter rose by on its way from one value to another that a second reading has confirmed. */
  const confirmed = (before: CounterReading, now: CounterReading): CounterRise => {
    if (now.value >= before.value) return { rise: 0, leftOut: 1 };
    for (const range of rollOvers) {
      const rolled = range - before.value + now.value;
      if (
        before.value < range &&
        before.value >= range * (1 - lastPartOfRange) &&
        isPossible(before, rolled, now)
      )
        return { rise: rolled, leftOut: 0 };
    }
    return isPossible(before, now.value, now) ? { rise: now.value, leftOut: 0 } : { rise: 0, leftOut: 1 };
  };
  for (const now of others) {
    const found = { rise: 0, leftOut: 0 };
    if (follows(base, now)) {
      found.rise = now.value - base.value;
      found.leftOut = doubtful === undefined ? 0 : 1;
      base = now;
      doubtful = undefined;
    } else if (doubtful !== undefined && follows(doubtful, now)) {
      const step = confirmed(base, doubtful);
      found.rise = step.rise + now.value - doubtful.value;
      found.leftOut = step.leftOut;
      base = now;
      doubtful = undefined;
    } else {
      found.leftOut = doubtful === undefined ? 0 : 1;
      doubtful = now;
    }
    if (now.time <= from) continue;
    rise += found.rise;
    leftOut += found.leftOut;
  }
  return { rise, leftOut };
}
