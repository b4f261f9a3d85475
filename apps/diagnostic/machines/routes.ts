/** A company's machines: pages, the stream of live values with its fallback, and the series behind the charts. */
import type { Context, Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { Temporal } from "temporal-polyfill";
import { addTotals, indicatorsOf, nothing, totalsOf } from "../../analytics/kpi.ts";
import {
  type KpiRow,
  type KpiSummary,
  kpiByDay,
  kpiByShift,
  kpiOfCompany,
  type LatestValue,
  type Period,
  series,
  stateTimeline,
} from "../../analytics/queries.ts";
import { companyOf } from "../web/access.ts";
import type { Environment, Services } from "../web/services.ts";
import { type ChartRange, chartRange, chartRanges } from "./chart-range.ts";
import { isCounter, LiveReader, liveTexts } from "./live-texts.ts";
import { type Machine, machineOf, machinesNow, machinesOf, neverHeard } from "./machines.ts";
import { machinePage, machinesPage } from "./pages.ts";

const hour = 3_600_000;
const timelineHours = 8;
/** After a long weekend the last shift is still of interest. */
const latestShiftWithinDays = 4;
/** A stream ends then and the browser opens it again, so that a session that ended is noticed. */
const longestStreamMilliseconds = hour / 2;
/** Without any change the clock still makes machines offline, and proxies need a sign of life. */
const tickMilliseconds = 10_000;
const streamsPerAccount = 12;
const streamsInAll = 5000;

export function machineRoutes(app: Hono<Environment>, services: Services): void {
  const { database, reader, country, live } = services;
  const streams = new Map<string, number>();
  let streamsOpen = 0;

  app.get("/machines", async (c) => {
    const company = companyOf(c).id;
    const [machines, values, week, shifts] = await Promise.all([
      machinesOf(database, company),
      live.valuesOf(company),
      kpiOfCompany(reader, company, lastDays(country.timezone, 7)),
      kpiByShift(reader, { company }, lastDays(country.timezone, latestShiftWithinDays)),
    ]);
    return c.html(
      machinesPage(c.var.view, {
        machines,
        values,
        now: machinesNow(country, values),
        week,
        // Rows come in the order of time: the last of each machine stays.
        latestShift: new Map(shifts.map((shift) => [`${shift.site}/${shift.machine}`, shift])),
      }),
    );
  });

  app.get("/machines/values", async (c) => {
    c.header("Cache-Control", "no-store");
    return c.json(liveTexts(c.var.view, await live.valuesOf(companyOf(c).id)));
  });

  app.get("/machines/live", (c) => {
    const company = companyOf(c).id;
    const { view } = c.var;
    const account = view.signedIn!.accountId;
    const own = streams.get(account) ?? 0;
    if (own >= streamsPerAccount || streamsOpen >= streamsInAll) {
      c.header("Retry-After", "60");
      return c.text("Too many streams are open.", 503);
    }
    streams.set(account, own + 1);
    streamsOpen += 1;
    c.header("X-Accel-Buffering", "no");
    return streamSSE(c, async (stream) => {
      const wake = new Wake();
      stream.onAbort(() => wake.end());
      services.signal?.addEventListener("abort", wake.end);
      const until = Date.now() + longestStreamMilliseconds;
      const changed: LatestValue[] = [];
      let stop: (() => void) | undefined;
      try {
        stop = await live.watch(company, (values) => {
          changed.push(...values);
          wake.now();
        });
        const reader = new LiveReader(view);
        let comparedAt = 0;
        while (!wake.ended && Date.now() < until) {
          const values = await live.valuesOf(company);
          const isFirst = comparedAt === 0;
          // Time alone makes a machine offline: once in a while all values are compared.
          const isComparedWhole = Date.now() - comparedAt >= tickMilliseconds;
          if (isComparedWhole) comparedAt = Date.now();
          const texts = reader.next(values, isComparedWhole ? [...values.values()] : changed.splice(0));
          const data = texts ?? (isFirst ? { texts: {}, states: {} } : undefined);
          if (data === undefined) await stream.write(": still here\n\n");
          else
            await stream.writeSSE({
              event: "values",
              data: JSON.stringify(data),
              ...(isFirst && { retry: 3000 }),
            });
          await wake.next(tickMilliseconds);
        }
      } finally {
        stop?.();
        services.signal?.removeEventListener("abort", wake.end);
        const left = (streams.get(account) ?? 1) - 1;
        if (left > 0) streams.set(account, left);
        else streams.delete(account);
        streamsOpen -= 1;
      }
    });
  });

  app.get("/machines/:site/:machine", async (c) => {
    const company = companyOf(c).id;
    const machine = await ownMachine(c);
    if (machine === undefined) return c.notFound();
    const where = { company, site: machine.site, machine: machine.id };
    const now = Date.now();
    const [values, timeline, shifts, days] = await Promise.all([
      live.valuesOf(company),
      stateTimeline(
        reader,
        where,
        { from: now - timelineHours * hour, to: now },
        country.telemetry.offlineAfterSeconds,
      ),
      kpiByShift(reader, where, lastDays(country.timezone, 7)),
      kpiByDay(reader, where, lastDays(country.timezone, 14)),
    ]);
    const own = [...values.values()].filter(
      (value) => value.site === machine.site && value.machine === machine.id,
    );
    const numeric = own.filter(({ number }) => number !== null).map(({ channel }) => channel);
    const wanted = c.req.query("channel");
    const channel =
      numeric.find((one) => one === wanted) ?? numeric.find((one) => !isCounter(one)) ?? numeric[0];
    const range = chartRange(c.req.query("range"));
    return c.html(
      machinePage(c.var.view, {
        machine,
        now: machinesNow(country, values, now).get(`${machine.site}/${machine.id}`) ?? neverHeard,
        values: own,
        timeline,
        chart:
          channel === undefined
            ? undefined
            : { channel, range, series: await series(reader, { ...where, channel }, back(range, now)) },
        days,
        shifts,
        week: summaryOf(shifts),
      }),
    );
  });

  app.get("/machines/:site/:machine/series", async (c) => {
    const machine = await ownMachine(c);
    const channel = c.req.query("channel");
    if (machine === undefined || channel === undefined) return c.notFound();
    const where = { company: companyOf(c).id, site: machine.site, machine: machine.id, channel };
    const { level, points } = await series(reader, where, back(chartRange(c.req.query("range")), Date.now()));
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
  });

  function ownMachine(c: Context<Environment, "/machines/:site/:machine">): Promise<Machine | undefined> {
    return machineOf(database, companyOf(c).id, c.req.param("site"), c.req.param("machine"));
  }
}

/** Wakes a stream at a change, at a tick, or for its end. */
class Wake {
  ended = false;
  #pending = false;
  #resolve: (() => void) | undefined;

  readonly now = () => {
    this.#pending = true;
    this.#resolve?.();
  };

  readonly end = () => {
    this.ended = true;
    this.#resolve?.();
  };

  async next(milliseconds: number): Promise<void> {
    if (!this.#pending && !this.ended) {
      let timer: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#resolve = resolve;
        timer = setTimeout(resolve, milliseconds);
      });
      clearTimeout(timer);
    }
    this.#pending = false;
    this.#resolve = undefined;
  }
}

/** The last days in the country, today included. */
export function lastDays(timezone: string, days: number, now = Date.now()): Period {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timezone).toPlainDate();
  return { from: today.subtract({ days: days - 1 }).toString(), to: today.toString() };
}

function back(range: ChartRange, now: number): { from: number; to: number } {
  // The newest reading may carry a clock that is a little ahead.
  return { from: now - chartRanges[range], to: now + 60_000 };
}

function summaryOf(rows: readonly KpiRow[]): KpiSummary | undefined {
  if (rows.length === 0) return undefined;
  const totals = rows
    .map((row) => totalsOf({ ...row, downSeconds: row.seconds.down }))
    .reduce(addTotals, nothing);
  return { ...totals, ...indicatorsOf(totals), complete: rows.every(({ complete }) => complete) };
}
