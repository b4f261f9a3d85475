import { describe, expect, test } from "vitest";
import type { MachineState } from "../../apps/ingest/reading.ts";
import type { WorkingHabit } from "../../apps/simulator/factories.ts";
import { type Counters, SimulatedMachine } from "../../apps/simulator/machine.ts";
import { divisionOf, type MachineType } from "../../apps/simulator/machine-types.ts";
import { Random } from "../../apps/simulator/random.ts";
import { WorkingTime } from "../../apps/simulator/working-time.ts";
import { everyDay, threeShifts } from "../analytics/country.ts";

const second = 1000;
const hour = 3600 * second;
const day = 24 * hour;
const start = Date.UTC(2026, 2, 27);
/** The clock changes in the first days. */
const calendar = { timezone: "Europe/Berlin", shifts: threeShifts, holidays: [{ date: "2026-04-03" }] };
const oneShift: WorkingHabit = { shifts: ["morning"], continuous: false, breakAt: 0.5 };
const alwaysOn: WorkingHabit = { shifts: ["morning"], continuous: true, breakAt: 0.5 };

const types = Array.from({ length: 24 }, (_, index) => divisionOf(String(index + 10)).machines).flat();

const counted = { produced: 100, scrap: 5, energy: 50 };

interface Sample extends Counters {
  readonly values: readonly number[];
}

function follows(sample: Sample, before: Counters): boolean {
  const produced = sample.produced - before.produced;
  const scrap = sample.scrap - before.scrap;
  return (
    Number.isInteger(produced) &&
    Number.isInteger(scrap) &&
    scrap >= 0 &&
    scrap <= produced &&
    sample.energy >= before.energy &&
    sample.values.every(Number.isFinite)
  );
}

function liveThrough(type: MachineType, habit: WorkingHabit, days: number, step: number, seed: number) {
  const working = new WorkingTime(calendar, habit);
  const machine = new SimulatedMachine(type, working, { time: start, counters: counted }, new Random(seed));
  const changes: { state: MachineState; at: number }[] = [{ state: machine.state, at: start }];
  const samples: Sample[] = [];
  for (let time = start + step; time <= start + days * day; time += step) {
    machine.advance(time, (state, at) => changes.push({ state, at }));
    samples.push({ ...machine.counters, values: machine.measure().map(([, value]) => value) });
  }
  const end = machine.time;
  const milliseconds: Record<MachineState, number> = {
    producing: 0,
    setup: 0,
    idle: 0,
    down: 0,
    "planned-stop": 0,
  };
  for (const [index, { state, at }] of changes.entries())
    milliseconds[state] += (changes[index + 1]?.at ?? end) - at;
  return { machine, working, changes, samples, milliseconds };
}

describe("a machine of any kind", () => {
  test.each([10 * second, 137 * second, 900 * second])(
    "keeps to its factory's time and counts upwards, step %i ms",
    (step) => {
      for (const [index, type] of types.entries()) {
        const { changes, samples, working } = liveThrough(
          type,
          oneShift,
          step < 60 * second ? 1 : 4,
          step,
          index,
        );
        for (const [at, change] of changes.entries()) {
          const before = changes[at - 1];
          if (before !== undefined) {
            expect(change.at).toBeGreaterThanOrEqual(before.at);
            expect(change.state).not.toBe(before.state);
          }
          expect(working.at(change.at).works).toBe(change.state !== "planned-stop");
        }
        const wrong = samples.filter((sample, at) => !follows(sample, samples[at - 1] ?? counted));
        expect(wrong, type.kind).toEqual([]);
      }
    },
  );

  test("fails, is set up and makes scrap as often as its type says", () => {
    for (const kind of ["lathe", "loom", "packaging machine"]) {
      const type = types.find((candidate) => candidate.kind === kind)!;
      const { changes, milliseconds, machine } = liveThrough(type, alwaysOn, 400, 600 * second, 11);
      const times = (state: MachineState) => changes.filter((change) => change.state === state).length;
      const producingHours = milliseconds.producing / hour;
      expect(producingHours / times("down") / type.hoursBetweenFailures).toBeCloseTo(1, 0);
      expect(producingHours / times("setup") / type.hoursBetweenSetups).toBeCloseTo(1, 0);
      const { produced, scrap, energy } = machine.counters;
      expect(scrap / produced / type.scrapRate).toBeGreaterThan(0.9);
      expect(scrap / produced / type.scrapRate).toBeLessThan(2);
      const effectiveness = (type.plannedRunTimePerItem * produced) / (milliseconds.producing / second);
      expect(effectiveness).toBeGreaterThan(0.8);
      expect(effectiveness).toBeLessThan(0.96);
      expect(energy).toBeGreaterThan(type.power.resting * 400 * 24);
      expect(energy).toBeLessThan(type.power.producing * 400 * 24);
    }
  });

  test("is the same for the same seed", () => {
    const lives = [3, 3, 4].map((seed) => liveThrough(types[0]!, oneShift, 3, 60 * second, seed).samples);
    expect(lives[1]).toEqual(lives[0]);
    expect(lives[2]).not.toEqual(lives[0]);
  });

  test("continues from the counters that it is given", () => {
    const { samples } = liveThrough(types[0]!, alwaysOn, 1, 10 * second, 1);
    expect(samples[0]!.produced).toBeGreaterThanOrEqual(100);
    expect(samples[0]!.scrap).toBeGreaterThanOrEqual(5);
    expect(samples[0]!.energy).toBeGreaterThan(50);
  });
});

describe("a factory's working time", () => {
  test("is its shifts less their breaks, through a change of the clock and a holiday", () => {
    const habit: WorkingHabit = { shifts: ["morning", "night"], continuous: false, breakAt: 0.25 };
    const working = new WorkingTime(calendar, habit);
    const minute = 60 * second;
    const worked = new Map<string, number>();
    for (let time = start; time < start + 12 * day; time += minute) {
      if (!working.at(time).works) continue;
      const hourOfDay = Number(
        new Intl.DateTimeFormat("en", {
          hour: "2-digit",
          hourCycle: "h23",
          timeZone: "Europe/Berlin",
        }).format(time),
      );
      expect(hourOfDay < 14 || hourOfDay >= 22).toBe(true);
      const shift = hourOfDay >= 6 && hourOfDay < 14 ? "morning" : "night";
      // A night belongs to the day on which it starts.
      const date = new Intl.DateTimeFormat("sv", { timeZone: "Europe/Berlin" }).format(
        time - (shift === "night" ? 6.5 * hour : 0),
      );
      worked.set(`${date} ${shift}`, (worked.get(`${date} ${shift}`) ?? 0) + 1);
    }
    for (const [shift, minutes] of [...worked].slice(1, -1)) {
      const planned =
        shift === "2026-03-28 night" ? 7 * 60 - 45 : shift.endsWith("night") ? 8 * 60 - 45 : 8 * 60 - 30;
      expect([shift, minutes]).toEqual([shift, planned]);
    }
    expect(worked.has("2026-04-03 morning")).toBe(false);
    expect(worked.has("2026-04-02 night")).toBe(true);
    expect(worked.size).toBeGreaterThan(20);
  });

  test("a phase lasts until the next, and one without shifts never works", () => {
    const working = new WorkingTime({ ...calendar, shifts: [] }, oneShift);
    expect(working.at(start).works).toBe(false);
    expect(working.at(start).until).toBeGreaterThan(start);
    const busy = new WorkingTime(calendar, { ...oneShift, shifts: everyDay });
    expect(busy.at(start).works).toBe(false);
    const usual = new WorkingTime(calendar, oneShift);
    for (let time = start; time < start + 9 * day; ) {
      const phase = usual.at(time);
      expect(phase.until).toBeGreaterThan(time);
      expect(usual.at(phase.until - 1).works).toBe(phase.works);
      time = phase.until;
    }
  });
});
