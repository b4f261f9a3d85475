import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addTotals,
  indicatorsOf,
  type Measured,
  nothing,
  plannedBusySeconds,
  totalsOf,
} from "../../apps/analytics/kpi.ts";

const textbook: Measured = {
  plannedRunTimePerItem: 1,
  plannedBusySeconds: (480 - 60) * 60,
  actualProductionSeconds: (480 - 60 - 47) * 60,
  produced: 19_271,
  scrap: 423,
  energyKilowattHours: 38.542,
  downSeconds: 47 * 60,
  failures: 2,
};

test("the textbook's shift of 480 minutes with 60 of breaks and 47 of stops", () => {
  const indicators = indicatorsOf(totalsOf(textbook));
  const percent = (value: number | null) => (100 * value!).toFixed(2);
  expect(percent(indicators.availability)).toBe("88.81");
  expect(percent(indicators.effectiveness)).toBe("86.11");
  expect(percent(indicators.qualityRatio)).toBe("97.80");
  expect(percent(indicators.oee)).toBe("74.79");
  expect(indicators.energyPerItem).toBeCloseTo(0.002, 9);
  expect(indicators.secondsToRepair).toBe((47 * 60) / 2);
  expect(indicators.secondsBetweenFailures).toBe((373 * 60) / 2);
});

describe("what is undefined is null", () => {
  test.each([
    ["no planned busy time", { plannedBusySeconds: 0 }, ["availability", "oee"]],
    ["no production", { actualProductionSeconds: 0 }, ["effectiveness", "oee"]],
    ["nothing produced", { produced: 0, scrap: 0 }, ["qualityRatio", "oee", "energyPerItem"]],
    ["no failure", { failures: 0 }, ["secondsBetweenFailures", "secondsToRepair"]],
    [
      "no state",
      { actualProductionSeconds: null, downSeconds: null, failures: null },
      ["availability", "effectiveness", "oee", "secondsBetweenFailures", "secondsToRepair"],
    ],
    ["no scrap counter", { scrap: null }, ["qualityRatio", "oee"]],
    ["no item counter", { produced: null }, ["effectiveness", "qualityRatio", "oee", "energyPerItem"]],
    ["no energy meter", { energyKilowattHours: null }, ["energyPerItem"]],
  ] as const)("%s", (_, changes, undefinedOnes) => {
    const indicators = indicatorsOf(totalsOf({ ...textbook, ...changes }));
    for (const [name, value] of Object.entries(indicators))
      expect([name, value === null]).toEqual([name, (undefinedOnes as readonly string[]).includes(name)]);
  });

  test("all indicators without any figures", () => {
    expect(new Set(Object.values(indicatorsOf(nothing)))).toEqual(new Set([null]));
  });
});

test("a machine faster than planned is shown as such", () => {
  expect(indicatorsOf(totalsOf({ ...textbook, plannedRunTimePerItem: 2 })).effectiveness).toBeCloseTo(
    1.722,
    3,
  );
});

const quantity = fc.option(fc.integer({ min: 0, max: 100_000 }), { nil: null });
const measured = fc.record<Measured>({
  plannedRunTimePerItem: fc.double({ min: 0.01, max: 500, noNaN: true }),
  plannedBusySeconds: fc.integer({ min: 0, max: 86_400 }),
  actualProductionSeconds: fc.option(fc.integer({ min: 0, max: 86_400 }), { nil: null }),
  produced: quantity,
  scrap: quantity,
  energyKilowattHours: quantity,
  downSeconds: quantity,
  failures: quantity,
});

test("ratios over many are formed from sums, in any order, and are never NaN, infinite or below zero", () => {
  fc.assert(
    fc.property(fc.array(measured, { maxLength: 12 }), (shifts) => {
      const totals = shifts.map(totalsOf).reduce(addTotals, nothing);
      const backwards = shifts.map(totalsOf).reduceRight(addTotals, nothing);
      const indicators = indicatorsOf(totals);
      for (const [name, value] of Object.entries(indicators)) {
        if (value !== null) expect(Number.isFinite(value) && value >= 0).toBe(true);
        const other = indicatorsOf(backwards)[name as keyof typeof indicators];
        if (value === null) expect(other).toBeNull();
        else expect(other! / (value || 1)).toBeCloseTo(value === 0 ? 0 : 1, 9);
      }
      const timed = shifts.filter((shift) => shift.actualProductionSeconds !== null);
      const busy = timed.reduce((sum, shift) => sum + shift.plannedBusySeconds, 0);
      const producing = timed.reduce((sum, shift) => sum + shift.actualProductionSeconds!, 0);
      if (busy > 0) expect(indicators.availability).toBeCloseTo(producing / busy, 9);
      if (indicators.qualityRatio !== null) expect(indicators.qualityRatio).toBeLessThanOrEqual(1 + 1e-12);
    }),
  );
});

test("where everything is known the OEE index is the planned time of the good output over planned busy time", () => {
  const complete = measured.map((shift) => ({
    ...shift,
    actualProductionSeconds: 1 + (shift.actualProductionSeconds ?? 0),
    plannedBusySeconds: 1 + shift.plannedBusySeconds,
    produced: 1 + (shift.produced ?? 0),
    scrap: Math.min(shift.scrap ?? 0, shift.produced ?? 0),
  }));
  fc.assert(
    fc.property(fc.array(complete, { minLength: 1, maxLength: 12 }), (shifts) => {
      const { oee } = indicatorsOf(shifts.map(totalsOf).reduce(addTotals, nothing));
      const good = shifts.reduce((sum, s) => sum + s.plannedRunTimePerItem * (s.produced - s.scrap), 0);
      const busy = shifts.reduce((sum, s) => sum + s.plannedBusySeconds, 0);
      expect(oee! / (good / busy)).toBeCloseTo(1, 9);
    }),
  );
});

describe("planned busy time", () => {
  const shift = {
    lengthSeconds: 28_800,
    plannedBreakSeconds: 1800,
    plannedStopSeconds: 0,
    producingSeconds: 20_000,
  };
  test("excludes the planned break", () => expect(plannedBusySeconds(shift)).toBe(27_000));
  test("subtracts it once where the machine reports it", () =>
    expect(plannedBusySeconds({ ...shift, plannedStopSeconds: 1800 })).toBe(27_000));
  test("excludes all that the machine reports as planned stop", () =>
    expect(plannedBusySeconds({ ...shift, plannedStopSeconds: 5000 })).toBe(23_800));
  test("includes a break in which the machine works", () => {
    expect(plannedBusySeconds({ ...shift, producingSeconds: 28_800 })).toBe(28_800);
    expect(plannedBusySeconds({ ...shift, producingSeconds: 28_000 })).toBe(28_000);
  });
  test("never falls below the production, so availability never exceeds 1", () => {
    const part = fc.integer({ min: 0, max: 30_000 });
    fc.assert(
      fc.property(
        part,
        part,
        part,
        fc.integer({ min: 0, max: 14_400 }),
        (producing, stopped, rest, pause) => {
          const busy = plannedBusySeconds({
            lengthSeconds: producing + stopped + rest,
            plannedBreakSeconds: pause,
            plannedStopSeconds: stopped,
            producingSeconds: producing,
          });
          expect(busy).toBeGreaterThanOrEqual(producing);
          expect(busy).toBeLessThanOrEqual(producing + rest);
        },
      ),
    );
  });
});
