/**
 * Stands in for a cluster's ClickHouse in tests: the engine in the process, one server of one shard, with the kit's own settings
 * of certificates and backups. It answers statements on a socket; `engine-client.ts` sends them.
 *
 * `node engine-server.ts <folder> <address of the bucket> <folder of certificates>`
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Session } from "chdb";
import { parse } from "yaml";
import { timeSeriesConfig } from "../../components/time-series-settings.ts";

const [folder = "", address = "", certificates = ""] = process.argv.slice(2);
const settings = timeSeriesConfig({
  shards: [["127.0.0.1"]],
  keepers: [],
  memory: 2000,
  backup: { access: "secret", address, region: "af-south-1" },
}).replaceAll("/run/certificates", certificates);
const { openSSL, storage_configuration, backups, remote_servers, tcp_port_secure } = parse(settings);
// So that a refusal is not waited for.
storage_configuration.disks.backups.s3_retry_attempts = 2;

/** The engine in the process reads no YAML. */
function xml(tag: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((item) => xml(tag, item)).join("");
  if (typeof value !== "object" || value === null) return `<${tag}>${value}</${tag}>`;
  const entries = Object.entries(value);
  const attributes = entries
    .filter(([key]) => key.startsWith("@"))
    .map(([key, item]) => ` ${key.slice(1)}="${item}"`);
  const children = entries.filter(([key]) => !key.startsWith("@")).map(([key, item]) => xml(key, item));
  return `<${tag}${attributes.join("")}>${children.join("")}</${tag}>`;
}

mkdirSync(folder, { recursive: true });
const file = join(folder, "config.xml");
writeFileSync(
  file,
  xml("clickhouse", { openSSL, storage_configuration, backups, remote_servers, tcp_port_secure }),
);
const session = new Session(join(folder, "data"), { connectionArgs: [`--config-file=${file}`] });

/** On a single server. */
function run(query: string): string {
  const exists = Number(session.query("EXISTS DATABASE rollout", "TSV")) === 1;
  session.query(`USE ${exists ? "rollout" : "default"}`);
  return session.query(query.replaceAll("ON CLUSTER 'rollout'", ""), "TSV");
}

const server = createServer(async (request, response) => {
  try {
    response.end(run(await text(request)));
  } catch (error) {
    response.statusCode = 500;
    response.end((error as Error).message);
  }
});
server.listen(join(folder, "socket"), () => console.log("ready"));
