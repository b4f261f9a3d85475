/** Walks every table of both stores for a text, so that a table which is added later is looked at too. */
import type { ClickHouseClient } from "@clickhouse/client";
import { sql } from "drizzle-orm";
import type { Database } from "../../stores/relational/database.ts";
import { rowsOf } from "../stores/rows.ts";

/** Rows by table in which a column is the text or has it in its own. */
export async function relationalRowsWith(database: Database, text: string): Promise<Record<string, number>> {
  const rows = async <T>(query: string) =>
    ((await database.execute(sql.raw(query))) as unknown as { rows: T[] }).rows;
  const tables = await rows<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY name",
  );
  const found: Record<string, number> = {};
  for (const { name } of tables) {
    const [row] = await rows<{ count: number }>(
      `SELECT count(*)::int AS count FROM "${name}" AS t WHERE position('${text}' IN row_to_json(t)::text) > 0`,
    );
    found[name] = row!.count;
  }
  return found;
}

/** The same in every table that holds rows of its own. */
export async function timeSeriesRowsWith(
  client: ClickHouseClient,
  text: string,
): Promise<Record<string, number>> {
  const columns = await rowsOf<{ table: string; name: string; engine: string }>(
    client,
    `SELECT t.name AS table, c.name AS name, engine FROM system.tables AS t
     JOIN system.columns AS c ON c.database = t.database AND c.table = t.name
     WHERE t.database = currentDatabase() AND engine LIKE '%MergeTree' AND c.type LIKE '%String%' AND c.type NOT LIKE 'Aggregate%'
     ORDER BY table`,
  );
  const found: Record<string, number> = {};
  for (const [table, own] of Map.groupBy(columns, (column) => column.table)) {
    const condition = own.map(({ name }) => `position(toString(${name}), {text:String}) > 0`).join(" OR ");
    const query = `SELECT count() AS count FROM ${table} WHERE ${condition}`;
    const [row] = await rowsOf<{ count: string | number }>(client, query, { text });
    found[table] = Number(row!.count);
  }
  return found;
}
