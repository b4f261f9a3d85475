/**
 * The local target: broker, ingest, stores, analytics and web app in one process, and simulated factories in another
 * that reach them over MQTT like any device. The broker starts after the stores and ingest, so that no message is accepted that
 * cannot be stored; parts stop in the opposite order.
 */

import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import type { Logger } from "pino";
import { Analytics } from "../../apps/analytics/analytics.ts";
import { type Broker, startBroker } from "../../apps/broker/broker.ts";
import { openCertificates } from "../../apps/broker/certificates.ts";
import { listen } from "../../apps/broker/listen.ts";
import { loginCheck } from "../../apps/broker/login.ts";
import { createDiagnosticApp } from "../../apps/diagnostic/app.ts";
import { complianceReportsIn } from "../../apps/diagnostic/ministry/compliance-reports.ts";
import type { ToErase } from "../../apps/erasure/erasures.ts";
import { ScheduledRemoval } from "../../apps/erasure/scheduled-removal.ts";
import { Ingest } from "../../apps/ingest/ingest.ts";
import { MachineRegistry } from "../../apps/ingest/machine-registry.ts";
import { planFactories } from "../../apps/simulator/factories.ts";
import { registerFactories } from "../../apps/simulator/registration.ts";
import { fillInDiagnostics } from "../../apps/simulator/self-assessments.ts";
import { type Simulator, startSimulator } from "../../apps/simulator/simulator.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { textIn } from "../../localisation/text.ts";
import { openRelationalStore } from "../../stores/relational/database.ts";
import { erasedAmong, erasureRecords } from "../../stores/relational/erasures.ts";
import { damageSummary } from "../../stores/time-series/damage.ts";
import { inProcess } from "../../stores/time-series/layout.ts";
import { migrateTimeSeriesStore } from "../../stores/time-series/migrate.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";
import { StoreChecks } from "../../stores/time-series/store-checks.ts";
import { RunningBackups } from "./backup/running-backup.ts";
import { closeToOthers } from "./close-folder.ts";
import { serveControl } from "./control-server.ts";
import type { DataFolder } from "./data-folder.ts";
import { keepErasures } from "./erasure/erasure-file.ts";
import { erasureTask, localErasures } from "./erasure/local-erasures.ts";
import { type LocalPorts, requireFreePorts } from "./free-ports.ts";
import { ensureLogin, type StartLogin } from "./logins.ts";
import { explainStores, refuseLostStore } from "./lost-store.ts";
import { partStatuses } from "./part-statuses.ts";
import type { StackStatus } from "./status.ts";
import { hostOf, namesOf, webAddressOf } from "./web-address.ts";

export interface SimulationOptions {
  readonly companies?: number;
  readonly rate?: number;
  readonly speed?: number;
}

export interface LocalStackOptions {
  readonly loaded: LoadedCountry;
  readonly folder: DataFolder;
  /** 0 uses a free port. */
  readonly ports: LocalPorts;
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
  /** Looks once more for what the time-series store has lost; undefined where nothing is known. */
  damage(): Promise<string | undefined>;
  stop(): Promise<void>;
}

/** @throws EnvironmentError when the machine refuses something; the parts that had started are stopped again. */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  /** What stops the parts; the last added runs first. */
  const stops: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  const step: LocalStackOptions["step"] = async (title, start) => {
    options.end.signal.throwIfAborted();
    return options.step(title, start);
  };
  try {
    return { ...(await start({ ...options, step }, (action) => stops.push(action))), stop };
  } catch (error) {
    await stop();
    throw explainStores(error);
  }
}

async function start(
  { loaded, folder, ports, simulator: simulation, renewLogins, log, step, end }: LocalStackOptions,
  onStop: (action: () => Promise<void>) => void,
): Promise<Omit<LocalStack, "stop">> {
  const { country, environment, catalogues, logo } = loaded;
  const { bind } = country.hosting.local;
  const startedAt = new Date().toISOString();
  const { timeSeries, checks } = await step("Time-series store", openTimeSeries);
  const relational = await step("Relational store", openRelational);
  const { database } = relational;
  const stores = { timeSeries, relational };
  const registry = new MachineRegistry(database);
  const ingest = await step("Ingest", startIngest);
  const certificates = await step("Certificates", () => openCertificates(folder.certificates, namesOf(bind)));
  const broker = await step("MQTT broker", startMqtt);
  const analytics = await step("Analytics", startAnalytics);
  const removal = startRemoval();
  const backups = startBackups();
  let simulator: Simulator | undefined;
  const webAddress = await step("Diagnostic web app", startWebApp);
  const operator = await operatorLogin();
  const login = simulation && (await startFactories(simulation));
  await startControl();
  return {
    webAddress,
    mqttAddress: `mqtt://127.0.0.1:${broker.mqttPort}`,
    mqttsAddress: `mqtts://${hostOf(bind)}:${broker.mqttsPort}`,
    certificateAuthorityFile: folder.certificateAuthority,
    logins: login === undefined ? [operator] : [login, operator],
    status,
    damage: async () => {
      await checks.look();
      return checks.damages.length === 0 ? undefined : damageSummary(checks.damages);
    },
  };

  async function status(): Promise<StackStatus> {
    const parts = { ...stores, checks, ingest, broker, analytics, backups };
    return {
      country: country.country,
      ...(environment !== undefined && { environment }),
      pid: process.pid,
      startedAt,
      webAddress,
      parts: await partStatuses({ ...parts, ...(simulator && { simulator }) }),
      flow: ingest.flow,
    };
  }

  async function openTimeSeries(tell: (detail: string) => void) {
    await folder.requireUnused();
    await requireFreePorts(ports, bind);
    // First, because its lock keeps a second process off the folder.
    const opened = await openTimeSeriesStore(folder.timeSeries);
    onStop(() => opened.close());
    await refuseLostStore(opened.writer, folder);
    await migrateTimeSeriesStore(opened.writer, country);
    const found = await StoreChecks.open({ client: opened.checks, country, log });
    if (found.damages.length > 0) tell(`damaged: ${damageSummary(found.damages)}`);
    onStop(() => found.stop());
    found.start();
    return { timeSeries: opened, checks: found };
  }

  async function openRelational() {
    const opened = await openRelationalStore(folder.relational);
    onStop(() => opened.close());
    // Its engine gives its files rights of its own, whatever the umask is.
    closeToOthers(folder.relational);
    return opened;
  }

  async function startIngest(): Promise<Ingest> {
    const opened = await Ingest.open({
      client: timeSeries.writer,
      country,
      registry,
      log,
      onFatal: (error) => end.abort(error),
    });
    onStop(() => opened.stop());
    return opened;
  }

  async function startMqtt(tell: (detail: string) => void): Promise<Broker> {
    const started = await startBroker({
      bind,
      mqttPort: ports.mqtt,
      mqttsPort: ports.mqtts,
      tls: certificates,
      checkLogin: loginCheck(database),
      ingest,
      log,
    });
    onStop(() => started.close());
    tell(`TLS on port ${started.mqttsPort}`);
    return started;
  }

  async function startAnalytics(): Promise<Analytics> {
    const opened = await Analytics.open({ client: timeSeries.analytics, database, country, log });
    opened.start();
    onStop(() => opened.stop());
    return opened;
  }

  function startRemoval(): ScheduledRemoval {
    const keep = async () => keepErasures(loaded, folder, await erasureRecords(database));
    const started = new ScheduledRemoval({
      stores: {
        database,
        client: timeSeries.analytics,
        layout: inProcess,
        deleteRows: (company) => analytics.eraseCompany(company),
      },
      country,
      // `finishErasure` makes it certain; erasures of a process that was killed have nothing to wait for.
      settleMilliseconds: 0,
      log,
      changed: keep,
    });
    // A process that was killed may have recorded an erasure and not kept it outside of the stores.
    keep().catch((error: unknown) => log.error({ error: String(error) }, "the list of erasures is not kept"));
    started.start();
    onStop(() => started.stop());
    return started;
  }

  /** Ends what could still bring data of the company in, before the rest is removed. */
  async function finishErasure(toErase: ToErase): Promise<void> {
    if (toErase.kind === "company") {
      registry.forget(toErase.id);
      await broker.recheckLogins();
      await ingest.batchEnded();
    }
    await removal.finishNow();
  }

  function startBackups(): RunningBackups {
    const started = new RunningBackups({
      loaded,
      folder,
      stores,
      log,
      isDamaged: () => checks.damages.length > 0,
    });
    onStop(() => started.stop());
    started.start();
    return started;
  }

  /** @returns its address. */
  async function startWebApp(tell: (detail: string) => void): Promise<string> {
    const pages = new AbortController();
    let port = 0;
    const web = webAddressOf(country.hosting.local, () => port);
    const app = createDiagnosticApp({
      country,
      catalogues,
      database,
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
      web,
      secureCookies: false,
      signal: pages.signal,
      log,
    });
    const server = createAdaptorServer({ fetch: app.fetch }) as Server;
    port = await listen(server, ports.http, bind, "web app");
    onStop(() => {
      pages.abort();
      return closeServer(server);
    });
    tell(web.address);
    return web.address;
  }

  function operatorLogin(): Promise<StartLogin> {
    const { email } = country.programme.operator;
    const name = textIn(country.programme.operator.name, country.languages);
    const language = country.languages[0]!;
    return ensureLogin(
      database,
      { role: "ministry", name, email, language, destination: "/ministry" },
      renewLogins,
    );
  }

  /** @returns the login of the first company, which the user of this run can use. */
  async function startFactories({ companies, rate, speed }: SimulationOptions) {
    const [first, machines] = await step("Simulated factories", async (tell) => {
      const planned = planFactories(country, { companies, seed: 1 });
      const ids = planned.map(({ id }) => id);
      const erased = new Set(erasedAmong(await erasureRecords(database), "company", ids));
      const factories = planned.filter(({ id }) => !erased.has(id));
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
    simulator = await step("Their last hours, up to now", async (tell) => {
      const { ca } = certificates;
      const started = await startSimulator({
        country,
        machines,
        reader: timeSeries.reader,
        broker: { host: hostOf(bind), port: broker.mqttsPort, certificateAuthority: ca },
        rate,
        speed,
        log,
      });
      onStop(() => started.stop());
      await started.caughtUp(tell);
      return started;
    });
    return login;
  }

  /** From now on the command line reaches the stack. */
  async function startControl(): Promise<void> {
    const control = await serveControl({
      status,
      backup: (request, tell, signal) => backups.make(request, tell, signal),
      erasure: erasureTask(
        localErasures({ stack: loaded, folder, database, timeSeries, finish: finishErasure }),
      ),
    });
    const { close, ...addresses } = control;
    onStop(close);
    folder.writeRunning({ pid: process.pid, ...addresses, startedAt });
    onStop(async () => folder.removeRunning());
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Pages with live values hold a connection open for as long as they are looked at.
    server.closeAllConnections();
  });
}

const isLoopback = (address: string) => address.startsWith("127.") || address === "::1";
