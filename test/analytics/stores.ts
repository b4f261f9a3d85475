/** Both stores in memory, with the functions by which tests of the key figures fill and read them. */
import type { ClickHouseClient } from "@clickhouse/client";
import { Analytics } from "../../apps/analytics/analytics.ts";
import { type KpiRow, kpiByShift } from "../../apps/analytics/queries.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { RelationalStore } from "../../stores/relational/database.ts";
import { company, machine as machineTable, site } from "../../stores/relational/schema.ts";
import type { Layout } from "../../stores/time-series/layout.ts";
import { openTestRelational, openTestTimeSeries, type TestTimeSeriesStore } from "../stores/open.ts";
import type { Machine } from "./histories.ts";
import type { RawReading } from "./reference.ts";

const tables = [
  "raw",
  "rejected",
  "rollup_minute",
  "rollup_hour",
  "rollup_day",
  "kpi_shift",
  "kpi_left_out",
  "analytics_progress",
];

export interface OpenAnalytics {
  readonly clock: () => number;
  readonly client?: ClickHouseClient;
  readonly country?: Country;
  readonly layout?: Layout;
}

export class Stores {
  readonly timeSeries: TestTimeSeriesStore;
  readonly relational: RelationalStore;
  readonly country: Country;

  private constructor(timeSeries: TestTimeSeriesStore, relational: RelationalStore, country: Country) {
    this.timeSeries = timeSeries;
    this.relational = relational;
    this.country = country;
  }

  static async open(country: Country): Promise<Stores> {
    return new Stores(await openTestTimeSeries(country), await openTestRelational(), country);
  }

  async close(): Promise<void> {
    await this.timeSeries.close();
    await this.relational.close();
  }

  async empty(): Promise<void> {
    for (const table of tables) await this.timeSeries.writer.command({ query: `TRUNCATE TABLE ${table}` });
    await this.relational.database.delete(company);
  }

  analytics(options: OpenAnalytics): Promise<Analytics> {
    return Analytics.open({
      client: this.timeSeries.analytics,
      database: this.relational.database,
      country: this.country,
      layout: this.timeSeries.layout,
      log: { warn: () => undefined },
      ...options,
    });
  }

  async register(machines: readonly Machine[]): Promise<void> {
    const { database } = this.relational;
    const companies = [...new Set(machines.map((machine) => machine.company))];
    await database
      .insert(company)
      .values(companies.map((id) => ({ id, name: id, sector: "25", sizeBand: "small" })));
    await database.insert(site).values(companies.map((id) => ({ companyId: id, id: "main", name: "Main" })));
    await database.insert(machineTable).values(
      machines.map((machine) => ({
        companyId: machine.company,
        siteId: machine.site,
        id: machine.machine,
        name: machine.machine,
        kind: "lathe",
        plannedRunTimePerItem: machine.plannedRunTimePerItem,
      })),
    );
  }

  /** Readings count as received when they were measured, unless they have a time of receipt. */
  async insert(readings: readonly (RawReading & { readonly receivedAt?: number })[]): Promise<void> {
    if (readings.length === 0) return;
    await this.timeSeries.writer.insert({
      table: "raw",
      columns: ["company", "site", "machine", "channel", "time", "number", "text", "received_at"],
      values: readings.map((r) => [
        r.company,
        r.site,
        r.machine,
        r.channel,
        (r.time / 1000).toFixed(3),
        r.number,
        r.text,
        ((r.receivedAt ?? r.time) / 1000).toFixed(3),
      ]),
      format: "JSONCompactEachRow",
    });
  }

  /** All companies' rows, as pages see them. */
  async rows(): Promise<KpiRow[]> {
    const companies = await this.relational.database.select({ id: company.id }).from(company);
    const period = { from: "2020-01-01", to: "2040-01-01" };
    const rows = companies.map(({ id }) => kpiByShift(this.timeSeries.reader, { company: id }, period));
    return (await Promise.all(rows)).flat();
  }
}
