/**
 * The local target: broker, ingest, stores, analytics and web app in one process, and simulated factories in another
 * that reach them over MQTT like any device. Parts start in the order of the data's path, the broker last, so that
 * nothing is taken in that cannot be stored; they stop in the opposite order.
 */
import type { Server } from "node:http";
import { hostname } from "node:os";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { Analytics } from "../../apps/analytics/analytics.ts";
import { analyticsHealth } from "../../apps/analytics/health.ts";
import { type Broker, startBroker } from "../../apps/broker/broker.ts";
import { openCertificates } from "../../apps/broker/certificates.ts";
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
import { type Database, openRelationalStore } from "../../stores/relational/database.ts";
import { company } from "../../stores/relational/schema.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { RunningBackups } from "./backup/running-backup.ts";
import type { DataFolder } from "./data-folder.ts";
import { explainFullDisk } from "./full-disk.ts";
import { ensureLogin, type LoginRequest, type StartLogin } from "./logins.ts";
import { type PartStatus, partStatus, type StackStatus, serveControl } from "./status.ts";

export interface SimulationOptions {
  readonly companies?: number;
  readonly rate?: number;
  readonly speed?: number;
}

export interface LocalStackOptions {
  readonly loaded: LoadedCountry;
  readonly folder: DataFolder;
  /** 0 takes a free port. */
  readonly ports: { readonly http: number; readonly mqtt: number; readonly mqtts: number };
  /** Absent: no simulated factories. */
  readonly simulator?: SimulationOptions;
  /** Gives the accounts of the first start new passwords. */
  readonly renewLogins: boolean;
  readonly log: Logger;
  /** Runs each part's start; what `tell` is given is shown beside its title. */
  readonly step: <T>(title: string, start: (tell: (detail: string) => void) => Promise<T>) => Promise<T>;
  /** Aborted by the caller to give a start up, and by the stack when it cannot go on, such as when its disk is full. */
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

/** @throws EnvironmentError when the machine refuses something; whatever had started is stopped again. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  const { signal } = options.end;
  const step: LocalStackOptions["step"] = async (title, start) => {
    signal.throwIfAborted();
    return options.step(title, start);
  };
  try {
    return await start({ ...options, step }, stops, stop);
  } catch (error) {
    await stop();
    throw explainFullDisk(error);
  }
}

async function start(
  { loaded, folder, ports, step, log, end, ...options }: LocalStackOptions,
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<LocalStack> {
  const { country, catalogues } = loaded;
  const { bind } = country.hosting.local;
  const startedAt = new Date().toISOString();

  const store = await step("Time-series store", async () => {
    await folder.requireUnused();
    // First, because its lock keeps a second process off the folder.
    const opened = await openTimeSeriesStore(folder.timeSeries);
    stops.push(() => opened.close());
    await migrateTimeSeriesStore(opened.writer, country);
    return opened;
  });
  const relational = await step("Relational store", async () => {
    const opened = await openRelationalStore(folder.relational);
    stops.push(() => opened.close());
    return opened;
  });
  const { database } = relational;
  const ingest = await step("Ingest", async () => {
    const opened = await Ingest.open({
      client: store.writer,
      country,
      registry: new MachineRegistry(database),
      log,
      onFatal: (error) => end.abort(error),
    });
    stops.push(() => opened.stop());
    return opened;
  });
  const certificates = await step("Certificates", () => openCertificates(folder.certificates, namesOf(bind)));
  const broker = await step("MQTT broker", async (tell) => {
    const started = await startBroker({
      bind,
      mqttPort: ports.mqtt,
      mqttsPort: ports.mqtts,
      tls: certificates,
      checkLogin: loginCheck(database),
      ingest,
      log,
    });
    stops.push(() => started.close());
    tell(`TLS on port ${started.mqttsPort}`);
    return started;
  });
  const analytics = await step("Analytics", async () => {
    const opened = await Analytics.open({ client: store.analytics, database, country, log });
    opened.start();
    stops.push(() => opened.stop());
    return opened;
  });

  const backups = new RunningBackups({ loaded, folder, stores: { timeSeries: store, relational }, log });
  stops.push(() => backups.stop());
  backups.start();

  let simulator: Simulator | undefined;
  const status = async (): Promise<StackStatus> => ({
    country: country.country,
    ...(loaded.environment === undefined ? {} : { environment: loaded.environment }),
    pid: process.pid,
    startedAt,
    webAddress,
    parts: await partStatuses({ store, database, ingest, broker, analytics, backups, simulator }),
    flow: ingest.flow,
  });
  const webAddress = await step("Diagnostic web app", async (tell) => {
    const pages = new AbortController();
    const app = createDiagnosticApp({
      country,
      catalogues,
      database,
      reader: store.reader,
      flow: async () => ingest.flow,
      status,
      ...(loaded.logo === undefined ? {} : { logo: loaded.logo }),
      mqtt: {
        host: hostOf(bind),
        port: broker.mqttsPort,
        ...(isLoopback(bind) ? { plainPort: broker.mqttPort } : {}),
        certificateAuthority: certificates.ca,
      },
      complianceReports: complianceReportsIn(folder.compliance),
      secureCookies: false,
      signal: pages.signal,
      log,
    });
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    const port = await listen(server, ports.http, bind, "web app");
    stops.push(() => {
      pages.abort();
      return closeServer(server);
    });
    const address = `http://${hostOf(bind)}:${port}`;
    tell(address);
    return address;
  });

  const login = (request: LoginRequest) => ensureLogin(database, request, options.renewLogins);
  const language = country.languages[0]!;
  const { operator } = country.programme;
  const logins = [
    await login({
      role: "ministry",
      name: operator.name,
      email: operator.email,
      language,
      destination: "/ministry",
    }),
  ];
  if (options.simulator !== undefined) {
    const { companies, rate, speed } = options.simulator;
    const [first, machines] = await step("Simulated factories", async (tell) => {
      const factories = planFactories(country, { companies, seed: 1 });
      const registered = await registerFactories(database, factories);
      // The first is the one that the user of this run enters as, and fills in.
      await fillInDiagnostics(database, country, factories, factories[0]?.id);
      tell(`${factories.length} companies, ${registered.length} machines`);
      return [factories[0], registered] as const;
    });
    if (first !== undefined)
      logins.unshift(
        await login({
          role: "company",
          company: first.id,
          name: first.name,
          email: `owner@${first.id}.example`,
          language,
          destination: "/company",
        }),
      );
    simulator = await step("Their last hours, up to now", async (tell) => {
      const started = await startSimulator({
        country,
        machines,
        reader: store.reader,
        broker: { host: hostOf(bind), port: broker.mqttsPort, certificateAuthority: certificates.ca },
        rate,
        speed,
        log,
      });
      stops.push(() => started.stop());
      await started.caughtUp(tell);
      return started;
    });
  }

  const control = await serveControl({
    status,
    backup: (request, tell, signal) => backups.make(request, tell, signal),
  });
  stops.push(() => control.close());
  const { statusAddress, backupAddress } = control;
  folder.writeRunning({ pid: process.pid, statusAddress, backupAddress, startedAt });
  stops.push(async () => folder.removeRunning());
  return {
    webAddress,
    mqttAddress: `mqtt://127.0.0.1:${broker.mqttPort}`,
    mqttsAddress: `mqtts://${hostOf(bind)}:${broker.mqttsPort}`,
    certificateAuthorityFile: folder.certificateAuthority,
    logins,
    status,
    stop,
  };
}

interface Parts {
  readonly store: TimeSeriesStore;
  readonly database: Database;
  readonly ingest: Ingest;
  readonly broker: Broker;
  readonly analytics: Analytics;
  readonly backups: RunningBackups;
  readonly simulator: Simulator | undefined;
}

/** A lag or a failure above this is worth a look. */
const noticeableLagMilliseconds = 10_000;

async function partStatuses({
  store,
  database,
  ingest,
  broker,
  analytics,
  backups,
  simulator,
}: Parts): Promise<PartStatus[]> {
  return Promise.all([
    partStatus("MQTT broker", () => ({
      health: "healthy",
      detail: `${broker.connections} clients connected`,
    })),
    partStatus("ingest", () => {
      const { failure, lagMilliseconds, waiting } = ingest.flow;
      if (failure !== undefined) return { health: "failed", detail: `tries again: ${failure}` };
      const late = lagMilliseconds > noticeableLagMilliseconds;
      return { health: late ? "degraded" : "healthy", detail: `${waiting} messages waiting` };
    }),
    partStatus("time-series store", async () => {
      const result = await store.reader.query({
        query:
          "SELECT sum(rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts WHERE active AND table = 'raw'",
        format: "JSONEachRow",
      });
      const [row] = await result.json<{ rows: string; bytes: string }>();
      const megabytes = Number(row?.bytes ?? 0) / 1e6;
      return { health: "healthy", detail: `${row?.rows ?? 0} readings, ${megabytes.toFixed(1)} MB` };
    }),
    partStatus("relational store", async () => {
      const companies = await database.$count(company);
      return { health: "healthy", detail: `${companies} companies` };
    }),
    partStatus("analytics", () => analyticsHealth(analytics.status)),
    ...(backups.areDaily ? [partStatus("backups", () => backups.status)] : []),
    ...(simulator === undefined
      ? []
      : [
          partStatus("simulated factories", () => {
            const { connected, machines } = simulator.status;
            return {
              health: connected < machines ? ("degraded" as const) : ("healthy" as const),
              detail: `${connected} of ${machines} machines connected`,
            };
          }),
        ]),
  ]);
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
