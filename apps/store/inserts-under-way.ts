/** Waits for inserts that the store still works at, although whoever began them may have died. */
import { setTimeout as delay } from "node:timers/promises";
import type { ClickHouseClient } from "@clickhouse/client";

const pauseMilliseconds = 100;

/**
 * Settles when every insert has ended that is under way now; those that begin later are not waited for.
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

async function insertsIn(client: ClickHouseClient, processes: string): Promise<Set<string>> {
  const result = await client.query({
    query: `SELECT DISTINCT initial_query_id FROM ${processes} WHERE query_kind = 'Insert'`,
    format: "JSONCompactEachRow",
  });
  return new Set((await result.json<[string]>()).map(([id]) => id));
}
