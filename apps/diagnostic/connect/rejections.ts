/** Messages of a company that could not be used: counted by reason, with the latest of each as a sample. */
import type { ClickHouseClient } from "@clickhouse/client";

export interface RejectionGroup {
  readonly reason: string;
  readonly count: number;
  /** Epoch milliseconds. */
  readonly lastAt: number;
  readonly topic: string;
  readonly payload: string;
  /** What is wrong and how to fix it. */
  readonly detail: string;
}

export async function rejectionsOf(
  reader: ClickHouseClient,
  company: string,
  sinceMilliseconds: number,
): Promise<RejectionGroup[]> {
  const result = await reader.query({
    query: `SELECT reason, sum(readings), toUnixTimestamp64Milli(max(received_at)) AS last_at,
              argMax((topic, substring(payload, 1, 300), detail), received_at) AS sample, sample.1, sample.2, sample.3
            FROM rejected
            WHERE company = {company:String} AND received_at >= fromUnixTimestamp64Milli({since:Int64})
            GROUP BY reason ORDER BY last_at DESC`,
    query_params: { company, since: sinceMilliseconds },
    format: "JSONCompactEachRow",
  });
  type Row = [string, string | number, string | number, unknown, string, string, string];
  return (await result.json<Row>()).map(([reason, count, lastAt, , topic, payload, detail]) => ({
    reason,
    count: Number(count),
    lastAt: Number(lastAt),
    topic,
    payload,
    detail,
  }));
}
