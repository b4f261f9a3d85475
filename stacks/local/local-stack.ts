/**
 * The local target: broker, ingest, stores, analytics and web app in one process, and simulated factories in another
 * that reach them over MQTT like any device. The broker starts after the stores and ingest, so that no message is accepted that
 * cannot be stored; parts stop in the opposite order.
 */
import type { Server } from "node:http";
import { hostname } from "node:os";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { Analytics } from "../../apps/analytics/analytics.ts";
import { type Broker, startBroker } from "../../apps/broker/broker.ts";
import { type Certificates, openCertificates } from "../../apps/broker/certificates.ts";
import { listen } from "../../apps/broker/listen.ts";
import { loginCheck } from "../../apps/broker/login.ts";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import { complianceReportsIn } from "../../apps/diagnostic/ministry/compliance-reports.ts";
import { Ingest } from "../../apps/ingest/ingest.ts";
import { MachineRegistry } from "../../apps/ingest/machine-registry.ts";
import { planFactories } from "../../apps/simulator/factories.ts";
import { registerFactories } from "../../apps/simulator/registration.ts";
import { fillInDiagnostics } from "../../apps/simulator/self-assessments.ts";
import { type Simulator, startSimulator } from "../../apps/simulator/simulator.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { RunningBackups } from "./backup/running-backup.ts";
import { serveControl } from "./control-server.ts";
import type { DataFolder } from "./data-folder.ts";
import { explainFullDisk } from "./full-disk.ts";
import { ensureLogin, type StartLogin } from "./logins.ts";
import { type Parts, partStatuses, type Stores } from "./part-statuses.ts";
import type { StackStatus } from "./status.ts";

export interface SimulationOptions {
  readonly companies?: number;
  readonly rate?: number;
  readonly speed?: number;
}

export interface LocalStackOptions {
  readonly loaded: LoadedCountry;
  readonly folder: DataFolder;
  /** 0 uses a free port. */
  readonly ports: { readonly http: number; readonly mqtt: number; readonly mqtts: number };
  /** Absent: no simulated factories. */
  readonly simulator?: SimulationOptions;
  /** Sets new passwords for the accounts of the first start. */
  readonly renewLogins: boolean;
  readonly log: Logger;
  /** Runs each part's start; what `tell` is given is shown next to its title. */
  readonly step: <T>(title: string, start: (tell: (detail: string) => void) => Promise<T>) => Promise<T>;
  /** Aborted by the caller to stop the start, and by the stack when it cannot go on, such as when its disk is full. */
  readonly end: AbortController;
}

export interface LocalStack {
  readonly webAddress: string;
  readonly mqttAddress: string;
  readonly mqttsAddress: string;
  readonly certificateAuthorityFile: string;
  readonly logins: readonly StartLogin[];
  status(): Promise<StackStatus>;
  stop(): Promise<void>;
}

/** @throws EnvironmentError when the machine refuses something; the parts that had started are stopped again. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  const step: LocalStackOptions["step"] = async (title, start) => {
    options.end.signal.throwIfAborted();
    return options.step(title, start);
  };
  try {
    return { ...(await start({ ...options, step, onStop: (action) => stops.push(action) })), stop };
  } catch (error) {
    await stop();
    throw explainFullDisk(error);
  }
}

/** What the steps of a start share. */
interface Start extends LocalStackOptions {
  /** Adds what stops a part; the last added runs first. */
  readonly onStop: (action: () => Promise<void>) => void;
}

async function start(context: Start): Promise<Omit<LocalStack, "stop">> {
  const { loaded, folder, step } = context;
  const { bind } = loaded.country.hosting.local;
  const startedAt = new Date().toISOString();
  const stores = await openStores(context);
  const ingest = await startIngest(context, stores);
  const certificates = await step("Certificates", () => openCertificates(folder.certificates, namesOf(bind)));
  const broker = await startMqtt(context, stores, ingest, certificates);
  const analytics = await startAnalytics(context, stores);
  const backups = startBackups(context, stores);
  const parts = { ...stores, ingest, broker, analytics, backups };
  let simulator: Simulator | undefined;
  const status = async (): Promise<StackStatus> => ({
    country: loaded.country.country,
    ...(loaded.environment !== undefined && { environment: loaded.environment }),
    pid: process.pid,
    startedAt,
    webAddress,
    parts: await partStatuses({ ...parts, ...(simulator && { simulator }) }),
    flow: ingest.flow,
  });
  const webAddress = await startWebApp(context, parts, certificates, status);
  const operator = await operatorLogin(context, stores);
  const factories = await startFactories(context, parts, certificates);
  simulator = factories?.simulator;
  await startControl(context, status, backups, startedAt);
  return {
    webAddress,
    mqttAddress: `mqtt://127.0.0.1:${broker.mqttPort}`,
    mqttsAddress: `mqtts://${hostOf(bind)}:${broker.mqttsPort}`,
    certificateAuthorityFile: folder.certificateAuthority,
    logins: factories?.login === undefined ? [operator] : [factories.login, operator],
    status,
  };
}

async function openStores({ loaded, folder, step, onStop }: Start): Promise<Stores> {
  const timeSeries = await step("Time-series store", async () => {
    await folder.requireUnused();
    // First, because its lock keeps a second process off the folder.
    const opened = await openTimeSeriesStore(folder.timeSeries);
    onStop(() => opened.close());
    await migrateTimeSeriesStore(opened.writer, loaded.country);
    return opened;
  });
  const relational = await step("Relational store", async () => {
    const opened = await openRelationalStore(folder.relational);
    onStop(() => opened.close());
    return opened;
  });
  return { timeSeries, relational };
}

function startIngest({ loaded, step, onStop, log, end }: Start, { timeSeries, relational }: Stores) {
  return step("Ingest", async () => {
    const opened = await Ingest.open({
      client: timeSeries.writer,
      country: loaded.country,
      registry: new MachineRegistry(relational.database),
      log,
      onFatal: (error) => end.abort(error),
    });
    onStop(() => opened.stop());
    return opened;
  });
}

function startMqtt(
  { loaded, ports, step, onStop, log }: Start,
  { relational }: Stores,
  ingest: Ingest,
  certificates: Certificates,
): Promise<Broker> {
  return step("MQTT broker", async (tell) => {
    const started = await startBroker({
      bind: loaded.country.hosting.local.bind,
      mqttPort: ports.mqtt,
      mqttsPort: ports.mqtts,
      tls: certificates,
      checkLogin: loginCheck(relational.database),
      ingest,
      log,
    });
    onStop(() => started.close());
    tell(`TLS on port ${started.mqttsPort}`);
    return started;
  });
}

function startAnalytics({ loaded, step, onStop, log }: Start, { timeSeries, relational }: Stores) {
  return step("Analytics", async () => {
    const { database } = relational;
    const opened = await Analytics.open({
      client: timeSeries.analytics,
      database,
      country: loaded.country,
      log,
    });
    opened.start();
    onStop(() => opened.stop());
    return opened;
  });
}

function startBackups({ loaded, folder, onStop, log }: Start, stores: Stores): RunningBackups {
  const backups = new RunningBackups({ loaded, folder, stores, log });
  onStop(() => backups.stop());
  backups.start();
  return backups;
}

/** @returns its address. */
function startWebApp(
  { loaded, folder, ports, step, onStop, log }: Start,
  { timeSeries, relational, ingest, broker }: Parts,
  certificates: Certificates,
  status: LocalStack["status"],
): Promise<string> {
  const { country, catalogues, logo } = loaded;
  const { bind } = country.hosting.local;
  return step("Diagnostic web app", async (tell) => {
    const pages = new AbortController();
    const app = createDiagnosticApp({
      country,
      catalogues,
      database: relational.database,
      reader: timeSeries.reader,
      flow: async () => ingest.flow,
      status,
      ...(logo !== undefined && { logo }),
      mqtt: {
        host: hostOf(bind),
        port: broker.mqttsPort,
        ...(isLoopback(bind) && { plainPort: broker.mqttPort }),
        certificateAuthority: certificates.ca,
      },
      complianceReports: complianceReportsIn(folder.compliance),
      secureCookies: false,
      signal: pages.signal,
      log,
    });
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    const port = await listen(server, ports.http, bind, "web app");
    onStop(() => {
      pages.abort();
      return closeServer(server);
    });
    const address = `http://${hostOf(bind)}:${port}`;
    tell(address);
    return address;
  });
}

function operatorLogin({ loaded, renewLogins }: Start, { relational }: Stores): Promise<StartLogin> {
  const { programme, languages } = loaded.country;
  const { name, email } = programme.operator;
  return ensureLogin(
    relational.database,
    { role: "ministry", name, email, language: languages[0]!, destination: "/ministry" },
    renewLogins,
  );
}

/** @returns undefined where none are wanted; the login is of the first company, which the user of this run can use. */
async function startFactories(context: Start, parts: Parts, certificates: Certificates) {
  const { loaded, simulator, renewLogins, step } = context;
  if (simulator === undefined) return undefined;
  const { country } = loaded;
  const { database } = parts.relational;
  const [first, machines] = await step("Simulated factories", async (tell) => {
    const factories = planFactories(country, { companies: simulator.companies, seed: 1 });
    const registered = await registerFactories(database, factories);
    // The user of this run fills in the first company's.
    await fillInDiagnostics(database, country, factories, factories[0]?.id);
    tell(`${factories.length} companies, ${registered.length} machines`);
    return [factories[0], registered] as const;
  });
  const login =
    first &&
    (await ensureLogin(
      database,
      {
        role: "company",
        company: first.id,
        name: first.name,
        email: `owner@${first.id}.example`,
        language: country.languages[0]!,
        destination: "/company",
      },
      renewLogins,
    ));
  return { login, simulator: await runSimulator(context, parts, certificates, machines, simulator) };
}

function runSimulator(
  { loaded, step, onStop, log }: Start,
  { timeSeries, broker }: Parts,
  certificates: Certificates,
  machines: Parameters<typeof startSimulator>[0]["machines"],
  { rate, speed }: SimulationOptions,
): Promise<Simulator> {
  const { country } = loaded;
  return step("Their last hours, up to now", async (tell) => {
    const started = await startSimulator({
      country,
      machines,
      reader: timeSeries.reader,
      broker: {
        host: hostOf(country.hosting.local.bind),
        port: broker.mqttsPort,
        certificateAuthority: certificates.ca,
      },
      rate,
      speed,
      log,
    });
    onStop(() => started.stop());
    await started.caughtUp(tell);
    return started;
  });
}

/** From now on the command line reaches the stack. */
async function startControl(
  { folder, onStop }: Start,
  status: LocalStack["status"],
  backups: RunningBackups,
  startedAt: string,
): Promise<void> {
  const control = await serveControl({
    status,
    backup: (request, tell, signal) => backups.make(request, tell, signal),
  });
  onStop(() => control.close());
  const { statusAddress, backupAddress } = control;
  folder.writeRunning({ pid: process.pid, statusAddress, backupAddress, startedAt });
  onStop(async () => folder.removeRunning());
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Pages with live values hold a connection open for as long as they are looked at.
    server.closeAllConnections();
  });
}

const isLoopback = (address: string) => address.startsWith("127.") || address === "::1";

/** An address that others can use: the machine's name where the stack listens on every interface. */
function hostOf(bind: string): string {
  if (bind === "0.0.0.0" || bind === "::") return hostname();
  return bind.includes(":") ? `[${bind}]` : bind;
}

function namesOf(bind: string): string[] {
  return [
    ...new Set(["localhost", "127.0.0.1", "::1", hostname(), ...(hostOf(bind) === hostname() ? [] : [bind])]),
  ];
}
