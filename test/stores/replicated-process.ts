/**
 * Executes every statement of the migrations for a cluster in the engine itself, with its replicated tables in a
 * ZooKeeper; prints what it made as one line of JSON. A process of its own, which its parent kills: the engine does not end well there.
 *
 * `node replicated-process.ts <folder> <port of ZooKeeper>`
 */
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Session } from "chdb";
import { onCluster } from "../../stores/time-series/layout.ts";
import { migrationTable, readMigrations } from "../../stores/time-series/migrate.ts";
import { storedCountry } from "./rows.ts";

const [folder, port] = process.argv.slice(2);
const settings = join(folder!, "settings.xml");
// As in components/time-series-settings.ts.
writeFileSync(
  settings,
  `<clickhouse>
  <tcp_port>9000</tcp_port>
  <macros><shard>1</shard><replica>a</replica><cluster>rollout</cluster></macros>
  <default_replica_path>/clickhouse/tables/{uuid}/{shard}</default_replica_path>
  <default_replica_name>{replica}</default_replica_name>
  <zookeeper><node><host>127.0.0.1</host><port>${port}</port></node></zookeeper>
  <remote_servers><rollout><shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard></rollout></remote_servers>
</clickhouse>`,
);
const session = new Session(join(folder!, "data"), { connectionArgs: [`--config-file=${settings}`] });
const run = async (query: string) => (await session.queryAsync(query, { format: "JSONEachRow" })).text();

await run("CREATE DATABASE rollout");
const layout = onCluster();
const statements = [
  migrationTable,
  ...readMigrations(storedCountry("Asia/Kolkata")).flatMap((migration) => migration.statements),
];
for (const statement of statements) {
  // The engine in the process cannot execute queries ON CLUSTER, which also give each table its UUID.
  const identifiers = { get: () => randomUUID() } as unknown as ReadonlyMap<string, string>;
  for (const query of layout.statements(statement, identifiers))
    await run(query.replace(" ON CLUSTER 'rollout'", ""));
}
const tables = await run(
  "SELECT name, engine, engine_full FROM system.tables WHERE database = 'rollout' ORDER BY name",
);
process.stdout.write(`[${tables.trim().replaceAll("\n", ",")}]\n`);
