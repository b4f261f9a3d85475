/**
 * Key figures computed in the simplest way: second by second, in plain loops over every stored reading. Shares no code
 * with the pipeline that it checks. All times must be whole seconds.
 */
export interface RawReading {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
  readonly channel: string;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly number: number | null;
  readonly text: string;
}

export interface ReferenceShift {
  readonly from: number;
  readonly to: number;
  readonly breakSeconds: number;
  /** Seconds. */
  readonly plannedRunTimePerItem: number;
}

export interface ReferenceRow {
  seconds: Record<string, number> | null;
  unknown: number | null;
  failures: number | null;
  plannedBusy: number;
  produced: number | null;
  scrap: number | null;
  energy: number | null;
}

/** @returns what a machine did in a shift until `until`; undefined where it sent nothing. */
export function referenceRow(
  readings: readonly RawReading[],
  shift: ReferenceShift,
  until: number,
  offlineAfterSeconds: number,
): ReferenceRow | undefined {
  const sorted = [...readings].sort((a, b) => a.time - b.time);
  const end = Math.min(until, shift.to);
  const counters = {
    produced: rise(sorted, "produced", shift.from, end, shift.plannedRunTimePerItem),
    scrap: rise(sorted, "scrap", shift.from, end, shift.plannedRunTimePerItem),
    energy: rise(sorted, "energy", shift.from, end, 3.6),
  };
  const heardWithin = sorted.some((reading) => reading.time >= shift.from && reading.time < end);
  if (!heardWithin && !Object.values(counters).some((value) => value !== null && value > 0)) return undefined;

  const everSentState = sorted.some((reading) => reading.channel === "state" && reading.time < end);
  const seconds: Record<string, number> = { producing: 0, setup: 0, idle: 0, down: 0, "planned-stop": 0 };
  let unknown = 0;
  let next = 0;
  let state: string | undefined;
  let heardAt = Number.NEGATIVE_INFINITY;
  for (let second = shift.from; second < end; second += 1000) {
    for (; next < sorted.length && sorted[next]!.time <= second; next += 1) {
      const reading = sorted[next]!;
      heardAt = reading.time;
      if (reading.channel === "state") state = reading.text;
    }
    if (state === undefined || second - heardAt >= offlineAfterSeconds * 1000) unknown += 1;
    else seconds[state]! += 1;
  }

  let failures = 0;
  let before: string | undefined;
  for (const reading of sorted) {
    if (reading.channel !== "state" || reading.time >= end) continue;
    if (reading.text === "down" && before !== "down" && reading.time >= shift.from) failures += 1;
    before = reading.text;
  }

  const length = (end - shift.from) / 1000;
  const producing = everSentState ? seconds.producing! : 0;
  const planned = everSentState ? seconds["planned-stop"]! : 0;
  const breakTaken = Math.min(shift.breakSeconds, length - producing);
  return {
    seconds: everSentState ? seconds : null,
    unknown: everSentState ? unknown : null,
    failures: everSentState ? failures : null,
    plannedBusy: length - Math.max(planned, breakTaken),
    ...counters,
  };
}

function rise(
  sorted: readonly RawReading[],
  channel: string,
  from: number,
  to: number,
  planned: number,
): number | null {
  const own = sorted.filter((reading) => reading.channel === channel && reading.time <= to);
  if (own.length === 0) return null;
  const halfAnHourBefore = from - 1_800_000;
  const list = own.filter(
    ({ time }, index) => time >= halfAnHourBefore || (own[index + 1]?.time ?? to + 1) >= halfAnHourBefore,
  );
  const couldMake = (items: number, since: RawReading, at: RawReading) =>
    items * planned <= 20 * Math.max(900, (at.time - since.time) / 1000);
  const goesOn = (a: RawReading, b: RawReading) =>
    b.number! >= a.number! && couldMake(b.number! - a.number!, a, b);
  let total = 0;
  let good = list[0]!;
  let strange: RawReading | null = null;
  for (const reading of list.slice(1)) {
    let made = 0;
    if (goesOn(good, reading)) {
      made = reading.number! - good.number!;
      good = reading;
      strange = null;
    } else if (strange !== null && goesOn(strange, reading)) {
      if (strange.number! < good.number!) {
        const { number } = good;
        const range = [65_536, 4_294_967_296].find((end) => number! < end && number! >= 0.95 * end);
        const rolled = range === undefined ? Number.POSITIVE_INFINITY : range - number! + strange.number!;
        if (couldMake(rolled, good, strange)) made += rolled;
        else if (couldMake(strange.number!, good, strange)) made += strange.number!;
      }
      made += reading.number! - strange.number!;
      good = reading;
      strange = null;
    } else strange = reading;
    if (reading.time > from) total += made;
  }
  return total;
}
