/** The ministry's figures: companies, diagnostics, machines and indicators, in total and by sector, size and region. */
import type { ClickHouseClient } from "@clickhouse/client";
import { count, desc, eq, isNotNull, isNull } from "drizzle-orm";
import type { Country } from "../../../localisation/schema/country.ts";
import type { Database } from "../../../stores/relational/database.ts";
import { assessment, company, machine } from "../../../stores/relational/schema.ts";
import { protectTable } from "../../analytics/disclosure.ts";
import type { KpiTotals } from "../../analytics/kpi.ts";
import { type Aggregate, overviewOf } from "../../analytics/overview.ts";
import { kpiByCompany, leftOutByCompany, type Period } from "../../analytics/queries.ts";
import type { Dimension } from "../questionnaire/questionnaire.ts";
import type { Score } from "../questionnaire/scoring.ts";

/** A figure; "suppressed" where it comes from too few companies to be shown; undefined where there is none. */
export type Figure<T> = { readonly figures: T } | "suppressed" | undefined;

export interface GroupCounts {
  /** ISIC division, size band or ISO 3166-2 region; "" for companies that named no region. */
  readonly key: string;
  readonly companies: number;
  readonly completed: number;
}

export interface GroupFigures extends GroupCounts {
  readonly level: Figure<number>;
  readonly kpis: Aggregate;
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
  readonly kpis: Aggregate;
  /** Readings of counters that the figures leave out as misread or impossible. */
  readonly leftOut: number;
  readonly bySector: readonly GroupFigures[];
  readonly bySizeBand: readonly GroupFigures[];
  /** Only counts: of many regions with few companies each, nearly every figure would have to be suppressed. */
  readonly byRegion: readonly GroupCounts[];
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
  readonly totals: KpiTotals | undefined;
  readonly leftOut: number;
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
  const sectors = country.programme.sectors;
  const sizeBands = country.programme.sizeBands.map(({ id }) => id);
  // Sector and size band are one table: the totals of both are shown, so they are protected together.
  const table = sectors.map((sector) =>
    sizeBands.map((sizeBand) =>
      companies.filter((one) => one.sector === sector && one.sizeBand === sizeBand),
    ),
  );
  const levels = levelsIn(table, country);
  const kpis = overviewOf(
    table.map((row) => row.map((cell) => cell.flatMap(({ totals }) => totals ?? []))),
    sectors,
    sizeBands,
    country.aggregates,
  );
  return {
    companies: companies.length,
    started: companies.filter(({ started }) => started).length,
    completed: scored.length,
    machines: sum(({ machines }) => machines),
    connected: sum(({ connected }) => connected),
    level: levels.total,
    dimensions: dimensionLevels(scored, levels.total),
    kpis: kpis.total,
    leftOut: sum(({ leftOut }) => leftOut),
    bySector: groupsOf(
      sectors.map((key, at) => ({
        ...countsOf(key, table[at]!.flat()),
        level: levels.byRow[at],
        kpis: kpis.bySector[at],
      })),
    ),
    bySizeBand: groupsOf(
      sizeBands.map((key, at) => ({
        ...countsOf(key, columnOf(table, at)),
        level: levels.byColumn[at],
        kpis: kpis.bySizeBand[at],
      })),
    ),
    byRegion:
      country.programme.regions.length === 0
        ? []
        : groupsOf(
            [...Map.groupBy(companies, ({ region }) => region ?? "")].map(([key, own]) => countsOf(key, own)),
          ),
  };
}

type Table = readonly (readonly (readonly CompanyFigures[])[])[];

function levelsIn(table: Table, country: Country) {
  const levels = table.map((row) => row.map(levelsOf));
  const published = protectTable(
    levels.map((row) => row.map((cell) => cell.map((level) => [level]))),
    country.aggregates,
  );
  const columns = levels[0] ?? [];
  return {
    total: meanOf(levels.flat(2), published.total),
    byRow: levels.map((row, at) => meanOf(row.flat(), published.rowTotals[at]!)),
    byColumn: columns.map((_, at) => meanOf(columnOf(levels, at), published.columnTotals[at]!)),
  };
}

function columnOf<T>(table: readonly (readonly (readonly T[])[])[], at: number): T[] {
  return table.flatMap((row) => row[at]!);
}

function countsOf(key: string, companies: readonly CompanyFigures[]): GroupCounts {
  return { key, companies: companies.length, completed: levelsOf(companies).length };
}

/** The most companies first; groups without any are left out. */
function groupsOf<T extends GroupCounts>(groups: readonly T[]): T[] {
  return groups.filter(({ companies }) => companies > 0).toSorted((a, b) => b.companies - a.companies);
}

function levelsOf(companies: readonly CompanyFigures[]): number[] {
  return companies.flatMap(({ score }) => score?.overall ?? []);
}

function meanOf(levels: readonly number[], isPublished: boolean): Figure<number> {
  if (levels.length === 0) return undefined;
  if (!isPublished) return "suppressed";
  return { figures: levels.reduce((sum, level) => sum + level, 0) / levels.length };
}

/** Each dimension comes from the same companies as the overall level, so it is published or suppressed with it. */
function dimensionLevels(scores: readonly Score[], overall: Figure<number>): Map<Dimension, Figure<number>> {
  const all = scores.flatMap(({ dimensions }) => dimensions);
  return new Map(
    [...Map.groupBy(all, ({ dimension }) => dimension)].map(([dimension, own]) => [
      dimension,
      meanOf(
        own.flatMap(({ level }) => level),
        overall !== "suppressed",
      ),
    ]),
  );
}

async function companyFigures(
  { database, reader, country }: Parameters<typeof nationalFigures>[0],
  simulated: boolean,
  period: Period,
): Promise<CompanyFigures[]> {
  const [companies, scores, open, machines, connected, totals, leftOut] = await Promise.all([
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
    leftOutByCompany(reader, period),
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
    leftOut: leftOut.get(id) ?? 0,
  }));
}

/**
 * How many machines of each company were heard lately, to the minute: from the starts of minutes alone. The exact time of the
 * newest reading is inside of a state that costs the engine a hundred times as much to read.
 */
async function connectedMachines(
  reader: ClickHouseClient,
  offlineAfterSeconds: number,
): Promise<Map<string, number>> {
  const result = await reader.query({
    query: `SELECT company, uniqExact(site, machine) FROM rollup_minute
            WHERE bucket >= toStartOfMinute(now() - toIntervalSecond({seconds:UInt32})) GROUP BY company`,
    query_params: { seconds: offlineAfterSeconds },
    format: "JSONCompactEachRow",
  });
  return new Map(
    (await result.json<[string, string | number]>()).map(([id, machines]) => [id, Number(machines)]),
  );
}
