/** What the time-series store holds of a company, in every table: counted, and deleted from disk. */
import type { ClickHouseClient } from "@clickhouse/client";
import { inProcess, type Layout } from "./layout.ts";

interface CompanyTable {
  readonly name: string;
  /** Rows of another company may name a topic of this one. */
  readonly hasTopic: boolean;
}

const companyOfTopic = "splitByChar('/', topic)[3]";

function conditionOf({ hasTopic }: CompanyTable): string {
  return `company = {company:String}${hasTopic ? ` OR ${companyOfTopic} = {company:String}` : ""}`;
}

/** Rows of the company by table; tables without any are left out. */
export async function companyRows(
  client: ClickHouseClient,
  company: string,
  layout: Layout = inProcess,
): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of await companyTables(client, layout)) {
    const query = `SELECT count() FROM ${table.name} WHERE ${conditionOf(table)}`;
    const result = await client.query({ query, query_params: { company }, format: "JSONCompactEachRow" });
    const [row] = await result.json<[string | number]>();
    if (Number(row?.[0]) > 0) counts[table.name] = Number(row?.[0]);
  }
  return counts;
}

/** Ids of all companies of which a table has rows. */
export async function companiesWithRows(
  client: ClickHouseClient,
  layout: Layout = inProcess,
): Promise<string[]> {
  const companies = new Set<string>();
  for (const { name, hasTopic } of await companyTables(client, layout)) {
    const ids = [`SELECT DISTINCT toString(company) AS id FROM ${name}`];
    if (hasTopic) ids.push(`SELECT DISTINCT ${companyOfTopic} AS id FROM ${name}`);
    const result = await client.query({ query: ids.join(" UNION DISTINCT "), format: "JSONCompactEachRow" });
    for (const [id] of await result.json<[string]>()) if (id !== "") companies.add(id);
  }
  return [...companies].sort();
}

/**
 * Deletes the company's rows in every table with a column `company`, on every server; returns when no part that a query reads
 * has them. The engine removes the files of the former parts some minutes later. The company's logins and machines must be
 * removed first, or more rows may come in.
 */
export async function deleteCompanyRows(
  client: ClickHouseClient,
  company: string,
  layout: Layout = inProcess,
): Promise<void> {
  for (const table of await companyTables(client, layout))
    await client.command({
      // Not DELETE FROM, which only hides rows until the engine merges their part.
      query: `ALTER TABLE ${layout.alterable(layout.ownTable(table.name))} DELETE WHERE ${conditionOf(table)} SETTINGS mutations_sync = 2`,
      query_params: { company },
    });
}

async function companyTables(client: ClickHouseClient, layout: Layout): Promise<CompanyTable[]> {
  const result = await client.query({
    query: `SELECT table, groupUniqArray(name) AS columns FROM system.columns WHERE database = currentDatabase() GROUP BY table
            HAVING has(columns, 'company') ORDER BY table`,
    format: "JSONCompactEachRow",
  });
  const own = await client.query({
    query: "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'",
    format: "JSONCompactEachRow",
  });
  const stored = new Set((await own.json<[string]>()).map(([name]) => name));
  return (await result.json<[string, string[]]>())
    .filter(([name]) => stored.has(layout.ownTable(name)))
    .map(([name, columns]) => ({ name, hasTopic: columns.includes("topic") }));
}
