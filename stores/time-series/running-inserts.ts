/**
 * Waits for inserts that the store still executes although their client has given them up or died: a query for what is
 * stored would miss them before.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { ClickHouseClient } from "@clickhouse/client";
import { clusterNames, onCluster } from "./layout.ts";

const pauseMilliseconds = 100;
/** A replica that cannot catch up in this time is not waited for. */
const catchUpSeconds = 30;

/**
 * Settles when every insert that is in progress now has ended; later ones are not waited for.
 * @param processes the table of running queries: of one server, or of all of a cluster.
 */
export async function insertsEnd(client: ClickHouseClient, processes = "system.processes"): Promise<void> {
  const waitedFor = await insertsIn(client, processes);
  while (waitedFor.size > 0) {
    await delay(pauseMilliseconds);
    const underWay = await insertsIn(client, processes);
    for (const insert of waitedFor) if (!underWay.has(insert)) waitedFor.delete(insert);
  }
}

/**
 * As `insertsEnd` for all servers of a cluster; then replicas that are behind the quorum fetch what they lack. A failure is
 * only logged: where the store is away, the query that follows fails by itself.
 */
export async function insertsSettleOnCluster(
  client: ClickHouseClient,
  log: { warn(fields: object, message: string): void },
): Promise<void> {
  const { cluster, database } = clusterNames;
  try {
    await insertsEnd(client, `clusterAllReplicas('${cluster}', system.processes)`);
    await client.command({
      query: `SYSTEM SYNC REPLICA ON CLUSTER '${cluster}' ${database}.${onCluster().ownTable("raw")} LIGHTWEIGHT`,
      clickhouse_settings: {
        // The client's list of modes is older than this one.
        distributed_ddl_output_mode: "none_only_active" as never,
        distributed_ddl_task_timeout: String(catchUpSeconds),
        receive_timeout: catchUpSeconds,
      },
    });
  } catch (error) {
    log.warn({ error: String(error) }, "not all inserts could be waited for");
  }
}

async function insertsIn(client: ClickHouseClient, processes: string): Promise<Set<string>> {
  const result = await client.query({
    query: `SELECT DISTINCT initial_query_id FROM ${processes} WHERE query_kind = 'Insert'`,
    format: "JSONCompactEachRow",
    // A server that is down inserts nothing.
    clickhouse_settings: { skip_unavailable_shards: 1 },
  });
  return new Set((await result.json<[string]>()).map(([id]) => id));
}
