import { describe, expect, test } from "vitest";
import { type Contributors, isSafe, protectTable } from "../../apps/analytics/disclosure.ts";
import { feasibleRange, type SuppressedCell } from "../../apps/analytics/feasible-range.ts";
import { type Random, randomFrom } from "./histories.ts";
import { type Equation, rangeOf } from "./simplex.ts";

const rule = { minimumCount: 3, dominance: { largest: 1, percent: 75 } };

test.each<[boolean, number[], number, number]>([
  [false, [], 1, 75],
  [false, [10, 10], 1, 75],
  [true, [10, 10, 10], 1, 75],
  [true, [75, 15, 10], 1, 75],
  [false, [76, 14, 10], 1, 75],
  [false, [14, 10, 76], 1, 75],
  [true, [40, 35, 25], 2, 75],
  [false, [40, 36, 24], 2, 75],
  [true, [0, 0, 0], 1, 75],
])(
  "is it safe (%s) to show the sum of %j, with the largest %i at %i per cent at most?",
  (safe, values, largest, percent) => {
    expect(isSafe(values, { minimumCount: 3, dominance: { largest, percent } })).toBe(safe);
  },
);

/** A table with a last row and a last column of totals. */
function withTotals(values: readonly (readonly number[])[]): number[][] {
  const rows = values.map((row) => [...row, row.reduce((sum, value) => sum + value, 0)]);
  const totals = rows[0]!.map((_, column) => rows.reduce((sum, row) => sum + row[column]!, 0));
  return [...rows, totals];
}

/** What an outsider knows: the shown cells, and that rows and columns add up to their totals. */
function equationsOf(values: readonly (readonly number[])[], hidden: readonly (readonly boolean[])[]) {
  const unknowns = values.flatMap((row, at) =>
    row.flatMap((_, column) => (hidden[at]![column] ? [{ row: at, column }] : [])),
  );
  const rows = values.length;
  const columns = values[0]!.length;
  const line = (cells: { row: number; column: number; sign: number }[]): Equation => {
    const coefficients = unknowns.map(
      (unknown) =>
        cells.find((cell) => cell.row === unknown.row && cell.column === unknown.column)?.sign ?? 0,
    );
    const known = cells
      .filter((cell) => !hidden[cell.row]![cell.column])
      .reduce((sum, cell) => sum + cell.sign * values[cell.row]![cell.column]!, 0);
    return { coefficients, equals: -known };
  };
  const indices = (length: number) => Array.from({ length }, (_, index) => index);
  const equations = [
    ...indices(rows).map((row) =>
      line(indices(columns).map((column) => ({ row, column, sign: column === columns - 1 ? -1 : 1 }))),
    ),
    ...indices(columns).map((column) =>
      line(indices(rows).map((row) => ({ row, column, sign: row === rows - 1 ? -1 : 1 }))),
    ),
  ].filter((equation) => equation.coefficients.some((coefficient) => coefficient !== 0));
  return { unknowns, equations };
}

test("the range of a cell equals the result of linear programming", () => {
  const random = randomFrom(5);
  for (let round = 0; round < 400; round += 1) {
    const rows = 2 + Math.floor(random() * 3);
    const columns = 2 + Math.floor(random() * 3);
    const values = withTotals(
      Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => (random() < 0.2 ? 0 : Math.floor(random() * 100))),
      ),
    );
    const share = random();
    const hidden = values.map((row) => row.map(() => random() < share));
    const { unknowns, equations } = equationsOf(values, hidden);
    const cells = unknowns.map(
      ({ row, column }): SuppressedCell => ({
        row,
        column,
        value: values[row]![column]!,
        isTotal: (row === rows) !== (column === columns),
      }),
    );
    for (const [index, cell] of cells.entries()) {
      const [least, most] = rangeOf(equations, unknowns.length, index);
      const found = feasibleRange(cells, cell);
      expect(found.least).toBeCloseTo(least, 6);
      if (most === Number.POSITIVE_INFINITY) expect(found.most).toBe(most);
      else expect(found.most).toBeCloseTo(most, 6);
    }
  }
});

function randomTable(random: Random): Contributors[][] {
  const rows = 1 + Math.floor(random() * 4);
  const columns = 1 + Math.floor(random() * 4);
  const crowd = 2 + random() * 9;
  return Array.from({ length: rows }, () =>
    Array.from({ length: columns }, () =>
      Array.from({ length: random() < 0.15 ? 0 : Math.floor(random() * crowd) }, () => [
        Math.ceil(1000 * random() ** 4),
        random() < 0.1 ? 0 : Math.ceil(50 * random()),
      ]),
    ),
  );
}

interface Line {
  readonly inner: readonly (readonly [number, number])[];
  readonly total: readonly [number, number];
}

function linesOf(rows: number, columns: number): Line[] {
  const indices = (length: number) => Array.from({ length }, (_, index) => index);
  return [
    ...indices(rows + 1).map(
      (row): Line => ({
        inner: indices(columns).map((column) => [row, column] as const),
        total: [row, columns],
      }),
    ),
    ...indices(columns + 1).map(
      (column): Line => ({
        inner: indices(rows).map((row) => [row, column] as const),
        total: [rows, column],
      }),
    ),
  ];
}

test("no unsafe cell is shown, subtracted, confined, or known to another company", () => {
  const random = randomFrom(17);
  let published = 0;
  let suppressedFurther = 0;
  for (let round = 0; round < 500; round += 1) {
    const table = randomTable(random);
    const [rows, columns] = [table.length, table[0]!.length];
    const shown = protectTable(table, rule);
    const companies = [
      ...table.map((row) => [...row, row.flat()]),
      Array.from({ length: columns + 1 }, (_, column) =>
        column === columns ? table.flat(2) : table.flatMap((row) => row[column]!),
      ),
    ];
    const isShown = [
      ...shown.cells.map((line, row) => [...line, shown.rowTotals[row]!]),
      [...shown.columnTotals, shown.total],
    ];
    const hidden = isShown.map((line) => line.map((cell) => !cell));
    const safe = (group: Contributors) =>
      [0, 1].every((measure) =>
        isSafe(
          group.map((one) => one[measure]!),
          rule,
        ),
      );
    const unsafe: [number, number][] = [];
    for (const [row, line] of companies.entries())
      for (const [column, group] of line.entries()) {
        if (group.length === 0) expect(isShown[row]![column]).toBe(true);
        else if (!safe(group)) {
          unsafe.push([row, column]);
          expect(isShown[row]![column]).toBe(false);
        } else if (isShown[row]![column]) published += 1;
        else suppressedFurther += 1;
      }
    for (const { inner, total } of linesOf(rows, columns)) {
      const missing = inner.filter(([row, column]) => hidden[row]![column]);
      if (missing.length === 0 || hidden[total[0]]![total[1]]) continue;
      expect(safe(missing.flatMap(([row, column]) => companies[row]![column]!))).toBe(true);
    }
    const allHidden = companies.every((line, row) =>
      line.every((group, column) => group.length === 0 || hidden[row]![column]),
    );
    if (allHidden) continue;
    for (const measure of [0, 1]) {
      const values = companies.map((line) =>
        line.map((group) => group.reduce((sum, one) => sum + one[measure]!, 0)),
      );
      const { unknowns, equations } = equationsOf(values, hidden);
      for (const [row, column] of unsafe) {
        const value = values[row]![column]!;
        if (value === 0) continue;
        const at = unknowns.findIndex((unknown) => unknown.row === row && unknown.column === column);
        const [least, most] = rangeOf(equations, unknowns.length, at);
        expect(least).toBeLessThanOrEqual(0.9 * value + 1e-6);
        expect(most).toBeGreaterThanOrEqual(1.1 * value - 1e-6);
        for (const [insiderRow, line] of companies.entries())
          for (const [insiderColumn, group] of line.entries()) {
            if (group.length !== 1 || !hidden[insiderRow]![insiderColumn]) continue;
            // A company knows all cells that it is alone in, and learns nothing from them about others.
            const isOwn = (other: Contributors) => other.length === 1 && other[0] === group[0];
            if (isOwn(companies[row]![column]!)) continue;
            const known = hidden.map((cells, r) => cells.map((cell, c) => cell && !isOwn(companies[r]![c]!)));
            const inside = equationsOf(values, known);
            const there = inside.unknowns.findIndex(
              (unknown) => unknown.row === row && unknown.column === column,
            );
            const [low, high] = rangeOf(inside.equations, inside.unknowns.length, there);
            expect(high - low).toBeGreaterThan(1e-9);
          }
      }
    }
  }
  // Protection that suppresses everything would pass all of the above.
  expect(published).toBeGreaterThan(1000);
  expect(suppressedFurther).toBeLessThan(published);
});

describe("a table", () => {
  const one = (...values: number[]): Contributors => values.map((value) => [value]);

  test("without unsafe cells is shown as a whole", () => {
    const table = [
      [one(1, 2, 2), one(3, 3, 3)],
      [one(1, 1, 1, 1), one(2, 2, 2)],
    ];
    expect(protectTable(table, rule)).toEqual({
      cells: [
        [true, true],
        [true, true],
      ],
      rowTotals: [true, true],
      columnTotals: [true, true],
      total: true,
    });
  });

  test("with one unsafe cell hides a rectangle of the smallest", () => {
    const table = [
      [one(5), one(3, 3, 3), one(4, 4, 4, 4, 4)],
      [one(2, 2, 2), one(1, 2, 2), one(4, 4, 4, 4, 4)],
      [one(6, 6, 6, 6, 6), one(6, 6, 6, 6, 6), one(6, 6, 6, 6, 6)],
    ];
    const { cells, rowTotals, columnTotals, total } = protectTable(table, rule);
    expect(cells).toEqual([
      [false, false, true],
      [false, false, true],
      [true, true, true],
    ]);
    expect([...rowTotals, ...columnTotals, total]).not.toContain(false);
  });

  test("of too few companies shows only empty cells", () => {
    const { cells, rowTotals, columnTotals, total } = protectTable(
      [
        [one(5), one(5)],
        [[], []],
      ],
      rule,
    );
    expect(cells).toEqual([
      [false, false],
      [true, true],
    ]);
    expect(rowTotals).toEqual([false, true]);
    expect(columnTotals).toEqual([false, false]);
    expect(total).toBe(false);
  });

  test("without companies is shown", () => {
    expect(protectTable([[[]]], rule)).toEqual({
      cells: [[true]],
      rowTotals: [true],
      columnTotals: [true],
      total: true,
    });
    expect(protectTable([], rule)).toEqual({ cells: [], rowTotals: [], columnTotals: [], total: true });
  });
});
