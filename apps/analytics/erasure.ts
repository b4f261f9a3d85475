/** Erases a company from the time-series store, as data protection law requires. */
import type { ClickHouseClient } from "@clickhouse/client";
import { inProcess, type Layout } from "../../stores/time-series/layout.ts";

/**
 * Deletes the company's rows in every table with a column `company`; returns when they are deleted from disk. Its logins and
 * machines must be removed first, or more rows may come in.
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
