/** Three brokers and the web app: what ends the open connections of a login, and how many it may have. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import mqtt, { type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { BrokerManagement } from "../../apps/broker/broker-management.ts";
import { revokeLogin } from "../../apps/diagnostic/connect/machine-logins.ts";
import { type DiagnosticServer, serveDiagnostic } from "../../apps/diagnostic/serve.ts";
import { readCertificate } from "../../apps/program/certificate.ts";
import {
  addMachine,
  addSite,
  type Credential,
  issueCredential,
  registerCompany,
} from "../../stores/relational/companies.ts";
import type { Database, RelationalStore } from "../../stores/relational/database.ts";
import { company, loginChange } from "../../stores/relational/schema.ts";
import { openTimeSeriesStore, type TimeSeriesStore } from "../../stores/time-series/store.ts";
import { loadFile } from "../diagnostic/app-under-test.ts";
import { BrokerCluster, type BrokerNode } from "../operations/broker-cluster.ts";
import { openEmptyRelational } from "../stores/empty-relational.ts";
import { until } from "../until.ts";
import { type CertificateFolder, TestAuthority } from "./certificates.ts";
import { brokerName, freePorts, rabbitmqIsMissing } from "./rabbitmq.ts";

if (rabbitmqIsMissing !== undefined) console.log(`Skipped: ${rabbitmqIsMissing}.`);

describe.skipIf(rabbitmqIsMissing !== undefined)("a login on a cluster", () => {
  const folder = mkdtempSync(join(tmpdir(), "ended-logins-"));
  const { country, catalogues } = loadFile("za");
  const connectionsPerLogin = 40;
  const password = join(folder, "management-password");
  const logged: string[] = [];
  const note = (fields: object, message: string) => logged.push(`${message} ${JSON.stringify(fields)}`);
  const clients = new Set<MqttClient>();
  let authority: TestAuthority;
  let own: CertificateFolder;
  let loginsPort: number;
  let store: TimeSeriesStore;
  let relational: RelationalStore;
  let database: Database;
  let cluster: BrokerCluster;
  let nodes: readonly BrokerNode[];
  let webApp: DiagnosticServer;
  let management: BrokerManagement;

  const startWebApp = () =>
    serveDiagnostic({
      connections: {
        certificate: own,
        web: { address: "https://sme.test", port: 0, loginsPort, onlyFromGateway: false },
        machines: { host: brokerName, port: 8883 },
        broker: {
          host: "localhost",
          port: nodes[0]!.amqpsPort,
          serverName: brokerName,
          queues: [],
          management: { url: `https://localhost:${nodes[0]!.managementPort}`, password },
        },
      },
      localisation: { country, catalogues },
      database,
      reader: store.reader,
      log: { info: note, warn: note, error: note },
      host: "127.0.0.1",
      connectionsPerLogin,
    });

  /** @throws what the broker refused the connection with. */
  async function connect(
    node: BrokerNode,
    login: Credential,
    clientId = login.username,
  ): Promise<MqttClient> {
    const client = await mqtt.connectAsync(
      `mqtts://127.0.0.1:${node.mqttsPort}`,
      {
        ca: authority.pem,
        servername: brokerName,
        clientId,
        protocolVersion: 4,
        reconnectPeriod: 0,
        ...login,
      } as mqtt.IClientOptions,
      false,
    );
    clients.add(client);
    return client;
  }

  /** One to each broker. */
  const connectToEach = (login: Credential) =>
    Promise.all(
      nodes.map((node, index) =>
        connect(
          node,
          login,
          `${login.username.split("/")[0]}/${login.username.length}-${login.username.at(-1)}-${index}`,
        ),
      ),
    );
  const areClosed = (some: readonly MqttClient[]) => some.every(({ connected }) => !connected);
  const areOpen = (some: readonly MqttClient[]) => some.every(({ connected }) => connected);
  const nothingLeftToEnd = async () => (await database.select().from(loginChange)).length === 0;

  async function newCompany(name: string): Promise<string> {
    const values = { name, sector: "25", sizeBand: "small", simulated: false };
    const id = await registerCompany(database, values);
    await addSite(database, id, "plant");
    return id;
  }

  async function newMachine(of: string, machine: string) {
    const where = { company: of, site: "plant", machine };
    await addMachine(database, { ...where, name: machine, kind: "lathe", plannedRunTimePerItem: 1 });
    return { where, login: await issueCredential(database, where) };
  }

  beforeAll(async () => {
    authority = await TestAuthority.make();
    own = await authority.issue(join(folder, "own"), "diagnostic", ["localhost"]);
    writeFileSync(password, "of the broker's management\n");
    store = await openTimeSeriesStore();
    relational = await openEmptyRelational();
    database = relational.database;
    [loginsPort] = (await freePorts(1)) as [number];
    cluster = await BrokerCluster.start({ authority, loginsPort, nodes: 3, queues: 4 });
    nodes = cluster.nodes;
    for (const node of nodes) node.start();
    for (const node of nodes) await node.ready();
    webApp = await startWebApp();
    management = new BrokerManagement({
      url: `https://localhost:${nodes[1]!.managementPort}`,
      readCertificate: () => readCertificate(own),
      readPassword: () => "of the broker's management",
    });
  }, 600_000);

  afterEach(() => {
    for (const client of clients) client.end(true);
    clients.clear();
  });

  afterAll(async () => {
    management?.close();
    await webApp?.stop();
    await cluster?.remove();
    await relational?.close();
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  test("that is replaced loses its connections on every broker, and no other login does", async () => {
    const acme = await newCompany("Replaced");
    const { where, login } = await newMachine(acme, "lathe");
    const other = await newMachine(acme, "mill");
    const another = await newMachine(await newCompany("Beside"), "lathe");
    const old = await connectToEach(login);
    const others = [...(await connectToEach(other.login)), ...(await connectToEach(another.login))];
    const replaced = await issueCredential(database, where);
    // The right answer of a moment ago is not used again.
    for (const node of nodes)
      await expect(connect(node, login)).rejects.toThrow(/Bad username or password|[Nn]ot authorized/);
    await until(() => areClosed(old), { seconds: 60 });
    await until(nothingLeftToEnd, { seconds: 60 });
    expect(areOpen(others)).toBe(true);
    const renewed = await connectToEach(replaced);
    await issueCredential(database, other.where);
    await until(nothingLeftToEnd, { seconds: 60 });
    expect(areOpen(renewed)).toBe(true);
  });

  test.each([
    ["revoked", (where: { company: string; site: string; machine: string }) => revokeLogin(database, where)],
    [
      "removed with its company",
      (where: { company: string }) => database.delete(company).where(eq(company.id, where.company)),
    ],
  ] as const)("that is %s loses its connections", async (what, change) => {
    const { where, login } = await newMachine(await newCompany(what), "lathe");
    const open = await connectToEach(login);
    await change(where);
    await until(() => areClosed(open), { seconds: 60 });
    await expect(connect(nodes[2]!, login)).rejects.toThrow(/Bad username or password|[Nn]ot authorized/);
  });

  test("that is replaced while no web app runs loses its connections when one does", async () => {
    const { where, login } = await newMachine(await newCompany("Later"), "lathe");
    const open = await connectToEach(login);
    const send = (client: MqttClient) =>
      client.publishAsync(`sme/v1/${login.username}/power`, `{"t":${Date.now()},"v":1}`, { qos: 1 });
    for (const client of open) await send(client);
    await webApp.stop();
    await issueCredential(database, where);
    for (const client of open) await send(client);
    expect(areOpen(open)).toBe(true);
    webApp = await startWebApp();
    await until(() => areClosed(open), { seconds: 60 });
  });

  test("that is replaced while the broker that is asked is down loses its connections afterwards", async () => {
    const { where, login } = await newMachine(await newCompany("Broker down"), "lathe");
    const [first, ...open] = await connectToEach(login);
    await nodes[0]!.stop("SIGKILL");
    await until(() => areClosed([first!]));
    await issueCredential(database, where);
    await until(() =>
      logged.some((line) => line.startsWith("connections of ended logins could not be ended")),
    );
    expect(areOpen(open)).toBe(true);
    nodes[0]!.start();
    await nodes[0]!.ready();
    await until(() => areClosed(open), { seconds: 60 });
  });

  test("has so many connections on all brokers together, and no more", async () => {
    const id = await newCompany("Many");
    const gateway = await issueCredential(database, { company: id });
    const { login: machine } = await newMachine(id, "lathe");
    const open = () => management.countConnections(gateway.username);
    const tryOne = (index: number) =>
      connect(nodes[index % 3]!, gateway, `${id}/${index}`).catch((error: Error) => error);
    const results = await Promise.all(
      Array.from({ length: 3 * connectionsPerLogin }, (_, index) => tryOne(index)),
    );
    for (const result of results)
      if (result instanceof Error)
        expect(result.message).toMatch(/Bad username or password|[Nn]ot authorized|unavailable/);
    let next = results.length;
    await until(
      async () => {
        await tryOne(next++);
        return (await open()) >= connectionsPerLogin;
      },
      { seconds: 60, every: 200 },
    );
    for (let more = 0; more < 10; more += 1) expect(await tryOne(next++)).toBeInstanceOf(Error);
    expect(await open()).toBe(connectionsPerLogin);
    expect(logged.some((line) => line.startsWith("a login has too many connections"))).toBe(true);
    await connect(nodes[0]!, machine);
    const leaving = [...clients][0]!;
    await leaving.endAsync();
    await until(async () => !((await tryOne(next++)) instanceof Error), { seconds: 60, every: 200 });
    await until(async () => (await open()) === connectionsPerLogin, { seconds: 60 });
  });

  test("never reaches the broker's management, and without the stack's certificate nobody does", async () => {
    const { login } = await newMachine(await newCompany("Curious"), "lathe");
    const ask = (auth: string, certificate?: CertificateFolder) =>
      new Promise<number | string>((resolve) => {
        const asked = request(
          {
            host: "127.0.0.1",
            servername: "localhost",
            port: nodes[0]!.managementPort,
            path: "/api/connections",
            auth,
            ca: authority.pem,
            ...(certificate !== undefined && readCertificate(certificate)),
          },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        );
        asked.once("error", (error) => resolve(error.message));
        asked.end();
      });
    const right = "part/diagnostic:of the broker's management";
    expect(await ask(right, own)).toBe(200);
    expect(await ask("part/diagnostic:wrong", own)).toBe(401);
    expect(await ask(`${login.username}:${login.password}`, own)).toBe(401);
    expect(await ask("ingest:", own)).toBe(401);
    expect(await ask(right)).toMatch(/certificate required|socket hang up|ECONNRESET|EPIPE/i);
    // Nor does the web app's own user reach machines' messages.
    const user = { username: "part/diagnostic", password: "of the broker's management" };
    await expect(connect(nodes[0]!, user, "aaaaaaaaaaaaaaaaaaaa")).rejects.toThrow(
      /[Nn]ot authorized|Bad username/,
    );
  });
});
