/**
 * The web app as a program of the cluster: pages over HTTPS behind the gateway, and on another port the broker's checks of
 * logins. What several instances share is in the stores.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { sql } from "drizzle-orm";
import type { Database } from "../../stores/relational/database.ts";
import { sumOfFlows } from "../../stores/relational/message-flow.ts";
import { reportedStates } from "../../stores/relational/program-state.ts";
import { BrokerManagement } from "../broker/broker-management.ts";
import { EndedLogins } from "../broker/ended-logins.ts";
import { standardLimits } from "../broker/limits.ts";
import { loginCheck } from "../broker/login.ts";
import { type LoginChecks, loginChecks } from "../broker/login-checks.ts";
import { MachineRegistry } from "../ingest/machine-registry.ts";
import { readCertificate, readSecretFile } from "../program/certificate.ts";
import type { Connections } from "../program/connections.ts";
import { serveHttps } from "../program/https-server.ts";
import type { LocalisationFiles } from "../program/localisation-files.ts";
import { counter, gauge, type Metric } from "../program/metrics.ts";
import type { RunningProgram } from "../program/program.ts";
import { messageOf } from "../program/retry.ts";
import { createDiagnosticApp } from "./app.ts";
import { ForeignTopics } from "./connect/foreign-topics.ts";
import type { DiagnosticDependencies, MqttEndpoints, StackPart } from "./services.ts";

export interface ServeDiagnosticOptions {
  readonly connections: Pick<Connections, "certificate" | "web" | "machines" | "broker">;
  readonly localisation: LocalisationFiles;
  readonly database: Database;
  /** The time-series store's connection for pages. */
  readonly reader: ClickHouseClient;
  readonly log: DiagnosticDependencies["log"];
  /** Every address of the pod where absent. */
  readonly host?: string;
  /** Open at a time, on all brokers together; those of the embedded broker where absent. */
  readonly connectionsPerLogin?: number;
  /** Milliseconds between two looks for a renewed certificate. */
  readonly renewalMilliseconds?: number;
}

export interface DiagnosticServer extends RunningProgram {
  readonly port: number;
  readonly loginsPort: number;
}

/** The common name in the broker's certificate. */
const brokerName = "broker";

/** @throws InputError when a certificate is missing. */
export async function serveDiagnostic(options: ServeDiagnosticOptions): Promise<DiagnosticServer> {
  const { connections, localisation, database, reader, log, ...optional } = options;
  const { connectionsPerLogin = standardLimits().connectionsPerLogin } = options;
  const { web, certificate } = connections;
  const end = new AbortController();
  const listening = { ...optional, certificate, signal: end.signal, log };
  const foreignTopics = new ForeignTopics(reader, new MachineRegistry(database), log);
  const readManagementPassword = () => readSecretFile(connections.broker.management.password);
  const management = new BrokerManagement({
    url: connections.broker.management.url,
    readCertificate: () => readCertificate(certificate),
    readPassword: readManagementPassword,
  });
  const checks = loginChecks({
    checkLogin: loginCheck(database),
    management,
    readManagementPassword,
    connectionsPerLogin,
    log,
    onForeignTopic: (login, topic, detail) => foreignTopics.keep(login.company, topic, detail),
  });
  const app = createDiagnosticApp({
    ...localisation,
    database,
    reader,
    flow: async () => sumOfFlows((await reportedStates(database)).flatMap(({ flow }) => flow ?? [])),
    status: async () => ({ parts: await partsOf(database, reader) }),
    mqtt: mqttEndpoints(connections),
    log,
    web: { address: web.address, isOwnHost: (hostname) => hostname === new URL(web.address).hostname },
    secureCookies: true,
    signal: end.signal,
    // Any pod could name any address; then the connection's own counts.
    ...(web.onlyFromGateway && { clientAddress: addressBehindGateway }),
  });
  let requests = 0;
  const pages = await serveHttps({
    ...listening,
    port: web.port,
    fetch: (request: Request, environment: never) => {
      requests += 1;
      return app.fetch(request, environment);
    },
  });
  const logins = await serveHttps({
    ...listening,
    port: web.loginsPort,
    fetch: checks.fetch,
    onlyFor: brokerName,
  });
  const endedLogins = new EndedLogins({ database, management, log, signal: end.signal });
  return {
    port: pages.port,
    loginsPort: logins.port,
    notReady: () => notReady(database),
    metrics: () => metricsOf(requests, checks, endedLogins),
    async stop() {
      // Streams end first, because they keep the server open.
      end.abort();
      await Promise.all([pages.close(), logins.close(), endedLogins.ended]);
      management.close();
      await foreignTopics.settled();
    },
  };
}

function mqttEndpoints({ machines, broker }: ServeDiagnosticOptions["connections"]): MqttEndpoints {
  if (broker.authority === undefined) return machines;
  return { ...machines, certificateAuthority: `${readSecretFile(broker.authority)}\n` };
}

/** Without the relational store nobody can sign in; without the time-series store other pages still work. */
async function notReady(database: Database): Promise<string | undefined> {
  try {
    await database.execute(sql`SELECT 1`);
    return undefined;
  } catch (error) {
    return `the relational store: ${messageOf(error)}`;
  }
}

function metricsOf(requests: number, checks: LoginChecks, endedLogins: EndedLogins): Metric[] {
  const refused = Object.entries(checks.refused).map(([reason, value]) => ({ labels: { reason }, value }));
  return [
    counter("rollout_diagnostic_requests_total", "Requests for pages.", requests),
    counter(
      "rollout_diagnostic_login_checks_total",
      "Checks of logins answered for the broker.",
      checks.answered,
    ),
    counter(
      "rollout_diagnostic_logins_refused_total",
      "Logins, client ids and topics of machines refused.",
      refused,
    ),
    gauge(
      "rollout_diagnostic_oldest_login_to_end_seconds",
      "Age of the oldest change of a login whose open connections are not all ended; 0 where there is none.",
      endedLogins.oldestSeconds,
    ),
  ];
}

/** The gateway appends the address that it sees, whatever the client has written before. */
function addressBehindGateway(request: Request): string | undefined {
  return request.headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() || undefined;
}

async function partsOf(database: Database, reader: ClickHouseClient): Promise<StackPart[]> {
  const [states, readings] = await Promise.allSettled([reportedStates(database), readingsStored(reader)]);
  const parts: StackPart[] = [
    readings.status === "fulfilled"
      ? { name: "time-series store", health: "healthy", detail: `${readings.value} readings` }
      : { name: "time-series store", health: "failed", detail: messageOf(readings.reason) },
    states.status === "fulfilled"
      ? { name: "relational store", health: "healthy", detail: "answers" }
      : { name: "relational store", health: "failed", detail: messageOf(states.reason) },
  ];
  if (states.status === "rejected") return parts;
  for (const { program, instance, health, detail } of states.value)
    parts.push({ name: `${program} ${instance}`, health, detail });
  if (!states.value.some(({ program }) => program === "ingest"))
    parts.push({ name: "ingest", health: "failed", detail: "no instance has reported that it runs" });
  return parts;
}

async function readingsStored(reader: ClickHouseClient): Promise<number> {
  const result = await reader.query({ query: "SELECT count() FROM raw", format: "JSONCompactEachRow" });
  const [row] = await result.json<[string | number]>();
  return Number(row?.[0] ?? 0);
}
