/** Erases a company from the time-series store, as data protection law and a company's leaving ask for. */
import type { ClickHouseClient } from "@clickhouse/client";
import { inProcess, type Layout } from "../../stores/time-series/layout.ts";

/**
 * Deletes the company's rows in every table that names companies; returns when they are gone from disk. Its login and
 * machines must be gone first, or more may come in.
 */
export async function eraseCompany(
  client: ClickHouseClient,
  company: string,
  layout: Layout = inProcess,
): Promise<void> {
  const result = await client.query({
    query: `SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'company'
              AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')
            ORDER BY table`,
    format: "JSONCompactEachRow",
  });
  for (const [table] of await result.json<[string]>())
    await client.command({
      query: `ALTER TABLE ${layout.alterable(table)} DELETE WHERE company = {company:String} SETTINGS mutations_sync = 2`,
      query_params: { company },
    });
}
