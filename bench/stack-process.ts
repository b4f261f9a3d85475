/** The data path in a separate process, for benchmarks: `node stack-process.ts <folder> <machines>`. */
import { join } from "node:path";
import { startBroker } from "../apps/broker/broker.ts";
import { openCertificates } from "../apps/broker/certificates.ts";
import { loginCheck } from "../apps/broker/login.ts";
import { Ingest } from "../apps/ingest/ingest.ts";
import { MachineRegistry } from "../apps/ingest/machine-registry.ts";
import { newCredential } from "../stores/relational/companies.ts";
import { openRelationalStore } from "../stores/relational/database.ts";
import { company, credential, machine, site } from "../stores/relational/schema.ts";
import { migrateTimeSeriesStore } from "../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../stores/time-series/store.ts";
import { benchCountry, type FromStack, machineName, type ToStack } from "./stack.ts";

const [folder, count] = process.argv.slice(2);
const tell = (message: FromStack) => process.send!(message);
const silent = { info: () => {}, warn: (fields: object, message: string) => console.error(message, fields) };

const store = await openTimeSeriesStore(join(folder!, "time-series"));
await migrateTimeSeriesStore(store.writer, benchCountry);
const { database, close: closeDatabase } = await openRelationalStore();
const passwords = await register(Number(count));
const ingest = await Ingest.open({
  client: store.writer,
  country: benchCountry,
  registry: new MachineRegistry(database),
  log: silent,
  onFatal: (error) => {
    throw error;
  },
});
const certificates = await openCertificates(join(folder!, "certificates"));
const broker = await startBroker({
  bind: "127.0.0.1",
  mqttPort: 0,
  mqttsPort: 0,
  tls: certificates,
  checkLogin: loginCheck(database),
  ingest,
  log: silent,
});
tell({
  kind: "ready",
  mqttPort: broker.mqttPort,
  mqttsPort: broker.mqttsPort,
  ca: certificates.ca,
  passwords,
});

process.on("message", async (message: ToStack) => {
  if (message.kind === "stop") {
    await broker.close();
    await ingest.stop();
    await closeDatabase();
    await store.close();
    process.disconnect();
    return;
  }
  const { user, system } = process.cpuUsage();
  const parts = await store.reader.query({
    query:
      "SELECT max(count) FROM (SELECT count() AS count FROM system.parts WHERE active GROUP BY table, partition)",
    format: "JSONCompactEachRow",
  });
  const [row] = await parts.json<[number]>();
  tell({
    kind: "measured",
    flow: ingest.flow,
    connections: broker.connections,
    processorSeconds: (user + system) / 1e6,
    memory: process.memoryUsage(),
    mostParts: Number(row?.[0] ?? 0),
  });
});
process.on("disconnect", () => process.exit());

async function register(machines: number): Promise<string[]> {
  const found: string[] = [];
  const perCompany = 100;
  for (let start = 0; start < machines; start += perCompany) {
    const companyId = `company-${start / perCompany}`;
    await database
      .insert(company)
      .values({ id: companyId, name: companyId, sector: "25", sizeBand: "small", simulated: true });
    await database.insert(site).values({ companyId, id: "plant", name: "Plant" });
    const ids = Array.from({ length: Math.min(perCompany, machines - start) }, (_, index) =>
      machineName(start + index),
    );
    await database.insert(machine).values(
      ids.map((id) => ({
        companyId,
        siteId: "plant",
        id,
        name: id,
        kind: "lathe",
        plannedRunTimePerItem: 1,
      })),
    );
    const issued = ids.map((id) => newCredential({ company: companyId, site: "plant", machine: id }));
    await database.insert(credential).values(issued.map(({ row }) => row));
    found.push(...issued.map(({ password }) => password));
  }
  return found;
}
