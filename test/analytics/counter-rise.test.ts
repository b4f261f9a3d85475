/** The worked examples of docs/key-figures.md: what a counter shows, and how much of it counts. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { counterRise, secondsPerKilowattHour } from "../../apps/analytics/counter-rise.ts";

const minute = 60_000;

/** One reading a minute, from a base at 0 that belongs to the shift before. */
const minutely = (values: readonly number[]) =>
  values.map((value, index) => ({ time: index * minute, value }));

/** Rows of the table: what the counter shows, what counts, what is left out. The planned run time per item is 12 s. */
const examples = readFileSync(new URL("../../docs/key-figures.md", import.meta.url), "utf8")
  .split("\n")
  .flatMap((line) => {
    const [, name, shown, rise, leftOut] = /^\| ([^|]+) \| ([\d, ]+) \| ([\d,]+) \| (\d) \|/.exec(line) ?? [];
    const number = (text: string) => Number(text.replaceAll(",", ""));
    return name === undefined
      ? []
      : { name, values: shown!.split(" ").map(number), rise: number(rise!), leftOut: Number(leftOut) };
  });

test("the page has the examples", () => expect(examples.length).toBeGreaterThan(7));

test.each(examples)("$name", ({ values, rise, leftOut }) => {
  expect(counterRise(minutely(values), 0, 12)).toEqual({ rise, leftOut });
});

describe("across the start of a shift", () => {
  const readings = minutely([100, 105, 0, 115, 120]);
  test.each([
    ["before the misread one", 1, 15],
    ["at the misread one", 2, 15],
    ["after it", 3, 5],
  ])("that is %s", (_, from, rise) => {
    expect(counterRise(readings, from * minute, 12).rise).toBe(rise);
  });

  test("a reset whose first reading is the last of a shift counts in the next, once", () => {
    const reset = minutely([100, 105, 3, 8]);
    expect(counterRise(reset.slice(0, 3), 0, 12).rise).toBe(5);
    expect(counterRise(reset, 2 * minute, 12).rise).toBe(8);
  });
});

test("after hours without a message more can have been made", () => {
  const readings = [
    { time: 0, value: 0 },
    { time: 600 * minute, value: 5000 },
  ];
  expect(counterRise(readings, 0, 12).rise).toBe(5000);
});

test("energy counts as if 1,000 kW were planned: 5,000 kWh in a quarter of an hour are possible", () => {
  const energy = (values: number[]) => counterRise(minutely(values), 0, secondsPerKilowattHour);
  expect(energy([10, 12, 0, 14, 5014])).toEqual({ rise: 5004, leftOut: 1 });
  expect(energy([10, 12, 5013, 5014])).toEqual({ rise: 3, leftOut: 1 });
});

test("one misread reading anywhere changes nothing, whatever it reads", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 4, maxLength: 60 }),
      fc.integer({ min: 20_000, max: 3_000_000 }),
      fc.nat(),
      fc.oneof(fc.constantFrom(0, 1, 65_535, 4_294_967_295), fc.integer({ min: 0, max: 10_000 })),
      (steps, start, where, misread) => {
        let value = start;
        const values = [start, ...steps.map((step) => (value += step))];
        const at = 1 + (where % (values.length - 2));
        const expected = values.at(-1)! - start;
        fc.pre(Math.abs(misread - values[at]!) > 5000);
        expect(counterRise(minutely(values.with(at, misread)), 0, 12)).toEqual({
          rise: expected,
          leftOut: 1,
        });
      },
    ),
  );
});
