/**
 * Computes from machines' raw readings how long each state lasted in an interval and how far each counter rose. One pass
 * of the engine over all machines of a set; the readings themselves never leave it.
 */
import { type ClickHouseClient, TupleParam } from "@clickhouse/client";
import { type CounterName, counterNames, type MachineState, machineStates } from "../ingest/reading.ts";
import {
  type CounterReading,
  type CounterRise,
  counterRise,
  impossibleFactor,
  secondsPerKilowattHour,
  shortestSpanMilliseconds,
} from "./counter-rise.ts";
import { keyOf, type MachineKey } from "./machine-key.ts";

/** The last value of a counter or state is used for this long; after it, counting starts at the next value. */
const carriedForDays = 45;
/** Readings so long before an interval tell whether the last one was misread. */
const doubtMilliseconds = 30 * 60_000;
/** Up to this number the machines are queried by name, above it all machines of their companies are read. */
const machinesByName = 50;

export interface Interval {
  /** Epoch milliseconds, inclusive. */
  readonly from: number;
  /** Epoch milliseconds, exclusive for states; a counter's reading at this time still belongs to the interval. */
  readonly until: number;
}

export interface Observation extends MachineKey {
  /** Whether the machine sent anything in the interval. */
  readonly heard: boolean;
  /** Milliseconds in each state; absent where the machine has never sent one. The rest of the interval is unknown. */
  readonly states?: Readonly<Record<MachineState, number>>;
  /** Times that the machine went down. */
  readonly failures: number;
  /** By how much each counter rose; a counter that the machine doesn't have is absent. */
  readonly counters: Readonly<Partial<Record<CounterName, number>>>;
  /** Readings of counters that were set aside as misread, and jumps that were held back as impossible. */
  readonly leftOut: number;
}

export interface ObservedMachine extends MachineKey {
  /** Seconds. */
  readonly plannedRunTimePerItem: number;
}

/**
 * @param offlineAfterSeconds a state holds for this long after the machine's last reading.
 * @returns the machines that sent anything in the interval, or of which an earlier state or counter is known.
 */
export async function observe(
  client: ClickHouseClient,
  machines: readonly ObservedMachine[],
  interval: Interval,
  offlineAfterSeconds: number,
): Promise<Observation[]> {
  if (machines.length === 0) return [];
  const selection = select(machines);
  const carried = await carriedInto(client, selection, interval.from);
  const counted = await counterReadings(client, selection, interval, machines);
  const timed = await stateTimes(client, selection, interval, offlineAfterSeconds);
  return machines.flatMap((machine) => {
    const key = keyOf(machine);
    const counters = risesOf(machine, interval.from, counted.get(key), carried.get(key));
    const observation = combine(machine, timed.get(key), counters, carried.get(key));
    return observation === undefined ? [] : [observation];
  });
}

/** The state that a machine was in just before a time; undefined if it sent none within `carriedForDays`. */
export async function stateBefore(
  client: ClickHouseClient,
  machine: MachineKey,
  time: number,
): Promise<MachineState | undefined> {
  return (await carriedInto(client, select([machine]), time)).get(keyOf(machine))?.state;
}

interface Selection {
  readonly condition: string;
  readonly parameters: Record<string, unknown>;
}

function select(machines: readonly MachineKey[]): Selection {
  if (machines.length > machinesByName) {
    return {
      condition: "company IN {companies:Array(String)}",
      parameters: { companies: [...new Set(machines.map((machine) => machine.company))] },
    };
  }
  return {
    condition: "(company, site, machine) IN {machines:Array(Tuple(String, String, String))}",
    parameters: {
      machines: machines.map(({ company, site, machine }) => new TupleParam([company, site, machine])),
    },
  };
}

interface Carried {
  /** The last state before the interval. */
  readonly state?: MachineState;
  /** Counters' last readings half an hour before the interval's start or earlier. */
  readonly counters: Readonly<Partial<Record<CounterName, CounterReading>>>;
}

const nothingCarried: Carried = { counters: {} };

/**
 * The last state and counter values before an interval: from the readings shortly before it, from the hours before
 * those, and from the days before those. The ranges overlap, and no hour or day that is read reaches into the interval:
 * so it does not matter where in the country's time zone an hour or a day starts.
 */
async function carriedInto(
  client: ClickHouseClient,
  { condition, parameters }: Selection,
  from: number,
): Promise<Map<string, Carried>> {
  const channels = [...counterNames, "state"];
  const group = "GROUP BY company, site, machine, channel";
  const rollup = (level: string, bounds: string) =>
    `SELECT company, site, machine, channel, argMaxMerge(last) AS newest FROM rollup_${level}
     WHERE ${condition} AND channel IN {channels:Array(String)} AND ${bounds} ${group}`;
  const result = await client.query({
    query: `
      WITH fromUnixTimestamp64Milli({from:Int64}) AS start
      SELECT company, site, machine, channel, (argMax(newest, newest.3) AS value).1, value.2,
        toUnixTimestamp64Milli(value.3) FROM (
        ${rollup("day", `bucket >= start - toIntervalDay(${carriedForDays}) AND bucket <= start - toIntervalHour(48)`)}
        UNION ALL
        ${rollup("hour", "bucket >= start - toIntervalHour(51) AND bucket <= start - toIntervalMinute(90)")}
        UNION ALL
        SELECT company, site, machine, channel, argMax((number, toString(text), time), time) AS newest FROM raw
        WHERE ${condition} AND channel IN {channels:Array(String)}
          AND time >= start - toIntervalMinute(90)
          AND time < if(channel = 'state', start, start - toIntervalMillisecond(${doubtMilliseconds})) ${group}
      ) ${group}`,
    query_params: { ...parameters, channels, from },
    format: "JSONCompactEachRow",
  });
  const carried = new Map<
    string,
    { state?: MachineState; counters: Partial<Record<CounterName, CounterReading>> }
  >();
  type Row = [string, string, string, CounterName | "state", number | null, MachineState, string | number];
  for (const [company, site, machine, channel, number, text, time] of await result.json<Row>()) {
    const key = keyOf({ company, site, machine });
    const entry = carried.get(key) ?? { counters: {} };
    carried.set(key, entry);
    if (channel === "state") entry.state = text;
    else if (number !== null) entry.counters[channel] = { time: Number(time), value: number };
  }
  return carried;
}

/** By counter: the readings that its rise is told from. */
type CounterReadings = Partial<Record<CounterName, readonly CounterReading[]>>;

/**
 * Of each counter the readings around falls and impossible jumps, its first and last ones and those at the interval's start:
 * between them it only rose. From half an hour before the interval up to and including its end: an item counted at an
 * instant was made before it.
 */
async function counterReadings(
  client: ClickHouseClient,
  { condition, parameters }: Selection,
  interval: Interval,
  machines: readonly ObservedMachine[],
): Promise<Map<string, CounterReadings>> {
  const result = await client.query({
    // Neighbours come as shifted arrays: a lambda that reads an array of its row copies the whole of it for each element.
    query: `
      SELECT company, site, machine, channel,
        arrayFilter((item, earlier, later, isOdd, oddBefore, oddAfter, left) ->
            item.1 <= 2 OR left = 1 OR isOdd OR oddBefore OR oddAfter
            OR (item.2.1 <= {from:Int64} AND later.1 > {from:Int64})
            OR (item.2.1 > {from:Int64} AND earlier.1 <= {from:Int64}),
          arrayZip(arrayEnumerate(readings), readings), earlierReadings, laterReadings,
          odd, arrayPushFront(arrayPopBack(odd), 0), arrayPushBack(arrayPopFront(odd), 0),
          arrayReverse(arrayEnumerate(readings)))
      FROM (
        SELECT company, site, machine, channel,
          arraySort(groupArray((toUnixTimestamp64Milli(time), assumeNotNull(number)))) AS readings,
          arrayPushFront(arrayPopBack(readings), readings[1]) AS earlierReadings,
          arrayPushBack(arrayPopFront(readings), readings[-1]) AS laterReadings,
          if(channel = 'energy', ${secondsPerKilowattHour}, transform(concat(company, '/', site, '/', machine),
            {keys:Array(String)}, {planned:Array(Float64)}, 0.)) AS seconds,
          arrayMap((reading, earlier) -> reading.2 < earlier.2
            OR (reading.2 - earlier.2) * seconds * 1000
              > ${impossibleFactor} * greatest(reading.1 - earlier.1, ${shortestSpanMilliseconds}),
            readings, earlierReadings) AS odd
        FROM raw
        WHERE ${condition} AND channel IN {counters:Array(String)} AND number IS NOT NULL
          AND time >= fromUnixTimestamp64Milli({from:Int64} - ${doubtMilliseconds})
          AND time <= fromUnixTimestamp64Milli({until:Int64})
        GROUP BY company, site, machine, channel
      )`,
    query_params: {
      ...parameters,
      counters: [...counterNames],
      keys: machines.map(({ company, site, machine }) => `${company}/${site}/${machine}`),
      planned: machines.map(({ plannedRunTimePerItem }) => plannedRunTimePerItem),
      ...interval,
    },
    format: "JSONCompactEachRow",
  });
  const readings = new Map<string, CounterReadings>();
  /** A reading's place among all, its time and its value. */
  type Kept = [string | number, [string | number, number]];
  type Row = [string, string, string, CounterName, Kept[]];
  for (const [company, site, machine, channel, kept] of await result.json<Row>()) {
    const key = keyOf({ company, site, machine });
    const entry = readings.get(key) ?? {};
    entry[channel] = kept.map(([place, [time, value]], index) => ({
      time: Number(time),
      value,
      skipsRegular: index > 0 && Number(place) > Number(kept[index - 1]![0]) + 1,
    }));
    readings.set(key, entry);
  }
  return readings;
}

/** Counting starts at the first value that is known. */
function risesOf(
  { plannedRunTimePerItem }: ObservedMachine,
  from: number,
  readings: CounterReadings = {},
  { counters }: Carried = nothingCarried,
): Partial<Record<CounterName, CounterRise>> {
  const rises: Partial<Record<CounterName, CounterRise>> = {};
  for (const name of counterNames) {
    const known = [counters[name] ?? [], readings[name] ?? []].flat();
    if (known.length > 0)
      rises[name] = counterRise(
        known,
        from,
        name === "energy" ? secondsPerKilowattHour : plannedRunTimePerItem,
      );
  }
  return rises;
}

interface StateTimes {
  readonly heard: boolean;
  /** Milliseconds heard before the first state in view: they belong to the state carried in. */
  readonly beforeFirst: number;
  /** By code, from 1. */
  readonly milliseconds: readonly number[];
  /** Code of the first state in view, 0 if there is none. */
  readonly first: number;
  /** Whether that first state was sent in the interval rather than shortly before. */
  readonly firstIsWithin: boolean;
  readonly failures: number;
}

/**
 * A reading of any channel shows that the machine is online. So each instant with a reading begins a span to the next one,
 * at most `offlineAfterSeconds` long, in the state that was last sent.
 */
async function stateTimes(
  client: ClickHouseClient,
  { condition, parameters }: Selection,
  interval: Interval,
  offlineAfterSeconds: number,
): Promise<Map<string, StateTimes>> {
  const sum = (code: number) => `arraySum(arrayMap((code, span) -> code = ${code} ? span : 0, codes, spans))`;
  const down = machineStates.indexOf("down") + 1;
  const result = await client.query({
    query: `
      SELECT company, site, machine, times[-1] >= {from:Int64} AS heard, ${sum(0)},
        [${machineStates.map((_, index) => sum(index + 1)).join(", ")}],
        arrayFirst(code -> code > 0, codes), arrayFirst((time, code) -> code > 0, times, codes) >= {from:Int64},
        arrayCount((time, code, earlier) -> code = ${down} AND earlier NOT IN (0, ${down}) AND time >= {from:Int64},
                   times, codes, arrayPushFront(arrayPopBack(codes), 0))
      FROM (
        SELECT company, site, machine,
          -- One number for an instant and its state: a state's code makes it sort after the bare instant.
          arraySort(groupUniqArray(toUnixTimestamp64Milli(time) * 8
            + (channel = 'state' ? indexOf({states:Array(String)}, toString(text)) : 0))) AS heard,
          arrayMap(instant -> intDiv(instant, 8), heard) AS times,
          arrayFill(code -> code > 0, arrayMap(instant -> instant % 8, heard)) AS codes,
          arrayMap((time, next) -> greatest(0, least(next, time + {offline:Int64}, {until:Int64})
            - greatest(time, {from:Int64})), times, arrayPushBack(arrayPopFront(times), {until:Int64})) AS spans
        FROM raw
        WHERE ${condition} AND time >= fromUnixTimestamp64Milli({from:Int64} - {offline:Int64})
          AND time < fromUnixTimestamp64Milli({until:Int64})
        GROUP BY company, site, machine
      )`,
    query_params: {
      ...parameters,
      ...interval,
      states: [...machineStates],
      offline: offlineAfterSeconds * 1000,
    },
    format: "JSONCompactEachRow",
  });
  type Row = [string, string, string, number | boolean, number, number[], number, number | boolean, number];
  const times = new Map<string, StateTimes>();
  for (const row of await result.json<Row>()) {
    const [company, site, machine, heard, before, spans, first, within, failures] = row;
    times.set(keyOf({ company, site, machine }), {
      heard: Boolean(heard),
      beforeFirst: Number(before),
      milliseconds: spans.map(Number),
      first: Number(first),
      firstIsWithin: Boolean(within),
      failures: Number(failures),
    });
  }
  return times;
}

function combine(
  machine: MachineKey,
  timed: StateTimes | undefined,
  rises: Readonly<Partial<Record<CounterName, CounterRise>>>,
  carried: Carried = nothingCarried,
): Observation | undefined {
  const { company, site, machine: id } = machine;
  const counters: Partial<Record<CounterName, number>> = {};
  let leftOut = 0;
  for (const [name, counted] of Object.entries(rises) as [CounterName, CounterRise][]) {
    counters[name] = counted.rise;
    leftOut += counted.leftOut;
  }
  const key = { company, site, machine: id, counters, leftOut };
  if (timed === undefined) {
    // A counter read at the very end of the interval may be all that the machine sent.
    if (Object.values(counters).every((rise) => rise === 0)) return undefined;
    const silent = carried.state === undefined ? {} : { states: durations([0, 0, 0, 0, 0]) };
    return { ...key, heard: true, failures: 0, ...silent };
  }
  if (timed.first === 0 && carried.state === undefined) return { ...key, heard: timed.heard, failures: 0 };
  const milliseconds = [...timed.milliseconds];
  if (carried.state !== undefined) milliseconds[machineStates.indexOf(carried.state)]! += timed.beforeFirst;
  const wentDownFirst =
    timed.firstIsWithin && machineStates[timed.first - 1] === "down" && carried.state !== "down";
  return {
    ...key,
    heard: timed.heard || Object.values(counters).some((rise) => rise > 0),
    states: durations(milliseconds),
    failures: timed.failures + (wentDownFirst ? 1 : 0),
  };
}

function durations(milliseconds: readonly number[]): Record<MachineState, number> {
  return Object.fromEntries(machineStates.map((name, index) => [name, milliseconds[index]!])) as Record<
    MachineState,
    number
  >;
}
