/** What the plan tells ClickHouse, held against the engine itself: its settings exist, its grants and backups parse. */
import type { ClickHouseClient } from "@clickhouse/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { timeSeriesConfig, timeSeriesUsers } from "../../components/time-series-settings.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";

let store: TimeSeriesStore;
let client: ClickHouseClient;
beforeAll(async () => {
  store = await openTimeSeriesStore();
  client = store.reader;
});
afterAll(() => store.close());

async function rows<T>(query: string): Promise<T[]> {
  const result = await client.query({ query, format: "JSONEachRow" });
  return (await result.json()) as T[];
}

const quoted = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** The engine's own parser. */
const format = async (sql: string) =>
  (await rows<{ text: string }>(`SELECT formatQuerySingleLine(${quoted(sql)}) AS text`))[0]?.text;

test("every setting of a user's profile is one that the engine knows", async () => {
  const known = new Set(
    (await rows<{ name: string }>("SELECT name FROM system.settings")).map(({ name }) => name),
  );
  const { profiles } = parse(timeSeriesUsers(8192)) as { profiles: Record<string, Record<string, unknown>> };
  for (const [profile, settings] of Object.entries(profiles))
    for (const name of Object.keys(settings)) expect(known.has(name), `${profile}: ${name}`).toBe(true);
});

test("every plain setting of the server is one that the engine knows", async () => {
  const known = new Set(
    (await rows<{ name: string }>("SELECT name FROM system.server_settings")).map(({ name }) => name),
  );
  const config = parse(timeSeriesConfig({ shards: [["a", "b"]], keepers: ["k"], memory: 8192 })) as Record<
    string,
    unknown
  >;
  for (const name of [
    "max_server_memory_usage",
    "mark_cache_size",
    "max_concurrent_queries",
    "default_database",
  ]) {
    expect(config[name], name).toBeDefined();
    expect(known.has(name), name).toBe(true);
  }
  for (const name of ["default_replica_path", "default_replica_name"])
    if (known.has(name)) expect(config[name], name).toContain("{");
});

test("every grant is one that the engine can read", async () => {
  const { users } = parse(timeSeriesUsers(8192)) as {
    users: Record<string, { grants: { query: string[] } }>;
  };
  for (const [name, { grants }] of Object.entries(users))
    for (const grant of grants.query) {
      // A grant in a user's settings leaves out to whom.
      const read = await format(`${grant} TO somebody`);
      expect(read, `${name}: ${grant}`).toMatch(/^GRANT /);
    }
});
