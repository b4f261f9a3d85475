/** Disclosure control: examples of each rule, and an attack by subtraction on random tables. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isSafe, publishable } from "../../apps/diagnostic/disclosure.ts";

const rule = { minimumCount: 3, dominance: { largest: 1, percent: 75 } };
const cells = (...contributions: number[][]) => contributions.map((list) => ({ contributions: list }));

describe("a cell alone", () => {
  test("needs the minimum count", () => {
    expect(isSafe([1, 1], rule)).toBe(false);
    expect(isSafe([1, 1, 1], rule)).toBe(true);
  });
  test("is not published where one company dominates it", () => {
    expect(isSafe([76, 12, 12], rule)).toBe(false);
    expect(isSafe([75, 13, 12], rule)).toBe(true);
  });
  test("counts the two largest where the country says so", () => {
    expect(isSafe([45, 40, 15], { minimumCount: 3, dominance: { largest: 2, percent: 80 } })).toBe(false);
  });
  test("where all contribute nothing is judged by the count", () =>
    expect(isSafe([0, 0, 0], rule)).toBe(true));
});

describe("a table with its total", () => {
  test("without unsafe cells is published whole", () => {
    expect(publishable(cells([1, 1, 1], [1, 1, 1, 1]), rule)).toEqual([true, true]);
  });
  test("hides a second cell beside a single unsafe one, the smallest", () => {
    expect(publishable(cells([1, 1], [1, 1, 1, 1, 1], [1, 1, 1, 1]), rule)).toEqual([false, true, false]);
  });
  test("hides a third where the two hidden ones together are too few", () => {
    expect(publishable(cells([1], [1], [1, 1, 1], [1, 1, 1, 1]), rule)).toEqual([false, false, false, true]);
  });
  test("says nothing about empty cells", () => {
    expect(publishable(cells([], [1, 1, 1]), rule)).toEqual([true, true]);
  });
});

test("what is subtracted from a total is always itself fit to be published", () => {
  const table = fc.array(fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 8 }), {
    minLength: 1,
    maxLength: 10,
  });
  const anyRule = fc.record({
    minimumCount: fc.integer({ min: 3, max: 6 }),
    dominance: fc.record({
      largest: fc.integer({ min: 1, max: 3 }),
      percent: fc.integer({ min: 50, max: 100 }),
    }),
  });
  fc.assert(
    fc.property(table, anyRule, (contributions, anyOf) => {
      const published = publishable(cells(...contributions), anyOf);
      const hidden = contributions.filter((_, index) => published[index] === false);
      for (const [index, list] of contributions.entries())
        if (published[index] === true && list.length > 0) expect(isSafe(list, anyOf)).toBe(true);
      if (hidden.length === 0) return;
      const everythingIsHidden = contributions.every(
        (list, index) => published[index] === false || list.length === 0,
      );
      // The attacker knows the total and all published cells: what is left is the sum of the hidden ones.
      if (!everythingIsHidden) {
        expect(hidden.length).toBeGreaterThan(1);
        expect(isSafe(hidden.flat(), anyOf)).toBe(true);
      }
    }),
  );
});
