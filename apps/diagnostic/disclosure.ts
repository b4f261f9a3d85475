/**
 * Disclosure control of national figures: a cell is published only where enough companies stand behind it and none of
 * them dominates it. Because totals are published too, further cells are suppressed until the suppressed ones taken
 * together could be published: else subtracting the others from the total would give one away.
 */
import type { Country } from "../../localisation/schema/country.ts";

type Rule = Pick<Country["aggregates"], "minimumCount" | "dominance">;

export interface Cell {
  /** What each company contributes to the figure's weight; not negative. */
  readonly contributions: readonly number[];
}

/** @returns for each cell of a partition whose total is published: may it be published? Empty cells may. */
export function publishable(cells: readonly Cell[], rule: Rule): boolean[] {
  const published = cells.map(
    ({ contributions }) => contributions.length === 0 || isSafe(contributions, rule),
  );
  const hidden = () => cells.filter((_, index) => published[index] === false);
  const togetherSafe = () =>
    isSafe(
      hidden().flatMap(({ contributions }) => contributions),
      rule,
    );
  while (hidden().length > 0 && (hidden().length < 2 || !togetherSafe())) {
    const next = smallestPublished(cells, published);
    // All are hidden: the total itself decides whether it may be published.
    if (next === undefined) break;
    published[next] = false;
  }
  return published;
}

/** Enough companies, and the largest of them below the country's share. */
export function isSafe(contributions: readonly number[], { minimumCount, dominance }: Rule): boolean {
  if (contributions.length < minimumCount) return false;
  const total = contributions.reduce((sum, contribution) => sum + contribution, 0);
  const largest = contributions
    .toSorted((a, b) => b - a)
    .slice(0, dominance.largest)
    .reduce((sum, contribution) => sum + contribution, 0);
  return total === 0 || largest <= (total * dominance.percent) / 100;
}

function smallestPublished(cells: readonly Cell[], published: readonly boolean[]): number | undefined {
  let smallest: number | undefined;
  for (const [index, { contributions }] of cells.entries()) {
    if (published[index] === false || contributions.length === 0) continue;
    if (smallest === undefined || contributions.length < cells[smallest]!.contributions.length)
      smallest = index;
  }
  return smallest;
}
