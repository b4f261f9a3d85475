/**
 * The pages' queries of the time-series store: a company's latest values, series for charts, and indicators by shift, by
 * day and over a period. Each takes the store's `reader` client. Times are epoch milliseconds, dates "YYYY-MM-DD".
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { addTotals, type Indicators, indicatorsOf, type KpiTotals, nothing, totalsOf } from "./kpi.ts";
import type { MachineKey } from "./machine-key.ts";
import type { ShiftRow } from "./shift-row.ts";

export { type StatePeriod, stateTimeline } from "./timeline.ts";
export type { MachineKey };

export interface LatestValue extends MachineKey {
  readonly channel: string;
  readonly time: number;
  /** null where the value is a text. */
  readonly number: number | null;
  readonly text: string;
}

/** Seconds in each state; null where the machine sends no state. */
export interface StateSeconds {
  readonly producing: number | null;
  readonly setup: number | null;
  readonly idle: number | null;
  readonly down: number | null;
  readonly plannedStop: number | null;
  /** The machine said nothing. */
  readonly unknown: number | null;
}

/** Of one shift and machine, or summed over several. */
export interface KpiSummary
  extends Indicators,
    Pick<
      KpiTotals,
      "plannedBusySeconds" | "actualProductionSeconds" | "produced" | "good" | "scrap" | "energyKilowattHours"
    > {
  /** false: a shift is still running. */
  readonly complete: boolean;
}

export interface KpiRow extends MachineKey, KpiSummary {
  /** The country's day on which the shift started. */
  readonly shiftDate: string;
  readonly shift: string;
  readonly from: number;
  readonly to: number;
  readonly plannedRunTimePerItem: number;
  readonly seconds: StateSeconds;
  /** Times that the machine went down. */
  readonly failures: number | null;
}

export interface KpiDay extends MachineKey, KpiSummary {
  readonly shiftDate: string;
}

export interface Period {
  /** First and last day, inclusive. */
  readonly from: string;
  readonly to: string;
}

const latestWithinDays = 90;

/** The newest value of each channel of the company's machines, of the last 90 days. */
export async function latestValues(reader: ClickHouseClient, company: string): Promise<LatestValue[]> {
  const result = await reader.query({
    query: `SELECT site, machine, channel, argMaxMerge(last) AS newest,
              toUnixTimestamp64Milli(newest.3), newest.1, newest.2
            FROM rollup_day
            WHERE company = {company:String} AND bucket >= now() - toIntervalDay({days:UInt16})
            GROUP BY site, machine, channel ORDER BY site, machine, channel`,
    query_params: { company, days: latestWithinDays },
    format: "JSONCompactEachRow",
  });
  type Row = [string, string, string, unknown, string | number, number | null, string];
  return (await result.json<Row>()).map(([site, machine, channel, , time, number, text]) => ({
    company,
    site,
    machine,
    channel,
    time: Number(time),
    number,
    text,
  }));
}

export type SeriesLevel = "raw" | "minute" | "hour" | "day";

export interface Series {
  readonly level: SeriesLevel;
  readonly points: readonly SeriesPoint[];
}

/** One reading, or the readings of one minute, hour or day. */
export interface SeriesPoint {
  /** The reading's time, or the start of the minute, hour or day. */
  readonly time: number;
  readonly mean: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** The last value, which is what to draw of a counter. */
  readonly last: number | null;
}

const mostPoints = 1500;
const minute = 60_000;
const hour = 60 * minute;

/**
 * A channel's numbers from `from` (inclusive) to `to` (exclusive), at the finest level that gives at most 1,500 points
 * and has not been deleted: readings, minutes, hours or days.
 */
export async function series(
  reader: ClickHouseClient,
  where: MachineKey & { readonly channel: string },
  range: { readonly from: number; readonly to: number },
): Promise<Series> {
  const span = range.to - range.from;
  const query_params = { ...where, from: range.from, to: range.to };
  const condition = (column: string) =>
    `company = {company:String} AND site = {site:String} AND machine = {machine:String} AND channel = {channel:String}
     AND ${column} >= fromUnixTimestamp64Milli({from:Int64}) AND ${column} < fromUnixTimestamp64Milli({to:Int64})`;
  if (span <= mostPoints * minute) {
    const result = await reader.query({
      query: `SELECT toUnixTimestamp64Milli(time), number FROM raw WHERE ${condition("time")} AND number IS NOT NULL
              ORDER BY time LIMIT ${mostPoints + 1}`,
      query_params,
      format: "JSONCompactEachRow",
    });
    const rows = await result.json<[string | number, number]>();
    if (rows.length > 0 && rows.length <= mostPoints)
      return {
        level: "raw",
        points: rows.map(([time, number]) => ({
          time: Number(time),
          mean: number,
          minimum: number,
          maximum: number,
          last: number,
        })),
      };
  }
  const level = span <= mostPoints * minute ? "minute" : span <= mostPoints * hour ? "hour" : "day";
  const result = await reader.query({
    query: `SELECT toUnixTimestamp(bucket), sum(total) / nullIf(sum(numbers), 0), min(minimum), max(maximum),
              (argMaxMerge(last) AS newest).1
            FROM rollup_${level} WHERE ${condition("bucket")} GROUP BY bucket ORDER BY bucket`,
    query_params,
    format: "JSONCompactEachRow",
  });
  type Row = [string | number, number | null, number | null, number | null, number | null];
  return {
    level,
    points: (await result.json<Row>()).map(([seconds, mean, minimum, maximum, last]) => ({
      time: Number(seconds) * 1000,
      mean,
      minimum,
      maximum,
      last,
    })),
  };
}

const kpiColumns = `company, site, machine, toString(shift_date) AS date, toString(shift) AS shift_name,
  toUnixTimestamp(shift_from) AS from_seconds, toUnixTimestamp(shift_to) AS to_seconds, complete,
  planned_run_time_per_item, planned_busy_seconds, producing_seconds, setup_seconds, idle_seconds, down_seconds,
  planned_stop_seconds, unknown_seconds, failures, produced, scrap, energy_kilowatt_hours`;

interface StoredKpi extends Omit<ShiftRow, "shift_date" | "shift" | "shift_from" | "shift_to"> {
  readonly date: string;
  readonly shift_name: string;
  readonly from_seconds: number;
  readonly to_seconds: number;
}

/** A company, a site or a machine. */
type KpiScope = Pick<MachineKey, "company"> & Partial<MachineKey>;

/** One row per machine and shift, by time and machine. */
export async function kpiByShift(
  reader: ClickHouseClient,
  where: KpiScope,
  period: Period,
): Promise<KpiRow[]> {
  return (await storedKpis(reader, where, period)).map(kpiRow);
}

/** One row per machine and day. */
export async function kpiByDay(reader: ClickHouseClient, where: KpiScope, period: Period): Promise<KpiDay[]> {
  const rows = await storedKpis(reader, where, period);
  const groups = Map.groupBy(rows, (row) => `${row.date}/${row.site}/${row.machine}`);
  return [...groups.values()].map((group) => {
    const { company, site, machine, date } = group[0]!;
    return { company, site, machine, shiftDate: date, ...summaryOf(group) };
  });
}

/** The company's indicators over all its machines and the whole period; undefined where there are none. */
export async function kpiOfCompany(
  reader: ClickHouseClient,
  company: string,
  period: Period,
): Promise<KpiSummary | undefined> {
  const rows = await storedKpis(reader, { company }, period);
  return rows.length === 0 ? undefined : summaryOf(rows);
}

/**
 * The country's day on which a shift starts, anywhere on Earth, begins 14 hours before that of UTC at the earliest and ends
 * 12 hours after it at the latest. The bounds of `shift_from` give the same rows as those of `shift_date` alone, and let the
 * engine leave out the months before and after, because `shift_from` is what the tables are partitioned by.
 */
const inPeriod = `shift_date BETWEEN {from:Date} AND {to:Date}
  AND shift_from >= toDateTime64({from:Date}, 0, 'UTC') - toIntervalHour(14)
  AND shift_from < toDateTime64({to:Date}, 0, 'UTC') + toIntervalHour(36)`;

/** Each company's sums over all its machines and the period, for national figures: ratios come from sums of these. */
export async function kpiByCompany(
  reader: ClickHouseClient,
  period: Period,
): Promise<Map<string, KpiTotals>> {
  const sums = totalSums.map(([, sum]) => sum);
  const result = await reader.query({
    query: `SELECT company, [${sums.map((sum) => `toNullable(toFloat64(${sum}))`).join(", ")}]
            FROM kpi_shift FINAL WHERE ${inPeriod} GROUP BY company`,
    query_params: { ...period },
    format: "JSONCompactEachRow",
  });
  const rows = await result.json<[string, (number | null)[]]>();
  return new Map(
    rows.map(([company, values]) => [
      company,
      Object.fromEntries(totalSums.map(([name], index) => [name, values[index]])) as unknown as KpiTotals,
    ]),
  );
}

/** How many readings of counters each company's figures of the period leave out as misread or impossible. */
export async function leftOutByCompany(
  reader: ClickHouseClient,
  period: Period,
): Promise<Map<string, number>> {
  const result = await reader.query({
    query: `SELECT company, sum(readings) FROM kpi_left_out FINAL
            WHERE ${inPeriod} GROUP BY company`,
    query_params: { ...period },
    format: "JSONCompactEachRow",
  });
  const rows = await result.json<[string, string | number]>();
  return new Map(rows.map(([company, readings]) => [company, Number(readings)]));
}

/** The same of one machine. */
export async function leftOutOf(
  reader: ClickHouseClient,
  where: MachineKey,
  period: Period,
): Promise<number> {
  const result = await reader.query({
    query: `SELECT sum(readings) FROM kpi_left_out FINAL
            WHERE company = {company:String} AND site = {site:String} AND machine = {machine:String}
              AND ${inPeriod}`,
    query_params: { ...where, ...period },
    format: "JSONCompactEachRow",
  });
  const [row] = await result.json<[string | number]>();
  return Number(row?.[0] ?? 0);
}

const isCounted = "producing_seconds IS NOT NULL AND produced IS NOT NULL";
const isInspected = "produced IS NOT NULL AND scrap IS NOT NULL";
const isMetered = "produced IS NOT NULL AND energy_kilowatt_hours IS NOT NULL";

/** `totalsOf` and `addTotals` in SQL. */
const totalSums: readonly (readonly [keyof KpiTotals, string])[] = [
  ["plannedBusySeconds", "sum(planned_busy_seconds)"],
  ["actualProductionSeconds", "sum(producing_seconds)"],
  ["produced", "sum(produced)"],
  ["good", `sumOrNullIf(greatest(produced - scrap, 0), ${isInspected})`],
  ["scrap", "sum(scrap)"],
  ["energyKilowattHours", "sum(energy_kilowatt_hours)"],
  ["observedBusySeconds", "sumIf(planned_busy_seconds, producing_seconds IS NOT NULL)"],
  ["plannedOutputSeconds", `ifNull(sumIf(planned_run_time_per_item * produced, ${isCounted}), 0)`],
  ["countedProductionSeconds", `ifNull(sumIf(producing_seconds, ${isCounted}), 0)`],
  ["inspectedOutputSeconds", `ifNull(sumIf(planned_run_time_per_item * produced, ${isInspected}), 0)`],
  [
    "goodOutputSeconds",
    `ifNull(sumIf(planned_run_time_per_item * greatest(produced - scrap, 0), ${isInspected}), 0)`,
  ],
  ["meteredQuantity", `ifNull(sumIf(produced, ${isMetered}), 0)`],
  ["meteredKilowattHours", `ifNull(sumIf(energy_kilowatt_hours, ${isMetered}), 0)`],
  ["downSeconds", "ifNull(sum(down_seconds), 0)"],
  ["failures", "ifNull(sum(failures), 0)"],
];

async function storedKpis(reader: ClickHouseClient, where: KpiScope, period: Period): Promise<StoredKpi[]> {
  const result = await reader.query({
    query: `SELECT ${kpiColumns} FROM kpi_shift FINAL
            WHERE company = {company:String} AND ({site:String} = '' OR site = {site:String})
              AND ({machine:String} = '' OR machine = {machine:String})
              AND ${inPeriod}
            ORDER BY shift_from, site, machine`,
    query_params: {
      company: where.company,
      site: where.site ?? "",
      machine: where.machine ?? "",
      from: period.from,
      to: period.to,
    },
    format: "JSONEachRow",
  });
  return result.json<StoredKpi>();
}

function totalsOfStored(row: StoredKpi): KpiTotals {
  return totalsOf({
    plannedRunTimePerItem: row.planned_run_time_per_item,
    plannedBusySeconds: row.planned_busy_seconds,
    actualProductionSeconds: row.producing_seconds,
    produced: row.produced,
    scrap: row.scrap,
    energyKilowattHours: row.energy_kilowatt_hours,
    downSeconds: row.down_seconds,
    failures: row.failures,
  });
}

function kpiRow(row: StoredKpi): KpiRow {
  const totals = totalsOfStored(row);
  return {
    company: row.company,
    site: row.site,
    machine: row.machine,
    shiftDate: row.date,
    shift: row.shift_name,
    from: row.from_seconds * 1000,
    to: row.to_seconds * 1000,
    plannedRunTimePerItem: row.planned_run_time_per_item,
    ...published(totals),
    seconds: {
      producing: row.producing_seconds,
      setup: row.setup_seconds,
      idle: row.idle_seconds,
      down: row.down_seconds,
      plannedStop: row.planned_stop_seconds,
      unknown: row.unknown_seconds,
    },
    failures: row.failures,
    complete: row.complete,
  };
}

function summaryOf(rows: readonly StoredKpi[]): KpiSummary {
  const totals = rows.map(totalsOfStored).reduce(addTotals, nothing);
  return { ...published(totals), complete: rows.every((row) => row.complete) };
}

function published(totals: KpiTotals): Omit<KpiSummary, "complete"> {
  const { plannedBusySeconds, actualProductionSeconds, produced, good, scrap, energyKilowattHours } = totals;
  return {
    plannedBusySeconds,
    actualProductionSeconds,
    produced,
    good,
    scrap,
    energyKilowattHours,
    ...indicatorsOf(totals),
  };
}
