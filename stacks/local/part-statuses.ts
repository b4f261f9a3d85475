/** Checks the health of each part of a running stack. */
import type { Analytics } from "../../apps/analytics/analytics.ts";
import { analyticsHealth } from "../../apps/analytics/health.ts";
import type { Broker } from "../../apps/broker/broker.ts";
import type { Ingest } from "../../apps/ingest/ingest.ts";
import type { Simulator } from "../../apps/simulator/simulator.ts";
import { restoreHint } from "../../stores/damaged-store.ts";
import type { EmbeddedRelationalStore } from "../../stores/relational/database.ts";
import { company } from "../../stores/relational/schema.ts";
import { damageSummary } from "../../stores/time-series/damage.ts";
import type { TimeSeriesStore } from "../../stores/time-series/store.ts";
import type { StoreChecks } from "../../stores/time-series/store-checks.ts";
import type { RunningBackups } from "./backup/running-backup.ts";
import { type PartStatus, partStatus } from "./status.ts";

export interface Stores {
  readonly timeSeries: TimeSeriesStore;
  readonly relational: EmbeddedRelationalStore;
}

export interface Parts extends Stores {
  readonly checks: StoreChecks;
  readonly ingest: Ingest;
  readonly broker: Broker;
  readonly analytics: Analytics;
  readonly backups: RunningBackups;
  /** Absent until it has started, or where there is none. */
  readonly simulator?: Simulator;
}

/** A longer lag counts as degraded. */
const noticeableLagMilliseconds = 10_000;

export async function partStatuses({
  timeSeries,
  checks,
  relational,
  ingest,
  broker,
  analytics,
  backups,
  simulator,
}: Parts): Promise<PartStatus[]> {
  return Promise.all([
    partStatus("MQTT broker", () => ({
      health: "healthy",
      detail: `${broker.connections} clients connected${refusedBy(broker)}`,
    })),
    partStatus("ingest", () => {
      const { failure, lagMilliseconds, waiting } = ingest.flow;
      if (failure !== undefined) return { health: "failed", detail: `tries again: ${failure}` };
      const late = lagMilliseconds > noticeableLagMilliseconds;
      return { health: late ? "degraded" : "healthy", detail: `${waiting} messages waiting` };
    }),
    partStatus("time-series store", () => timeSeriesHealth(timeSeries, checks)),
    partStatus("relational store", async () => {
      const companies = await relational.database.$count(company);
      return { health: "healthy", detail: `${companies} companies` };
    }),
    partStatus("analytics", () => analyticsHealth(analytics.status)),
    ...(backups.areDaily ? [partStatus("backups", () => backups.status)] : []),
    ...(simulator === undefined
      ? []
      : [
          partStatus("simulated factories", () => {
            const { connected, machines } = simulator.status;
            return {
              health: connected < machines ? ("degraded" as const) : ("healthy" as const),
              detail: `${connected} of ${machines} machines connected`,
            };
          }),
        ]),
  ]);
}

/** What it refused since the start, so that a flood shows. */
function refusedBy({ refused }: Broker): string {
  const counts = Object.entries(refused).map(([reason, count]) => `${reason} ${count}`);
  return counts.length === 0 ? "" : `; refused: ${counts.join(", ")}`;
}

async function timeSeriesHealth(
  { reader }: TimeSeriesStore,
  { damages, unchecked }: StoreChecks,
): Promise<Omit<PartStatus, "name">> {
  const result = await reader.query({
    query:
      "SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'raw'",
    format: "JSONEachRow",
  });
  const [row] = await result.json<{ rows: string; bytes: string }>();
  const megabytes = Number(row?.bytes ?? 0) / 1e6;
  const stored = `${row?.rows ?? 0} readings, ${megabytes.toFixed(1)} MB`;
  if (damages.length > 0)
    return { health: "failed", detail: `${damageSummary(damages)}. ${restoreHint}. ${stored}` };
  return { health: "healthy", detail: unchecked === undefined ? stored : `${stored}; ${unchecked}` };
}
