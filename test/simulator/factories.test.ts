import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { planFactories } from "../../apps/simulator/factories.ts";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";

const folder = join(packageRoot, "countries");
const files = readdirSync(folder).filter((file) => file.endsWith(".yaml"));
const identifier = /^[a-z0-9][a-z0-9-]{0,39}$/;

describe.each(files)("factories of %s", (file) => {
  const { country } = loadCountry(join(folder, file));

  test("fit the file, whatever the seed", () => {
    const shifts = new Set(country.telemetry.shifts.map((shift) => shift.name));
    for (let seed = 0; seed < 20; seed += 1) {
      const factories = planFactories(country, { companies: 50, seed });
      expect(new Set(factories.map((factory) => factory.id)).size).toBe(50);
      for (const factory of factories) {
        expect(factory.id).toMatch(identifier);
        expect(country.programme.sectors).toContain(factory.sector);
        expect(country.programme.sizeBands.map((band) => band.id)).toContain(factory.sizeBand);
        const codes = country.programme.regions?.map((region) => region.code) ?? [];
        expect(factory.region === undefined ? codes.length === 0 : codes.includes(factory.region)).toBe(true);
        expect(factory.habit.shifts.length).toBeGreaterThan(0);
        expect(factory.habit.shifts.every((name) => shifts.has(name))).toBe(true);
        expect(factory.machines.length).toBeGreaterThan(0);
        const keys = factory.machines.map(
          (machine) => `${machine.company}/${machine.site}/${machine.machine}`,
        );
        expect(new Set(keys).size).toBe(keys.length);
        for (const machine of factory.machines) {
          expect(machine.machine).toMatch(identifier);
          for (const { channel } of machine.type.measurements) expect(channel).toMatch(identifier);
        }
      }
    }
  });

  test("are the same for the same seed, and more companies begin with the same ones", () => {
    const few = planFactories(country, { companies: 12, seed: 7 });
    expect(planFactories(country, { companies: 12, seed: 7 })).toEqual(few);
    expect(planFactories(country, { companies: 90, seed: 7 }).slice(0, 12)).toEqual(few);
    expect(planFactories(country, { companies: 12, seed: 8 })).not.toEqual(few);
  });
});

test("larger size bands have more machines", () => {
  const { country } = loadCountry(join(folder, "za.yaml"));
  const factories = planFactories(country, { companies: 400, seed: 1 });
  const machinesOf = (band: string) => {
    const counts = factories
      .filter((factory) => factory.sizeBand === band)
      .map((factory) => factory.machines.length);
    return counts.reduce((sum, count) => sum + count, 0) / counts.length;
  };
  const means = country.programme.sizeBands.map((band) => machinesOf(band.id));
  expect(means).toEqual(means.toSorted((a, b) => a - b));
  expect(means.at(-1)! / means[0]!).toBeGreaterThan(3);
});
