/**
 * Disclosure control of published aggregates: which cells of a two-way table with totals may be shown so that nobody
 * learns one company's figures: from a cell, by subtraction, or as the only other company in a sum.
 *
 * A cell is unsafe by itself if too few companies contribute to it or the largest dominate it. Further cells are
 * suppressed until
 * - the sum of the suppressed cells of each row and column whose total is shown would itself be safe to publish,
 * - no unsafe cell can be worked out to within a tenth of its value from what is shown, and
 * - a company that is alone in a suppressed cell, and so knows its value, cannot work out another unsafe cell exactly.
 */
import type { Country } from "../../localisation/schema/country.ts";
import { feasibleRange, type SuppressedCell } from "./feasible-range.ts";

export type DisclosureRule = Pick<Country["aggregates"], "minimumCount" | "dominance">;

/** What each company contributes to each published measure; not negative. The measures are the same for all. */
export type Contributors = readonly (readonly number[])[];

export interface PublishedCells {
  /** By row and column: may the cell be shown? An empty cell may. */
  readonly cells: readonly (readonly boolean[])[];
  readonly rowTotals: readonly boolean[];
  readonly columnTotals: readonly boolean[];
  readonly total: boolean;
}

/** How near an outsider may come to an unsafe cell's value, as a share of it. */
const protectedShare = 0.1;

/** Enough companies, and the largest of them below the country's share of what they contribute. */
export function isSafe(
  contributions: readonly number[],
  { minimumCount, dominance }: DisclosureRule,
): boolean {
  if (contributions.length < minimumCount) return false;
  const total = sum(contributions);
  const largest = sum(contributions.toSorted((a, b) => b - a).slice(0, dominance.largest));
  return total === 0 || largest <= (total * dominance.percent) / 100;
}

export function protectTable(
  table: readonly (readonly Contributors[])[],
  rule: DisclosureRule,
): PublishedCells {
  const protection = new Protection(table, rule);
  protection.run();
  return protection.published;
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly isTotal: boolean;
  readonly companies: Contributors;
  /** By measure. */
  readonly values: readonly number[];
  readonly isUnsafe: boolean;
  suppressed: boolean;
}

class Protection {
  readonly #rule: DisclosureRule;
  readonly #rows: number;
  readonly #columns: number;
  readonly #measures: number;
  /** The table's cells, and its totals in one more row and column. */
  readonly #cells: Cell[][];

  constructor(table: readonly (readonly Contributors[])[], rule: DisclosureRule) {
    this.#rule = rule;
    this.#rows = table.length;
    this.#columns = table[0]?.length ?? 0;
    this.#measures = table.flat(2)[0]?.length ?? 0;
    const withTotals = table.map((row) => [...row, row.flat()]);
    const totals = Array.from({ length: this.#columns + 1 }, (_, column) =>
      withTotals.flatMap((row) => row[column] ?? []),
    );
    this.#cells = [...withTotals, totals].map((line, row) =>
      line.map((companies, column) => this.#cell(companies, row, column)),
    );
  }

  get published(): PublishedCells {
    const shown = this.#cells.map((line) => line.map((cell) => !cell.suppressed));
    return {
      cells: shown.slice(0, this.#rows).map((line) => line.slice(0, this.#columns)),
      rowTotals: shown.slice(0, this.#rows).map((line) => line[this.#columns]!),
      columnTotals: shown[this.#rows]!.slice(0, this.#columns),
      total: shown[this.#rows]![this.#columns]!,
    };
  }

  run(): void {
    for (;;) {
      const candidates = this.#candidates();
      if (candidates === undefined) return;
      // A cell of few companies is a small loss, a total the greatest.
      const next = candidates.reduce((best, cell) => (lossOf(cell) < lossOf(best) ? cell : best));
      next.suppressed = true;
    }
  }

  /** Cells of which one must be suppressed next; undefined when all is protected or nothing is left to suppress. */
  #candidates(): Cell[] | undefined {
    for (const line of this.#lines()) {
      const suppressed = line.filter((cell) => cell.suppressed);
      if (suppressed.length === 0 || this.#sumIsSafe(suppressed)) continue;
      const shown = line.filter(isShown);
      if (shown.length > 0) return shown;
    }
    const exposed = this.#exposedCell();
    if (exposed === undefined) return undefined;
    const near = this.#lines()
      .filter((line) => line.includes(exposed))
      .flat()
      .filter(isShown);
    const any = this.#cells.flat().filter(isShown);
    return near.length > 0 ? near : any.length > 0 ? any : undefined;
  }

  /** Whether the sum of a line's suppressed cells, which its shown cells reveal, may be known. */
  #sumIsSafe(suppressed: readonly Cell[]): boolean {
    if (suppressed.length < 2) return false;
    // With a suppressed total there is nothing to subtract from; the total's own line protects it.
    if (suppressed.some((cell) => this.#isTotalOf(cell, suppressed))) return true;
    return this.#companiesAreSafe(suppressed.flatMap((cell) => cell.companies));
  }

  #isTotalOf(cell: Cell, line: readonly Cell[]): boolean {
    const isRow = line.every((other) => other.row === cell.row);
    return isRow ? cell.column === this.#columns : cell.row === this.#rows;
  }

  #exposedCell(): Cell | undefined {
    const all = this.#cells.flat().filter((cell) => cell.suppressed);
    const unsafe = all.filter((cell) => cell.isUnsafe);
    const insiders = new Set(all.flatMap(({ companies }) => (companies.length === 1 ? companies : [])));
    const patterns = new Set<string>();
    for (let measure = 0; measure < this.#measures; measure += 1) {
      const values = new Map(all.map((cell) => [cell, asSuppressed(cell, measure)]));
      for (const cell of unsafe) {
        const own = values.get(cell)!;
        if (own.value === 0) continue;
        const { least, most } = feasibleRange([...values.values()], own);
        const margin = protectedShare * own.value;
        if (least > own.value - margin || most < own.value + margin) return cell;
      }
      // Whether a value is known exactly depends on which cells are suppressed and which of them are 0.
      const pattern = all.map((cell) => (cell.values[measure] === 0 ? "0" : "1")).join("");
      if (patterns.has(pattern)) continue;
      patterns.add(pattern);
      for (const insider of insiders) {
        const known = this.#knownTo(insider, unsafe, values);
        if (known !== undefined) return known;
      }
    }
    return undefined;
  }

  /** An unsafe cell of other companies that a company can work out exactly from its own figures. */
  #knownTo(
    insider: readonly number[],
    unsafe: readonly Cell[],
    values: ReadonlyMap<Cell, SuppressedCell>,
  ): Cell | undefined {
    // It knows every cell that it is alone in, such as its row's total where the row has no other company.
    const isKnown = ({ companies }: Cell) => companies.length === 1 && companies[0] === insider;
    const unknown = [...values].flatMap(([cell, value]) => (isKnown(cell) ? [] : value));
    return unsafe.find((cell) => {
      const own = values.get(cell)!;
      if (own.value === 0 || isKnown(cell)) return false;
      const range = feasibleRange(unknown, own);
      return range.most - range.least <= own.value * 1e-9;
    });
  }

  #cell(companies: Contributors, row: number, column: number): Cell {
    const isUnsafe = companies.length > 0 && !this.#companiesAreSafe(companies);
    return {
      row,
      column,
      isTotal: (row === this.#rows) !== (column === this.#columns),
      companies,
      values: Array.from({ length: this.#measures }, (_, measure) =>
        sum(companies.map((one) => one[measure]!)),
      ),
      isUnsafe,
      suppressed: isUnsafe,
    };
  }

  #companiesAreSafe(companies: Contributors): boolean {
    if (companies.length < this.#rule.minimumCount) return false;
    return Array.from({ length: this.#measures }, (_, measure) =>
      companies.map((one) => one[measure]!),
    ).every((contributions) => isSafe(contributions, this.#rule));
  }

  /** Rows, columns, and those of the totals. */
  #lines(): Cell[][] {
    return [
      ...this.#cells,
      ...Array.from({ length: this.#columns + 1 }, (_, column) => this.#cells.map((line) => line[column]!)),
    ];
  }
}

const isShown = (cell: Cell) => !cell.suppressed && cell.companies.length > 0;

function lossOf(cell: Cell): number {
  return cell.companies.length + (cell.isTotal ? 1e6 : 0);
}

function asSuppressed(cell: Cell, measure: number): SuppressedCell {
  return { row: cell.row, column: cell.column, isTotal: cell.isTotal, value: cell.values[measure]! };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
