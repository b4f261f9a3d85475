/** The data path of a cluster on this machine: RabbitMQ, the web app's login checks, and ingest as processes to kill. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import mqtt from "mqtt";
import { BrokerManagement } from "../../apps/broker/broker-management.ts";
import { standardLimits } from "../../apps/broker/limits.ts";
import { loginCheck } from "../../apps/broker/login.ts";
import { type LoginChecks, loginChecks } from "../../apps/broker/login-checks.ts";
import type { TakeReadingsOptions } from "../../apps/ingest/take-readings.ts";
import { readCertificate } from "../../apps/program/certificate.ts";
import { type HttpsServer, serveHttps } from "../../apps/program/https-server.ts";
import {
  addMachine,
  addSite,
  type Credential,
  issueCredential,
  registerCompany,
} from "../../stores/relational/companies.ts";
import {
  type Database,
  openRelationalStore,
  type RelationalStore,
} from "../../stores/relational/database.ts";
import { type CertificateFolder, TestAuthority } from "./certificates.ts";
import type { FromIngest, IngestProcessOptions, ToIngest } from "./messages.ts";
import { brokerName, Rabbitmq, type RabbitmqOptions } from "./rabbitmq.ts";

const managementPassword = "of the broker's management";
const queueCount = 4;
export const queues = Array.from({ length: queueCount }, (_, index) => `readings-${index + 1}`);

export interface ClusterOptions extends Pick<RabbitmqOptions, "definitions" | "settings"> {
  /** As `company/site/machine`. */
  readonly machines: readonly string[];
}

export class Cluster {
  readonly authority: TestAuthority;
  readonly broker: Rabbitmq;
  readonly checks: LoginChecks;
  readonly database: Database;
  readonly logs: { readonly message: string; readonly fields: object }[] = [];
  /** By `company/site/machine`, and by company. */
  readonly logins: ReadonlyMap<string, Credential>;
  readonly #folder: string;
  readonly #machines: readonly string[];
  readonly #certificate: CertificateFolder;
  readonly #close: () => Promise<void>;
  readonly #ingests = new Set<IngestProcess>();

  private constructor(values: {
    folder: string;
    machines: readonly string[];
    authority: TestAuthority;
    broker: Rabbitmq;
    checks: LoginChecks;
    database: Database;
    logins: ReadonlyMap<string, Credential>;
    certificate: CertificateFolder;
    logs: Cluster["logs"];
    close: () => Promise<void>;
  }) {
    this.#folder = values.folder;
    this.#machines = values.machines;
    this.authority = values.authority;
    this.broker = values.broker;
    this.checks = values.checks;
    this.database = values.database;
    this.logins = values.logins;
    this.#certificate = values.certificate;
    this.logs = values.logs;
    this.#close = values.close;
  }

  static async start({ machines, ...options }: ClusterOptions): Promise<Cluster> {
    const folder = mkdtempSync(join(tmpdir(), "cluster-"));
    const authority = await TestAuthority.make();
    const relational = await openRelationalStore();
    const logins = await register(relational, machines);
    const logs: { message: string; fields: object }[] = [];
    const keep = (fields: object, message: string) => logs.push({ message, fields });
    const log = { info: keep, warn: keep };
    const diagnostic = await authority.issue(join(folder, "diagnostic"), "diagnostic", ["localhost"]);
    let management: BrokerManagement | undefined;
    const checks = loginChecks({
      checkLogin: loginCheck(relational.database),
      management: { countConnections: (username) => management!.countConnections(username) },
      readManagementPassword: () => managementPassword,
      connectionsPerLogin: standardLimits().connectionsPerLogin,
      log,
    });
    const end = new AbortController();
    const server: HttpsServer = await serveHttps({
      fetch: checks.fetch as never,
      port: 0,
      host: "localhost",
      certificate: diagnostic,
      onlyFor: "broker",
      signal: end.signal,
      log,
    });
    const close = async () => {
      end.abort();
      management?.close();
      await server.close();
      await relational.close();
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      const certificate = await authority.issue(join(folder, "ingest"), "ingest");
      const broker = await Rabbitmq.start({ authority, loginsPort: server.port, ...options });
      management = new BrokerManagement({
        url: `https://localhost:${broker.managementPort}`,
        readCertificate: () => readCertificate(diagnostic),
        readPassword: () => managementPassword,
      });
      const { database } = relational;
      return new Cluster({
        folder,
        machines,
        authority,
        broker,
        checks,
        database,
        logins,
        certificate,
        logs,
        close,
      });
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** The folder of an ingest's stores; two may not use the same at once. */
  storesOf(name = "stores"): string {
    return join(this.#folder, name);
  }

  async startIngest(name?: string): Promise<IngestProcess> {
    const started = new IngestProcess({
      folder: this.storesOf(name),
      amqpsPort: this.broker.amqpsPort,
      queues,
      certificate: this.#certificate.certificate,
      key: this.#certificate.key,
      authority: this.#certificate.authority,
      machines: this.#machines,
    });
    this.#ingests.add(started);
    await started.answer("ready");
    return started;
  }

  /** For an ingest in this process. */
  get consuming(): Pick<TakeReadingsOptions, "address" | "readCertificates" | "queues" | "database"> {
    const { certificate, key, authority } = this.#certificate;
    return {
      address: { host: "127.0.0.1", port: this.broker.amqpsPort, serverName: brokerName },
      readCertificates: () => ({
        cert: readFileSync(certificate, "utf8"),
        key: readFileSync(key, "utf8"),
        ca: readFileSync(authority, "utf8"),
      }),
      queues,
      database: this.database,
    };
  }

  /** @throws what the broker refused the connection with. */
  connect(credential: Credential, options: Partial<mqtt.IClientOptions> = {}): Promise<mqtt.MqttClient> {
    return mqtt.connectAsync(
      `mqtts://127.0.0.1:${this.broker.mqttsPort}`,
      {
        ca: this.authority.pem,
        servername: brokerName,
        clientId: credential.username,
        protocolVersion: 4,
        reconnectPeriod: 0,
        ...credential,
        ...options,
      } as mqtt.IClientOptions,
      false,
    );
  }

  get tls(): { ca: string; servername: string } {
    return { ca: this.authority.pem, servername: brokerName };
  }

  async close(): Promise<void> {
    for (const ingest of this.#ingests) await ingest.kill();
    await this.broker.remove();
    await this.#close();
  }
}

export class IngestProcess {
  readonly #child: ChildProcess;
  readonly #errors: string[] = [];

  constructor(options: IngestProcessOptions) {
    this.#child = fork(new URL("./ingest-process.ts", import.meta.url), [JSON.stringify(options)], {
      stdio: ["ignore", "ignore", "pipe", "ipc"],
      execArgv: [],
    });
    this.#child.stderr!.on("data", (chunk: Buffer) => this.#errors.push(chunk.toString()));
  }

  /** The warnings that it logged, and the error that ended it. */
  get errors(): string {
    return this.#errors.join("");
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  answer<K extends FromIngest["kind"]>(kind: K): Promise<Extract<FromIngest, { kind: K }>> {
    const child = this.#child;
    return new Promise((resolve, reject) => {
      const onExit = () =>
        reject(new Error(`Ingest ended before it was ${kind}:\n${this.errors.slice(-4000)}`));
      const onMessage = (message: FromIngest) => {
        if (message.kind !== kind) return;
        child.off("exit", onExit);
        child.off("message", onMessage);
        resolve(message as Extract<FromIngest, { kind: K }>);
      };
      child.once("exit", onExit);
      child.on("message", onMessage);
    });
  }

  send(message: ToIngest): void {
    this.#child.send(message);
  }

  state(): Promise<Extract<FromIngest, { kind: "state" }>> {
    const state = this.answer("state");
    this.send({ kind: "state" });
    return state;
  }

  /** In order: commits and acknowledges the messages that it has. */
  async stop(): Promise<void> {
    this.send({ kind: "stop" });
    await this.#exited();
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited();
  }

  #exited(): Promise<void> {
    if (!this.isRunning) return Promise.resolve();
    return new Promise((resolve) => this.#child.once("exit", () => resolve()));
  }
}

async function register(
  { database }: RelationalStore,
  machines: readonly string[],
): Promise<Map<string, Credential>> {
  const logins = new Map<string, Credential>();
  for (const key of machines) {
    const [company, site, machine] = key.split("/") as [string, string, string];
    if (!logins.has(company)) {
      await registerCompany(database, { name: company, sector: "25", sizeBand: "small", simulated: false });
      await addSite(database, company, site);
      logins.set(company, await issueCredential(database, { company }));
    }
    await addMachine(database, { company, site, name: machine, kind: "lathe", plannedRunTimePerItem: 1 });
    logins.set(key, await issueCredential(database, { company, site, machine }));
  }
  return logins;
}
