/** Simulates machines over random days, and compares every stored figure with the reference after each run. */
import type { ClickHouseClient } from "@clickhouse/client";
import { expect } from "vitest";
import { calendarOf, type ShiftInterval, shiftsBetween } from "../../apps/analytics/calendar.ts";
import type { KpiRow } from "../../apps/analytics/queries.ts";
import { type Machine, type Random, type Received, randomHistory, randomMachines } from "./histories.ts";
import { type RawReading, type ReferenceRow, referenceRow } from "./reference.ts";
import type { Stores } from "./stores.ts";

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;

export async function liveThrough(
  stores: Stores,
  random: Random,
  firstHour: number,
  days: number,
): Promise<void> {
  const from = firstHour + Math.floor(random() * 24) * hour;
  const machines = randomMachines(random, 6);
  const reference = new Reference(stores);
  await stores.register(machines);
  const arriving = machines
    .flatMap((machine) => randomHistory(machine, from, from + days * day, random))
    .sort((a, b) => a.visibleAt - b.visibleAt);
  const visible: Received[] = [];
  let now = from;
  let analytics = await stores.analytics({ clock: () => now });
  do {
    // Sometimes nothing runs for a while, as over a weekend.
    now += second * Math.floor(1 + random() * (random() < 0.1 ? 30 * 3600 : 3 * 3600));
    if ((arriving[0]?.visibleAt ?? now) > now + day) now = arriving[0]!.visibleAt + second;
    const later = arriving.findIndex((reading) => reading.visibleAt >= now);
    const batch = arriving.splice(0, later === -1 ? arriving.length : later);
    await stores.insert(batch);
    visible.push(...batch);
    if (random() < 0.3) {
      const client = failingAt(stores.timeSeries.analytics, 4 + Math.floor(random() * 30));
      const dying = await stores.analytics({ clock: () => now, client });
      await dying.runOnce().catch(() => undefined);
      analytics = await stores.analytics({ clock: () => now });
    }
    await analytics.runOnce();
    await reference.expectRows(machines, visible, from - day, now);
  } while (arriving.length > 0);
  now += day;
  await analytics.runOnce();
  await reference.expectRows(machines, visible, from - day, now);
}

/** Forwards calls until one fails, and then all after it, like the engine of a killed process. */
function failingAt(client: ClickHouseClient, call: number): ClickHouseClient {
  let calls = 0;
  return new Proxy(client, {
    get(target, name, receiver) {
      const value = Reflect.get(target, name, receiver);
      if (name !== "insert" && name !== "query" && name !== "command") return value;
      return (...parameters: unknown[]) => {
        calls += 1;
        if (calls >= call) throw new Error("the engine is gone");
        return (value as (...p: unknown[]) => unknown).apply(target, parameters);
      };
    },
  });
}

class Reference {
  readonly #stores: Stores;
  readonly #remembered = new Map<string, ReferenceRow | undefined>();

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  /** Exactly the rows of the reference, with its figures. */
  async expectRows(
    machines: readonly Machine[],
    visible: readonly RawReading[],
    from: number,
    now: number,
  ): Promise<void> {
    const rows = new Map((await this.#stores.rows()).map((row) => [`${row.machine}/${row.from}`, row]));
    const byMachine = Map.groupBy(visible, (reading) => reading.machine);
    let expected = 0;
    for (const shift of shiftsBetween(calendarOf(this.#stores.country), from, now)) {
      for (const { machine, plannedRunTimePerItem } of machines) {
        const reference = this.#row(byMachine.get(machine) ?? [], shift, now, plannedRunTimePerItem);
        const row = rows.get(`${machine}/${shift.from}`);
        const label = `${machine}, ${shift.shiftDate} ${shift.shift}, at ${new Date(now).toISOString()}`;
        if (reference === undefined) expect(row, label).toBeUndefined();
        else {
          expected += 1;
          expect(row, label).toBeDefined();
          expectRow(row!, reference, label);
          expect(row!.complete, label).toBe(now >= shift.to);
        }
      }
    }
    expect(rows.size).toBe(expected);
  }

  /** The reference is slow; it computes again only when there are new readings. */
  #row(
    readings: readonly RawReading[],
    shift: ShiftInterval,
    now: number,
    plannedRunTimePerItem: number,
  ): ReferenceRow | undefined {
    const until = Math.min(now, shift.to);
    const known = readings.filter((reading) => reading.time <= until);
    const key = `${readings[0]?.machine}/${shift.from}/${until}/${known.length}`;
    if (!this.#remembered.has(key)) {
      const interval = {
        from: shift.from,
        to: shift.to,
        breakSeconds: shift.plannedBreakSeconds,
        plannedRunTimePerItem,
      };
      const { offlineAfterSeconds } = this.#stores.country.telemetry;
      this.#remembered.set(key, referenceRow(known, interval, now, offlineAfterSeconds));
    }
    return this.#remembered.get(key);
  }
}

function expectRow(row: KpiRow, reference: ReferenceRow, label: string): void {
  const { seconds, produced, scrap, energyKilowattHours: energy, failures, plannedBusySeconds } = row;
  const { producing, setup, idle, down, plannedStop, unknown } = seconds;
  const shown = producing === null ? null : { producing, setup, idle, down, "planned-stop": plannedStop };
  const { seconds: referenceSeconds, unknown: referenceUnknown, energy: referenceEnergy } = reference;
  expect({ seconds: shown, unknown, failures, produced, scrap }, label).toEqual({
    seconds: referenceSeconds,
    unknown: referenceUnknown,
    failures: reference.failures,
    produced: reference.produced,
    scrap: reference.scrap,
  });
  expect(plannedBusySeconds, label).toBeCloseTo(reference.plannedBusy, 6);
  if (referenceEnergy === null) expect(energy, label).toBeNull();
  else expect(energy, label).toBeCloseTo(referenceEnergy, 6);
}
