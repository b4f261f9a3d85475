/** The ministry's figures: companies, diagnostics, machines and indicators, in all and by sector, size and region. */
import type { ClickHouseClient } from "@clickhouse/client";
import { count, desc, eq, isNotNull, isNull } from "drizzle-orm";
import type { Country } from "../../localisation/schema/country.ts";
import { addTotals, type Indicators, indicatorsOf, nothing, type Totals } from "../analytics/kpi.ts";
import { kpiByCompany, type Period } from "../analytics/queries.ts";
import type { Database } from "../relational/database.ts";
import { assessment, company, machine } from "../relational/schema.ts";
import { isSafe, publishable } from "./disclosure.ts";
import type { Dimension } from "./questionnaire.ts";
import type { Score } from "./scoring.ts";

export type Grouping = "sector" | "size-band" | "region";

/** A figure, or that it is kept back because too few companies stand behind it; absent where there is none. */
export type Figure<T> = { readonly value: T } | "suppressed" | undefined;

export interface GroupFigures {
  /** ISIC division, size band or ISO 3166-2 region. */
  readonly key: string;
  readonly companies: number;
  readonly completed: number;
  readonly level: Figure<number>;
  readonly indicators: Figure<Indicators>;
}

export interface NationalFigures {
  readonly companies: number;
  /** Companies that began a diagnostic, and that completed one. */
  readonly started: number;
  readonly completed: number;
  readonly machines: number;
  /** Machines heard within the time after which the country counts one as offline. */
  readonly connected: number;
  readonly level: Figure<number>;
  readonly dimensions: ReadonlyMap<Dimension, Figure<number>>;
  readonly indicators: Figure<Indicators & { readonly energyKilowattHours: number | null }>;
  readonly groups: ReadonlyMap<Grouping, readonly GroupFigures[]>;
}

interface CompanyFigures {
  readonly id: string;
  readonly sector: string;
  readonly sizeBand: string;
  readonly region: string | null;
  readonly started: boolean;
  readonly score: Score | undefined;
  readonly machines: number;
  readonly connected: number;
  readonly totals: Totals | undefined;
}

export async function nationalFigures(
  stores: { readonly database: Database; readonly reader: ClickHouseClient; readonly country: Country },
  simulated: boolean,
  period: Period,
): Promise<NationalFigures> {
  const { country } = stores;
  const companies = await companyFigures(stores, simulated, period);
  const scored = companies.flatMap(({ score }) => score ?? []);
  const sum = (of: (figures: CompanyFigures) => number) =>
    companies.reduce((total, one) => total + of(one), 0);
  const groupings: Grouping[] = [
    "sector",
    "size-band",
    ...(country.programme.regions?.length ? ["region" as const] : []),
  ];
  return {
    companies: companies.length,
    started: companies.filter(({ started }) => started).length,
    completed: scored.length,
    machines: sum(({ machines }) => machines),
    connected: sum(({ connected }) => connected),
    level: meanLevel(
      scored.map(({ overall }) => overall),
      country,
    ),
    dimensions: dimensionLevels(scored, country),
    indicators: indicatorsIn(companies, country),
    groups: new Map(groupings.map((grouping) => [grouping, groupFigures(companies, grouping, country)])),
  };
}

function groupFigures(
  companies: readonly CompanyFigures[],
  grouping: Grouping,
  country: Country,
): GroupFigures[] {
  const keyOf = (one: CompanyFigures) =>
    grouping === "sector" ? one.sector : grouping === "size-band" ? one.sizeBand : (one.region ?? "");
  const groups = [...Map.groupBy(companies, keyOf)].toSorted((a, b) => b[1].length - a[1].length);
  const levels = groups.map(([, members]) => members.flatMap(({ score }) => score?.overall ?? []));
  const levelsShown = publishable(
    levels.map((values) => ({ contributions: values.map(() => 1) })),
    country.aggregates,
  );
  const indicatorsShown = publishable(
    groups.map(([, members]) => ({ contributions: weights(members) })),
    country.aggregates,
  );
  return groups.map(([key, members], index) => ({
    key,
    companies: members.length,
    completed: levels[index]!.length,
    level: figure(levels[index]!.length > 0, levelsShown[index]!, () => mean(levels[index]!)),
    indicators: figure(weights(members).length > 0, indicatorsShown[index]!, () =>
      indicatorsOf(totalsIn(members)),
    ),
  }));
}

function figure<T>(exists: boolean, published: boolean, value: () => T): Figure<T> {
  if (!exists) return undefined;
  return published ? { value: value() } : "suppressed";
}

function meanLevel(levels: readonly number[], country: Country): Figure<number> {
  const contributions = levels.map(() => 1);
  return figure(levels.length > 0, isSafe(contributions, country.aggregates), () => mean(levels));
}

function dimensionLevels(scores: readonly Score[], country: Country): Map<Dimension, Figure<number>> {
  const levels = new Map<Dimension, number[]>();
  for (const { dimension, level } of scores.flatMap(({ dimensions }) => dimensions)) {
    const known = levels.get(dimension);
    if (known === undefined) levels.set(dimension, [level]);
    else known.push(level);
  }
  return new Map([...levels].map(([dimension, values]) => [dimension, meanLevel(values, country)]));
}

function indicatorsIn(companies: readonly CompanyFigures[], country: Country): NationalFigures["indicators"] {
  const contributions = weights(companies);
  return figure(contributions.length > 0, isSafe(contributions, country.aggregates), () => {
    const totals = totalsIn(companies);
    return { ...indicatorsOf(totals), energyKilowattHours: totals.energyKilowattHours };
  });
}

/** A company weighs in the indicators as much as the time that its machines were planned to work. */
function weights(companies: readonly CompanyFigures[]): number[] {
  return companies.flatMap(({ totals }) =>
    totals === undefined || totals.observedBusySeconds === 0 ? [] : totals.observedBusySeconds,
  );
}

function totalsIn(companies: readonly CompanyFigures[]): Totals {
  return companies.flatMap(({ totals }) => totals ?? []).reduce(addTotals, nothing);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

async function companyFigures(
  { database, reader, country }: Parameters<typeof nationalFigures>[0],
  simulated: boolean,
  period: Period,
): Promise<CompanyFigures[]> {
  const [companies, scores, open, machines, connected, totals] = await Promise.all([
    database.select().from(company).where(eq(company.simulated, simulated)),
    database
      .selectDistinctOn([assessment.companyId], { company: assessment.companyId, score: assessment.score })
      .from(assessment)
      .where(isNotNull(assessment.completedAt))
      .orderBy(assessment.companyId, desc(assessment.completedAt)),
    database.select({ company: assessment.companyId }).from(assessment).where(isNull(assessment.completedAt)),
    database.select({ company: machine.companyId, count: count() }).from(machine).groupBy(machine.companyId),
    connectedMachines(reader, country.telemetry.offlineAfterSeconds),
    kpiByCompany(reader, period),
  ]);
  const scoreOf = new Map(scores.map((row) => [row.company, row.score as Score]));
  const opened = new Set(open.map((row) => row.company));
  const machinesOf = new Map(machines.map((row) => [row.company, row.count]));
  return companies.map(({ id, sector, sizeBand, region }) => ({
    id,
    sector,
    sizeBand,
    region,
    started: opened.has(id) || scoreOf.has(id),
    score: scoreOf.get(id),
    machines: machinesOf.get(id) ?? 0,
    connected: connected.get(id) ?? 0,
    totals: totals.get(id),
  }));
}

/** How many machines of each company were heard lately. The rollup of hours is small, and keeps the newest time. */
async function connectedMachines(
  reader: ClickHouseClient,
  offlineAfterSeconds: number,
): Promise<Map<string, number>> {
  const result = await reader.query({
    query: `SELECT company, count() FROM (
              SELECT company, site, machine, max(tupleElement(finalizeAggregation(last), 3)) AS heard_at FROM rollup_hour
              WHERE bucket >= toStartOfHour(now()) - toIntervalSecond({seconds:UInt32} + 3600)
              GROUP BY company, site, machine)
            WHERE heard_at >= now() - toIntervalSecond({seconds:UInt32}) GROUP BY company`,
    query_params: { seconds: offlineAfterSeconds },
    format: "JSONCompactEachRow",
  });
  return new Map(
    (await result.json<[string, string | number]>()).map(([id, machines]) => [id, Number(machines)]),
  );
}
