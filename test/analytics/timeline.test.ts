import { afterAll, beforeAll, expect, test } from "vitest";
import { stateTimeline } from "../../apps/analytics/timeline.ts";
import { countryWith } from "./country.ts";
import { randomFrom, randomHistory, randomMachines } from "./histories.ts";
import { Stores } from "./stores.ts";

const second = 1000;
const hour = 3600 * second;
let stores: Stores;
beforeAll(async () => {
  stores = await Stores.open(countryWith());
});
afterAll(() => stores.close());

test("a timeline has for every second the state of the last readings", async () => {
  const random = randomFrom(3);
  const start = Date.UTC(2026, 4, 4);
  const machines = randomMachines(random, 8);
  for (const machine of machines) {
    const readings = randomHistory(machine, start, start + 30 * hour, random).sort((a, b) => a.time - b.time);
    await stores.insert(readings);
    for (const range of [
      { from: start - hour, to: start + 40 * hour },
      { from: start + 7 * hour + 13 * second, to: start + 9 * hour },
      { from: start + 20 * hour, to: start + 20 * hour + 40 * second },
    ]) {
      const periods = await stateTimeline(stores.timeSeries.reader, machine, range, 300);
      expect(periods[0]!.from).toBe(range.from);
      expect(periods.at(-1)!.to).toBe(range.to);
      for (const [index, period] of periods.entries()) {
        if (index === 0) continue;
        expect(period.from).toBe(periods[index - 1]!.to);
        expect(period.state).not.toBe(periods[index - 1]!.state);
      }
      let at = 0;
      let next = 0;
      let heardAt = Number.NEGATIVE_INFINITY;
      let state = "unknown";
      const wrong: string[] = [];
      for (let time = range.from; time < range.to; time += second) {
        for (; next < readings.length && readings[next]!.time <= time; next += 1) {
          heardAt = readings[next]!.time;
          if (readings[next]!.channel === "state") state = readings[next]!.text;
        }
        while (periods[at]!.to <= time) at += 1;
        const expected = time - heardAt >= 300 * second ? "unknown" : state;
        if (periods[at]!.state !== expected)
          wrong.push(`${new Date(time).toISOString()} ${periods[at]!.state} ${expected}`);
      }
      expect(wrong).toEqual([]);
    }
  }
});

test("a machine that never sent anything is unknown in the whole range", async () => {
  const machine = { company: "nobody", site: "main", machine: "none" };
  expect(await stateTimeline(stores.timeSeries.reader, machine, { from: 0, to: hour }, 300)).toEqual([
    { state: "unknown", from: 0, to: hour },
  ]);
});
