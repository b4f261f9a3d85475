/** Ingest as a process of its own, on stores in its folder, to be killed: `node ingest-process.ts <options as JSON>`. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ClickHouseClient } from "@clickhouse/client";
import { takeReadings } from "../../apps/ingest/take-readings.ts";
import { newCredential } from "../../stores/relational/companies.ts";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { company, credential, machine, site } from "../../stores/relational/schema.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { insertsEnd } from "../../stores/time-series/running-inserts.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { country } from "../broker/data-path.ts";
import type { FromIngest, IngestProcessOptions, ToIngest } from "./messages.ts";
import { brokerName } from "./rabbitmq.ts";

const options = JSON.parse(process.argv[2]!) as IngestProcessOptions;
const tell = (message: FromIngest) => process.send!(message);

const store = await openTimeSeriesStore(join(options.folder, "time-series"));
await migrateTimeSeriesStore(store.writer, country);
const relational = await openRelationalStore(join(options.folder, "relational"));
await registerMachines();

let storeFails = false;
/** The store's client, over a connection that can be cut. */
const client = new Proxy(store.writer, {
  get(target, name) {
    const value = Reflect.get(target, name);
    if (typeof value !== "function") return value;
    return (...args: unknown[]) => {
      if (storeFails) return Promise.reject(new Error("connect ECONNREFUSED"));
      return Reflect.apply(value, target, args);
    };
  },
}) as ClickHouseClient;

const running = await takeReadings({
  client,
  database: relational.database,
  country,
  address: { host: "127.0.0.1", port: options.amqpsPort, serverName: brokerName },
  readCertificates: () => ({
    cert: readFileSync(options.certificate, "utf8"),
    key: readFileSync(options.key, "utf8"),
    ca: readFileSync(options.authority, "utf8"),
  }),
  queues: options.queues,
  ingests: async () => 1,
  insertsSettle: () => insertsEnd(client),
  log: { info: () => {}, warn: (fields, message) => console.error(message, JSON.stringify(fields)) },
  lookMilliseconds: 1000,
});

process.on("message", async (message: ToIngest) => {
  if (message.kind === "store") {
    storeFails = message.fails;
    return;
  }
  if (message.kind === "state") {
    const { queues } = running.consumer;
    tell({
      kind: "state",
      flow: running.ingest.flow,
      notReady: await running.notReady(),
      activeQueues: queues.filter(({ isActive }) => isActive).length,
      waitingInBroker: queues.reduce((sum, { waiting = 0 }) => sum + waiting, 0),
      bufferBytes: process.memoryUsage().arrayBuffers,
    });
    return;
  }
  await running.stop();
  await relational.close();
  await store.close();
  process.disconnect();
});
// The test that started it has ended.
process.on("disconnect", () => process.exit());
tell({ kind: "ready" });

async function registerMachines(): Promise<void> {
  const { database } = relational;
  for (const key of options.machines) {
    const [companyId, siteId, id] = key.split("/") as [string, string, string];
    const values = { name: id, sector: "25", sizeBand: "small", kind: "lathe", plannedRunTimePerItem: 1 };
    await database
      .insert(company)
      .values({ ...values, id: companyId })
      .onConflictDoNothing();
    await database.insert(site).values({ companyId, id: siteId, name: siteId }).onConflictDoNothing();
    await database
      .insert(machine)
      .values({ ...values, companyId, siteId, id })
      .onConflictDoNothing();
    const { row } = newCredential({ company: companyId, site: siteId, machine: id });
    await database.insert(credential).values(row).onConflictDoNothing();
  }
}
