/**
 * The country's figures by sector and size band, safe to publish: summed, and suppressed by the country's minimum count and
 * dominance rule, so that no cell can be found by subtraction either.
 */
import type { Country } from "../../localisation/schema/country.ts";
import { protectTable } from "./disclosure.ts";
import { addTotals, type Indicators, indicatorsOf, type KpiTotals, nothing } from "./kpi.ts";

export interface AggregateFigures
  extends Pick<Indicators, "availability" | "effectiveness" | "qualityRatio" | "oee"> {
  /** Companies with machine data in the period. */
  readonly companies: number;
  readonly plannedBusySeconds: number;
  readonly energyKilowattHours: number | null;
}

/** Absent where no company has data. */
export type Aggregate = { readonly figures: AggregateFigures } | "suppressed" | undefined;

export interface NationalOverview {
  /** ISIC divisions, in the file's order: the rows. */
  readonly sectors: readonly string[];
  /** Ids of size bands, in the file's order: the columns. */
  readonly sizeBands: readonly string[];
  /** By sector and size band. */
  readonly cells: readonly (readonly Aggregate[])[];
  readonly bySector: readonly Aggregate[];
  readonly bySizeBand: readonly Aggregate[];
  readonly total: Aggregate;
}

/** The indicators and sums are made of these, so one company may not dominate any of them. */
const measures: readonly (keyof KpiTotals)[] = [
  "plannedBusySeconds",
  "observedBusySeconds",
  "actualProductionSeconds",
  "plannedOutputSeconds",
  "inspectedOutputSeconds",
  "energyKilowattHours",
];

/**
 * @param table companies' sums by sector and size band: of simulated companies or of real ones, never of both, because
 * the difference between two overviews would be a third.
 */
export function overviewOf(
  table: readonly (readonly (readonly KpiTotals[])[])[],
  sectors: readonly string[],
  sizeBands: readonly string[],
  rule: Country["aggregates"],
): NationalOverview {
  const contributors = table.map((row) =>
    row.map((companies) => companies.map((totals) => measures.map((measure) => totals[measure] ?? 0))),
  );
  const published = protectTable(contributors, rule);
  return {
    sectors,
    sizeBands,
    cells: table.map((row, at) =>
      row.map((cell, column) => aggregateOf(cell, published.cells[at]![column]!)),
    ),
    bySector: table.map((row, at) => aggregateOf(row.flat(), published.rowTotals[at]!)),
    bySizeBand: sizeBands.map((_, column) =>
      aggregateOf(
        table.flatMap((row) => row[column]!),
        published.columnTotals[column]!,
      ),
    ),
    total: aggregateOf(table.flat(2), published.total),
  };
}

function aggregateOf(companies: readonly KpiTotals[], isPublished: boolean): Aggregate {
  if (companies.length === 0) return undefined;
  if (!isPublished) return "suppressed";
  const totals = companies.reduce(addTotals, nothing);
  const { plannedBusySeconds, energyKilowattHours } = totals;
  return {
    figures: {
      companies: companies.length,
      plannedBusySeconds,
      energyKilowattHours,
      ...indicatorsOf(totals),
    },
  };
}
