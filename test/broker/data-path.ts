/** The real data path for tests: stores, ingest and broker in this process, with two companies and their logins. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect as connectTcp, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import mqttPacket from "mqtt-packet";
import { type Broker, startBroker } from "../../apps/broker/broker.ts";
import { type Certificates, openCertificates } from "../../apps/broker/certificates.ts";
import type { BrokerLimits } from "../../apps/broker/limits.ts";
import { loginCheck } from "../../apps/broker/login.ts";
import type { Log } from "../../apps/broker/refusals.ts";
import { Ingest } from "../../apps/ingest/ingest.ts";
import { MachineRegistry } from "../../apps/ingest/machine-registry.ts";
import {
  addMachine,
  addSite,
  type Credential,
  issueCredential,
  registerCompany,
} from "../../stores/relational/companies.ts";
import { type Database, openRelationalStore } from "../../stores/relational/database.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { openEmptyRelational } from "../stores/empty-relational.ts";
import { rowsOf, storedCountry } from "../stores/rows.ts";

export const country = storedCountry("Africa/Johannesburg");

export interface DataPath {
  readonly store: TimeSeriesStore;
  readonly database: Database;
  readonly ingest: Ingest;
  readonly broker: Broker;
  readonly certificates: Certificates;
  readonly log: Log;
  readonly logs: { readonly message: string; readonly fields: object }[];
  readonly fatal: Error[];
  close(): Promise<void>;
}

export interface DataPathOptions {
  readonly limits?: Partial<BrokerLimits>;
  /** The folder of both stores; a temporary one where absent. */
  readonly folder?: string;
  /** 0, a free one, where absent. */
  readonly mqttPort?: number;
  /** Runs when ingest is ready and nothing was taken yet. */
  readonly beforeBroker?: (store: TimeSeriesStore) => Promise<void>;
}

export async function startDataPath(options: DataPathOptions = {}): Promise<DataPath> {
  const { folder } = options;
  const certificatesHome = folder ?? mkdtempSync(join(tmpdir(), "data-path-"));
  const logs: { message: string; fields: object }[] = [];
  const keep = (fields: object, message: string) => logs.push({ message, fields });
  const log = { info: keep, warn: keep };
  const fatal: Error[] = [];
  const store = await openTimeSeriesStore(folder === undefined ? undefined : join(folder, "time-series"));
  await migrateTimeSeriesStore(store.writer, country);
  const relational =
    folder === undefined
      ? await openEmptyRelational()
      : await openRelationalStore(join(folder, "relational"));
  const { database } = relational;
  const ingest = await Ingest.open({
    client: store.writer,
    country,
    registry: new MachineRegistry(database),
    log,
    onFatal: (error) => fatal.push(error),
  });
  const certificates = await openCertificates(join(certificatesHome, "certificates"));
  await options.beforeBroker?.(store);
  const broker = await brokerOn({ database, ingest, certificates, log }, options.limits, options.mqttPort);
  return {
    store,
    database,
    ingest,
    broker,
    certificates,
    log,
    logs,
    fatal,
    close: async () => {
      await broker.close();
      await ingest.stop();
      await relational.close();
      await store.close();
      if (folder === undefined) rmSync(certificatesHome, { recursive: true, force: true });
    },
  };
}

/** Another broker with its own limits, before the same ingest. */
export function brokerOn(
  { database, ingest, certificates, log }: Pick<DataPath, "database" | "ingest" | "certificates" | "log">,
  limits: Partial<BrokerLimits> = {},
  mqttPort = 0,
): Promise<Broker> {
  return startBroker({
    bind: "127.0.0.1",
    mqttPort,
    mqttsPort: 0,
    tls: certificates,
    checkLogin: loginCheck(database),
    ingest,
    limits,
    log,
  });
}

export interface TestCompany {
  readonly company: string;
  readonly companyLogin: Credential;
  /** Of machine `lathe`. */
  readonly machineLogin: Credential;
}

/** A company with one site, `plant`, and two machines there, `lathe` and `mill`. */
export async function registerTestCompany(database: Database, name: string): Promise<TestCompany> {
  const company = await registerCompany(database, {
    name,
    sector: "25",
    sizeBand: "small",
    simulated: false,
  });
  const site = await addSite(database, company, "Plant");
  for (const machine of ["Lathe", "Mill"])
    await addMachine(database, { company, site, name: machine, kind: "lathe", plannedRunTimePerItem: 10 });
  return {
    company,
    companyLogin: await issueCredential(database, { company }),
    machineLogin: await issueCredential(database, { company, site, machine: "lathe" }),
  };
}

export interface ConnectOptions extends Omit<mqtt.IClientOptions, "protocol"> {
  /** Over TLS, trusting the path's authority, unless `options` says otherwise. */
  readonly tls?: boolean;
}

/** @throws what the broker refused the connection with. */
export function connect(
  path: Pick<DataPath, "broker" | "certificates">,
  credential: Credential,
  { tls = true, ...options }: ConnectOptions = {},
): Promise<mqtt.MqttClient> {
  const address = tls
    ? `mqtts://localhost:${path.broker.mqttsPort}`
    : `mqtt://127.0.0.1:${path.broker.mqttPort}`;
  return mqtt.connectAsync(
    address,
    {
      ...(tls ? { ca: path.certificates.ca, host: "127.0.0.1", servername: "localhost" } : {}),
      protocolVersion: 4,
      reconnectPeriod: 0,
      ...credential,
      ...options,
    },
    false,
  );
}

/** A client that writes MQTT packets itself and ignores the protocol's rules. */
export async function rawClient({ mqttPort }: Broker, { username, password }: Credential): Promise<Socket> {
  const socket = connectTcp(mqttPort, "127.0.0.1");
  socket.on("error", () => {});
  socket.write(
    mqttPacket.generate({
      cmd: "connect",
      protocolId: "MQTT",
      protocolVersion: 4,
      clean: true,
      clientId: "",
      keepalive: 0,
      username,
      password: Buffer.from(password),
    }),
  );
  await new Promise((resolve) => socket.once("data", resolve));
  return socket;
}

let lastTime = Date.now() - 1_000_000;

/** A payload with a time that none before it had. */
export const reading = (v: unknown = 1) => JSON.stringify({ t: ++lastTime, v });

export const topicOf = (channel: string, company = "acme", machine = "lathe") =>
  `sme/v1/${company}/plant/${machine}/${channel}`;

/** How many readings of the channel are stored, of all machines. */
export async function storedOn({ store }: DataPath, channel: string): Promise<number> {
  const query = "SELECT count() AS count FROM raw WHERE channel = {channel:String}";
  const [row] = await rowsOf<{ count: number }>(store.reader, query, { channel });
  return Number(row!.count);
}
