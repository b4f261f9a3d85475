/** A company's machines: their pages, their live values, and the series that the charts draw. */
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { lastDays } from "../../../base/calendar.ts";
import { addTotals, indicatorsOf, nothing, totalsOf } from "../../analytics/kpi.ts";
import {
  type KpiRow,
  type KpiSummary,
  kpiByDay,
  kpiByShift,
  kpiOfCompany,
  leftOutOf,
  series,
  stateTimeline,
} from "../../analytics/queries.ts";
import type { Environment } from "../services.ts";
import { companyOf } from "../web/access.ts";
import { type ChartRange, chartRange, chartRanges } from "./chart-range.ts";
import { liveStream } from "./live-stream.ts";
import { isCounter, liveTexts } from "./live-texts.ts";
import { machineOf, machinesNow, machinesOf, neverHeard } from "./machines.ts";
import { machinePage, machinesPage } from "./pages.ts";

const timelineMilliseconds = 8 * 3_600_000;
/** After a long weekend the last shift is still of interest. */
const latestShiftWithinDays = 4;

export function machineRoutes(): Hono<Environment> {
  return new Hono<Environment>()
    .get("/", showMachines)
    .get("/values", sendValues)
    .get("/live", liveStream())
    .get("/:site/:machine", showMachine)
    .get("/:site/:machine/series", sendSeries);
}

export type MachineContext = Context<Environment, "/:site/:machine">;

/** The machine that the path names; answers 404 where the company has none of this name. */
export async function ownMachine(c: MachineContext) {
  const company = companyOf(c).id;
  const { site, machine: id } = c.req.param();
  const machine = await machineOf(c.var.services.database, company, site, id);
  if (machine === undefined) throw new HTTPException(404);
  return { machine, where: { company, site, machine: id } };
}

async function showMachines(c: Context<Environment>): Promise<Response> {
  const { database, reader, country, live } = c.var.services;
  const company = companyOf(c).id;
  const [machines, values, week, shifts] = await Promise.all([
    machinesOf(database, company),
    live.valuesOf(company),
    kpiOfCompany(reader, company, lastDays(country.timezone, 7)),
    kpiByShift(reader, { company }, lastDays(country.timezone, latestShiftWithinDays)),
  ]);
  // Rows come in the order of time, so the last of each machine stays.
  const latestShift = new Map(shifts.map((shift) => [`${shift.site}/${shift.machine}`, shift]));
  const now = machinesNow(country, values);
  return c.html(machinesPage(c.var.view, { machines, values, now, week, latestShift }));
}

/** For browsers that the stream does not reach. */
async function sendValues(c: Context<Environment>): Promise<Response> {
  c.header("Cache-Control", "no-store");
  return c.json(liveTexts(c.var.view, await c.var.services.live.valuesOf(companyOf(c).id)));
}

async function showMachine(c: MachineContext): Promise<Response> {
  const { reader, country, live } = c.var.services;
  const { machine, where } = await ownMachine(c);
  const now = Date.now();
  const period = { from: now - timelineMilliseconds, to: now };
  const [all, timeline, shifts, days, leftOut] = await Promise.all([
    live.valuesOf(where.company),
    stateTimeline(reader, where, period, country.telemetry.offlineAfterSeconds),
    kpiByShift(reader, where, lastDays(country.timezone, 7)),
    kpiByDay(reader, where, lastDays(country.timezone, 14)),
    leftOutOf(reader, where, lastDays(country.timezone, 7)),
  ]);
  const values = [...all.values()].filter(
    (value) => value.site === machine.site && value.machine === machine.id,
  );
  const numeric = values.filter(({ number }) => number !== null).map(({ channel }) => channel);
  const wanted = c.req.query("channel");
  const channel =
    numeric.find((one) => one === wanted) ?? numeric.find((one) => !isCounter(one)) ?? numeric[0];
  const range = chartRange(c.req.query("range"));
  return c.html(
    machinePage(c.var.view, {
      machine,
      now: machinesNow(country, all, now).get(`${machine.site}/${machine.id}`) ?? neverHeard,
      values,
      timeline,
      chart:
        channel === undefined
          ? undefined
          : { channel, range, series: await series(reader, { ...where, channel }, back(range, now)) },
      days,
      shifts,
      leftOut,
      week: summaryOf(shifts),
    }),
  );
}

async function sendSeries(c: MachineContext): Promise<Response> {
  const { where } = await ownMachine(c);
  const channel = c.req.query("channel");
  if (channel === undefined) return c.notFound();
  const period = back(chartRange(c.req.query("range")), Date.now());
  const { level, points } = await series(c.var.services.reader, { ...where, channel }, period);
  const counter = isCounter(channel);
  c.header("Cache-Control", "no-store");
  return c.json({
    level,
    time: points.map(({ time }) => time / 1000),
    value: points.map((point) => (counter ? point.last : point.mean)),
    // A single reading has no range.
    minimum: level === "raw" || counter ? [] : points.map(({ minimum }) => minimum),
    maximum: level === "raw" || counter ? [] : points.map(({ maximum }) => maximum),
  });
}

function back(range: ChartRange, now: number): { from: number; to: number } {
  // The clock of the newest reading may be a little ahead.
  return { from: now - chartRanges[range], to: now + 60_000 };
}

function summaryOf(rows: readonly KpiRow[]): KpiSummary | undefined {
  if (rows.length === 0) return undefined;
  const totals = rows
    .map((row) => totalsOf({ ...row, downSeconds: row.seconds.down }))
    .reduce(addTotals, nothing);
  return { ...totals, ...indicatorsOf(totals), complete: rows.every(({ complete }) => complete) };
}
