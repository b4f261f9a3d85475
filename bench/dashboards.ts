/**
 * What the dashboards ask of a store that is years old, by their own functions, beside the engine's floor in the same run:
 * it reads the same columns of the same part of the tables, and does nothing with them.
 *
 * `node bench/dashboards.ts [readings] [machines] [years] [rounds]`; 100 million, 4,000, 3 and 15 where absent. Other work on
 * the machine makes medians longer; the least of the rounds, and of the processor's time, is what the machine can do.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import {
  kpiByCompany,
  kpiByShift,
  kpiOfCompany,
  latestValues,
  leftOutByCompany,
  series,
  stateTimeline,
} from "../apps/analytics/queries.ts";
import { nationalFigures } from "../apps/diagnostic/ministry/national.ts";
import { lastDays } from "../base/calendar.ts";
import { packageRoot } from "../base/package-root.ts";
import { loadCountry } from "../localisation/load.ts";
import { type Database, openRelationalStore } from "../stores/relational/database.ts";
import { company, machine, site as siteTable } from "../stores/relational/schema.ts";
import { migrateTimeSeriesStore } from "../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../stores/time-series/store.ts";
import {
  addNewest,
  companyName,
  type Filling,
  fillReadings,
  fillShifts,
  machinesOfCompany,
  merged,
  site,
} from "./filled-store.ts";
import { machineName } from "./stack.ts";

const [readings = 100_000_000, machines = 4000, years = 3, rounds = 15] = process.argv.slice(2).map(Number);
const { country } = loadCountry(join(packageRoot, "countries", "za.yaml"));
const { timezone } = country;
const now = Date.now();
const [hour, day] = [3_600_000, 86_400_000];
const middle = Math.floor(machines / 2);
const where = {
  company: companyName(Math.floor(middle / machinesOfCompany)),
  site,
  machine: machineName(middle),
};
const temperature = { ...where, channel: "temperature" };

interface Question {
  readonly name: string;
  readonly ask: (reader: ClickHouseClient) => Promise<unknown>;
  readonly floor: readonly Floor[];
  /** What the answer may take, in milliseconds. */
  readonly limit?: number;
}

interface Floor {
  readonly table: string;
  readonly columns: string;
  readonly condition: string;
}

const figureColumns =
  "shift_date, planned_run_time_per_item, planned_busy_seconds, producing_seconds, down_seconds, failures, produced, scrap, energy_kilowatt_hours";
const shiftColumns = `${figureColumns}, shift, shift_to, complete, setup_seconds, idle_seconds, planned_stop_seconds, unknown_seconds`;
const readBetween = (column: string, from: number, to: number) =>
  `${column} >= fromUnixTimestamp64Milli(${from}) AND ${column} < fromUnixTimestamp64Milli(${to})`;
const ofCompany = `company = '${where.company}'`;
const ofMachine = `${ofCompany} AND site = '${site}' AND machine = '${where.machine}'`;

function shiftsOf(days: number, condition: string, columns: string, table = "kpi_shift"): Floor {
  const { from, to } = lastDays(timezone, days, now);
  const start = `toDateTime('${from} 00:00:00', '${timezone}')`;
  const end = `toDateTime('${to} 00:00:00', '${timezone}') + toIntervalDay(1)`;
  return {
    table,
    columns: `${columns}, site, machine`,
    condition: `${condition} AND shift_from >= ${start} AND shift_from < ${end}`,
  };
}

const company_ = (days: number, limit?: number): Question => ({
  name: `company, ${days} days`,
  ask: (reader) => kpiOfCompany(reader, where.company, lastDays(timezone, days, now)),
  floor: [shiftsOf(days, ofCompany, shiftColumns)],
  ...(limit && { limit }),
});

const nation = (days: number, limit?: number): Question => ({
  name: `nation, ${days} days`,
  ask: async (reader) => {
    const period = lastDays(timezone, days, now);
    await Promise.all([kpiByCompany(reader, period), leftOutByCompany(reader, period)]);
  },
  floor: [
    shiftsOf(days, "true", `${figureColumns}, company`),
    shiftsOf(days, "true", "company, shift_date, readings", "kpi_left_out"),
  ],
  ...(limit && { limit }),
});

const chart = (name: string, span: number, table: string): Question => ({
  name: `chart of ${name}`,
  ask: (reader) => series(reader, temperature, { from: now - span, to: now }),
  floor: [
    table === "raw"
      ? {
          table,
          columns: "number",
          condition: `${ofMachine} AND channel = 'temperature' AND ${readBetween("time", now - span, now)}`,
        }
      : {
          table,
          columns: "total, numbers, minimum, maximum, last",
          condition: `${ofMachine} AND channel = 'temperature' AND ${readBetween("bucket", now - span, now)}`,
        },
  ],
});

function questions(database: Database): Question[] {
  return [
    company_(7, 50),
    company_(31),
    company_(365),
    {
      name: "machine, 7 days",
      ask: (reader) => kpiByShift(reader, where, lastDays(timezone, 7, now)),
      floor: [shiftsOf(7, ofMachine, shiftColumns)],
      limit: 50,
    },
    nation(7, 200),
    nation(31),
    nation(365),
    {
      name: "ministry's figures, 7 days, whole",
      ask: (reader) => nationalFigures({ database, reader, country }, true, lastDays(timezone, 7, now)),
      floor: [
        ...nation(7).floor,
        {
          table: "rollup_minute",
          columns: "company, site, machine",
          condition: `bucket >= now() - ${country.telemetry.offlineAfterSeconds}`,
        },
      ],
      limit: 200,
    },
    {
      name: "latest values of a company",
      ask: (reader) => latestValues(reader, where.company),
      floor: [
        {
          table: "rollup_day",
          columns: "site, machine, channel, last",
          condition: `${ofCompany} AND ${readBetween("bucket", now - 90 * day, now)}`,
        },
      ],
      limit: 50,
    },
    {
      name: "states of a machine, 8 hours",
      ask: (reader) =>
        stateTimeline(
          reader,
          where,
          { from: now - 8 * hour, to: now },
          country.telemetry.offlineAfterSeconds,
        ),
      floor: [
        {
          table: "raw",
          columns: "channel, time, text",
          condition: `${ofMachine} AND ${readBetween("time", now - 8 * hour, now)}`,
        },
      ],
      limit: 50,
    },
    chart("1 hour", hour, "raw"),
    chart("8 hours", 8 * hour, "rollup_minute"),
    chart("30 days", 30 * day, "rollup_hour"),
  ];
}

async function readFloor(reader: ClickHouseClient, floor: readonly Floor[]): Promise<void> {
  await Promise.all(
    floor.map(async ({ table, columns, condition }) => {
      const result = await reader.query({
        query: `SELECT count() FROM ${table} WHERE ${condition} AND NOT ignore(${columns})`,
        format: "JSONCompactEachRow",
      });
      await result.json();
    }),
  );
}

interface Cost {
  readonly milliseconds: number;
  readonly processorMilliseconds: number;
}

async function costOf(work: () => Promise<unknown>): Promise<Cost> {
  const [started, usedBefore] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(usedBefore);
  return { milliseconds: performance.now() - started, processorMilliseconds: (user + system) / 1000 };
}

/** In turn, so that other work on the machine meets both alike. The first time of each isn't counted. */
async function measure(
  reader: ClickHouseClient,
  { ask, floor }: Question,
): Promise<{ own: Cost[]; bare: Cost[] }> {
  const [own, bare]: [Cost[], Cost[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    own.push(await costOf(() => ask(reader)));
    bare.push(await costOf(() => readFloor(reader, floor)));
  }
  return { own: own.slice(1), bare: bare.slice(1) };
}

const least = (costs: readonly Cost[], of: keyof Cost) => Math.min(...costs.map((cost) => cost[of]));
const median = (costs: readonly Cost[]) =>
  costs.map(({ milliseconds }) => milliseconds).toSorted((a, b) => a - b)[
    Math.floor((costs.length - 1) / 2)
  ]!;

async function register(database: Database): Promise<void> {
  const { sectors, sizeBands } = country.programme;
  for (let first = 0; first < machines; first += machinesOfCompany) {
    const at = first / machinesOfCompany;
    const companyId = companyName(at);
    const kind = { sector: sectors[at % sectors.length]!, sizeBand: sizeBands[at % sizeBands.length]!.id };
    await database.insert(company).values({ id: companyId, name: companyId, ...kind, simulated: true });
    await database.insert(siteTable).values({ companyId, id: site, name: "Plant" });
    const ids = Array.from({ length: Math.min(machinesOfCompany, machines - first) }, (_, index) =>
      machineName(first + index),
    );
    await database.insert(machine).values(
      ids.map((id) => ({
        companyId,
        siteId: site,
        id,
        name: id,
        kind: "lathe",
        plannedRunTimePerItem: 12.5,
      })),
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), "bench-dashboards-"));
// While it is interrupted the engine still writes there.
process.once("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const store = await openTimeSeriesStore(folder);
const relational = await openRelationalStore();
await migrateTimeSeriesStore(store.writer, country);
await register(relational.database);
const filling: Filling = { readings, machines, years, timezone, now };
const started = performance.now();
await fillShifts(store.backups.client, filling);
await fillReadings(store.backups.client, filling);
await merged(store.backups.client);
await addNewest(store.backups.client, filling);
console.log(`filled in ${Math.round((performance.now() - started) / 1000)} s`);

const tenths = (value: number) => Number(value.toFixed(1));
const results: Record<string, string | number>[] = [];
for (const question of questions(relational.database)) {
  const { own, bare } = await measure(store.reader, question);
  results.push({
    question: question.name,
    allowedMs: question.limit ?? "",
    leastMs: tenths(least(own, "milliseconds")),
    medianMs: tenths(median(own)),
    processorMs: tenths(least(own, "processorMilliseconds")),
    floorMedianMs: tenths(median(bare)),
    floorProcessorMs: tenths(least(bare, "processorMilliseconds")),
    ratioOfMedians: tenths(median(own) / median(bare)),
    ratioOfProcessor: tenths(least(own, "processorMilliseconds") / least(bare, "processorMilliseconds")),
  });
}
await relational.close();
await store.close();
console.table(results);
console.log(JSON.stringify({ readings, machines, years, rounds, results }));
process.exit(0);
