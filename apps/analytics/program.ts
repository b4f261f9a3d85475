/**
 * `rollout run analytics`: computes key figures and removes what is erased or past its retention, in one replica at a time. A replica that loses its lock is disconnected from
 * the time-series store at once, so that it never writes while its successor does.
 */
import { hostname } from "node:os";
import { keepReporting } from "../../stores/relational/program-state.ts";
import { clusterNames, onCluster } from "../../stores/time-series/layout.ts";
import { settleMilliseconds } from "../erasure/pod-erasures.ts";
import { ScheduledRemoval } from "../erasure/scheduled-removal.ts";
import { Leadership } from "../program/leadership.ts";
import { counter, gauge, type Metric } from "../program/metrics.ts";
import type { ProgramContext, RunningProgram } from "../program/program.ts";
import { openStores, relationalOptions, timeSeriesClient } from "../program/stores.ts";
import { Analytics, type AnalyticsStatus } from "./analytics.ts";
import { analyticsHealth } from "./health.ts";

/** Time for one query; the store's own limit is shorter. */
const queryMilliseconds = 11 * 60_000;

export async function runAnalytics(context: ProgramContext): Promise<RunningProgram> {
  const { connections, localisation, log, signal } = context;
  const stores = await openStores(context, "analytics");
  let status: AnalyticsStatus = { rowsTotal: 0 };
  let current: Analytics | undefined;
  const leadership = new Leadership({
    relational: relationalOptions(context, "analytics"),
    name: "rollout analytics",
    log,
    signal,
    async lead(lost) {
      const client = timeSeriesClient(context, "analytics", {
        requestMilliseconds: queryMilliseconds,
        signal: lost,
      });
      const layout = onCluster({ ...clusterNames, database: connections.timeSeries.database });
      const { country } = localisation;
      const { database } = stores.relational;
      const analytics = await Analytics.open({ client, database, country, layout, log }).catch(
        async (error: unknown) => {
          await client.close();
          throw error;
        },
      );
      analytics.start();
      current = analytics;
      const deleteRows = (company: string) => analytics.eraseCompany(company);
      const removal = new ScheduledRemoval({
        stores: { database, client, layout, deleteRows },
        country,
        settleMilliseconds,
        log,
      });
      removal.start();
      const who = { program: "analytics", instance: `${hostname()}:${process.pid}` };
      const stopReporting = keepReporting(database, who, () => analyticsHealth(analytics.status), log);
      return async () => {
        // The relational store may be away: do not wait for it.
        void stopReporting();
        await Promise.all([analytics.stop(), removal.stop()]);
        status = analytics.status;
        current = undefined;
        await client.close();
      };
    },
  });
  return {
    notReady: () => stores.notReady(),
    metrics: () => metricsOf(current?.status ?? status, leadership.leads),
    async stop() {
      await leadership.ended;
      await stores.close();
    },
  };
}

function metricsOf(status: AnalyticsStatus, leads: boolean): Metric[] {
  const { lastRun, durationMilliseconds, rows, rowsTotal, lagMilliseconds, failure } = status;
  const known = (name: string, help: string, value: number | undefined): Metric[] =>
    value === undefined ? [] : [gauge(name, help, value)];
  const seconds = (milliseconds: number | undefined) =>
    milliseconds === undefined ? undefined : milliseconds / 1000;
  return [
    ...known("rollout_analytics_leader", "1 in the replica that computes.", leads ? 1 : 0),
    ...known(
      "rollout_analytics_last_run_timestamp_seconds",
      "When this replica's last run ended.",
      seconds(lastRun),
    ),
    ...known("rollout_analytics_run_seconds", "Length of the last run.", seconds(durationMilliseconds)),
    ...known("rollout_analytics_run_shifts", "Shifts of machines that the last run computed.", rows),
    counter("rollout_analytics_shifts_total", "Shifts of machines computed since the start.", rowsTotal),
    ...known(
      "rollout_analytics_lag_seconds",
      "Age of the newest readings that are accounted for.",
      leads ? seconds(lagMilliseconds) : undefined,
    ),
    ...known(
      "rollout_analytics_failing",
      "1 after a run that failed, until one succeeds.",
      failure === undefined ? 0 : 1,
    ),
  ];
}
