/**
 * The data path of a cluster as its programs run it: `rollout run migration`, two of `ingest` and `diagnostic` over a real
 * RabbitMQ and PostgreSQL and ClickHouse's interface, with each of them killed under load.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Connections } from "../../apps/program/connections.ts";
import { packageRoot } from "../../base/package-root.ts";
import {
  addMachine,
  addSite,
  type Credential,
  issueCredential,
  registerCompany,
} from "../../stores/relational/companies.ts";
import { openPostgres } from "../../stores/relational/postgres.ts";
import { openClusterClient } from "../../stores/time-series/cluster.ts";
import { readCertificateOf } from "../cluster/clickhouse/under-test.ts";
import { Publisher } from "../durability/publisher.ts";
import { postgresPrograms, startPostgres } from "../programs/postgres.ts";
import { ProgramProcess, writeConnections, writeLocalisation } from "../programs/program-process.ts";
import { TestAuthority } from "./certificates.ts";
import { brokerName, Rabbitmq, rabbitmqIsMissing } from "./rabbitmq.ts";
import { expectAllInStoreOnce } from "./stored.ts";

const missing =
  rabbitmqIsMissing ??
  (postgresPrograms() === undefined ? "Debian's package postgresql is missing" : undefined);
if (missing) console.log(`The test of the cluster's programs is left out: ${missing}.`);

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** ClickHouse's interface as a process of its own, to be killed. */
class TimeSeriesServer {
  readonly #args: string[];
  #child: ChildProcess | undefined;

  constructor(args: Readonly<Record<string, string>>) {
    this.#args = Object.entries(args).flatMap(([name, value]) => [`--${name}`, value]);
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, ["test/cluster/clickhouse/server.ts", ...this.#args], {
      cwd: packageRoot,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let said = "";
    child.stderr!.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await Promise.race([
      once(child.stdout!, "data"),
      once(child, "exit").then(() => Promise.reject(new Error(`The time-series server ended:\n${said}`))),
    ]);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }
}

function page(
  port: number,
  ca: string,
  path: string,
  { cookie, method = "GET" }: { readonly cookie?: string | undefined; readonly method?: "GET" | "POST" } = {},
): Promise<{ status: number; cookie: string | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    request(
      {
        host: "localhost",
        port,
        path,
        ca,
        method,
        agent: false,
        headers: {
          accept: "text/html",
          ...(method === "POST" && { origin: `https://localhost:${port}` }),
          ...(cookie && { cookie }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode!,
            cookie: response.headers["set-cookie"]
              ?.find((line) => line.startsWith("__Host-session="))
              ?.split(";")[0],
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    )
      .on("error", reject)
      .end();
  });
}

test.skipIf(missing)(
  "each part killed under load: nothing acknowledged is lost or there twice",
  {
    timeout: 900_000,
  },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "data-path-programs-"));
    const authority = await TestAuthority.make();
    const ends: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
    const running = new Set<ProgramProcess>();
    try {
      const [timeSeriesPort, webPort, loginsPort] = await Promise.all([freePort(), freePort(), freePort()]);
      const postgres = await startPostgres(authority);
      ends.push(() => postgres.close());
      const timeSeries = new TimeSeriesServer({
        ...(await authority.issue(join(folder, "server"), "time-series-store", ["localhost"])),
        folder: join(folder, "data"),
        port: String(timeSeriesPort),
        host: "127.0.0.1",
      });
      await timeSeries.start();
      ends.push(() => timeSeries.kill());
      const broker = await Rabbitmq.start({ authority, loginsPort });
      ends.push(() => broker.remove());

      const managementPassword = join(folder, "management-password");
      writeFileSync(managementPassword, "of the broker's management\n");
      const localisation = writeLocalisation(join(folder, "localisation"));
      const connectionsOf = async (program: string): Promise<string> => {
        const own = await authority.issue(
          join(folder, program),
          program,
          program === "diagnostic" ? ["localhost"] : [],
        );
        const connections: Connections = {
          certificate: own,
          timeSeries: { url: `https://localhost:${timeSeriesPort}`, database: "rollout" },
          relational: { host: "localhost", port: postgres.port, database: "rollout", ...postgres.files },
          broker: {
            host: "127.0.0.1",
            port: broker.amqpsPort,
            serverName: brokerName,
            authority: own.authority,
            queues: ["readings-1", "readings-2", "readings-3", "readings-4"],
            management: { url: `https://localhost:${broker.managementPort}`, password: managementPassword },
          },
          web: { address: `https://localhost:${webPort}`, port: webPort, loginsPort, onlyFromGateway: false },
          machines: { host: brokerName, port: broker.mqttsPort },
          metricsPort: 0,
        };
        return writeConnections(own.folder, connections);
      };
      const folders = new Map<string, string>();
      for (const program of ["migration", "ingest", "diagnostic"])
        folders.set(program, await connectionsOf(program));
      const run = async (program: string): Promise<ProgramProcess> => {
        const started = new ProgramProcess(program, { connections: folders.get(program)!, localisation });
        running.add(started);
        return started;
      };
      const ready = (program: ProgramProcess) =>
        program.until("it is ready", async () => (await program.get("/ready")).status === 200);

      expect(await (await run("migration")).ended()).toBe(0);
      const diagnostic = await run("diagnostic");
      await ready(diagnostic);
      const relational = openPostgres({ ...postgres.options("test"), onIdleError: () => {} });
      ends.push(() => relational.close());
      const { database } = relational;
      await registerCompany(database, { name: "Acme", sector: "25", sizeBand: "small", simulated: false });
      const site = await addSite(database, "acme", "Plant");
      const logins: Credential[] = [];
      for (let index = 0; index < 4; index += 1) {
        const at = { company: "acme", site };
        const machine = await addMachine(database, {
          ...at,
          name: `m-${index}`,
          kind: "lathe",
          plannedRunTimePerItem: 1,
        });
        logins.push(await issueCredential(database, { ...at, machine }));
      }
      const publishers = logins.map(
        ({ username }, index) =>
          new Publisher(username.split("/")[2]!, {
            sendsAgainItself: index % 2 === 0,
            qos: 1,
            window: 2,
            // Without readings of months ago, which this country no longer accepts.
            random: () => Math.random() * 0.94,
          }),
      );
      const connectAll = () => {
        for (const [index, publisher] of publishers.entries())
          publisher.connect(broker.mqttsPort, logins[index]!, { ca: authority.pem, servername: brokerName });
      };
      const acknowledged = () => publishers.flatMap((publisher) => publisher.acknowledged);
      const progress = async () => {
        const before = acknowledged().length;
        for (let attempts = 0; acknowledged().length < before + 30; attempts += 1) {
          if (attempts > 3000) throw new Error(`Machines get no PUBACK:\n${broker.output.slice(-3000)}`);
          await pause(40);
          for (const publisher of publishers) publisher.sendForgotten();
        }
      };
      const stored = async (ingest: ProgramProcess) =>
        (await ingest.metric("rollout_ingest_readings_total")) ?? 0;
      const stores = async (ingests: readonly ProgramProcess[]) => {
        const before = await Promise.all(ingests.map(stored));
        await ingests[0]!.until("a reading is stored", async () =>
          (await Promise.all(ingests.map(stored))).some((count, index) => count > before[index]!),
        );
      };

      let first = await run("ingest");
      const second = await run("ingest");
      await Promise.all([ready(first), ready(second)]);
      connectAll();
      await progress();
      await stores([first, second]);
      // Each part once, the next when readings are stored again.
      const kills: readonly (() => Promise<void>)[] = [
        async () => {
          first.signal("SIGKILL");
          await first.ended();
          await progress();
          first = await run("ingest");
          await ready(first);
        },
        async () => {
          await timeSeries.kill();
          await progress();
          await timeSeries.start();
        },
        async () => {
          await broker.kill();
          await broker.start();
          connectAll();
        },
        async () => {
          await postgres.stop();
          await pause(1000);
          await postgres.start();
        },
        async () => {
          // In the middle of a commit, whose end nobody learns.
          first.signal("SIGKILL");
          await timeSeries.kill();
          await timeSeries.start();
          first = await run("ingest");
          await ready(first);
        },
        async () => {
          expect(await first.stop()).toBe(0);
          first = await run("ingest");
          await ready(first);
        },
      ];
      for (const kill of kills) {
        await pause(Math.random() * 1000);
        await kill();
        await progress();
        await stores([first, second]);
      }
      await Promise.all(publishers.map((publisher) => publisher.end()));
      const client = openClusterClient({
        url: `https://localhost:${timeSeriesPort}`,
        database: "rollout",
        program: "ingest",
        readCertificate: () => readCertificateOf({ ...folderFiles(join(folder, "ingest")) }),
      });
      ends.push(() => client.close());
      const messages = acknowledged();
      const wanted = messages.reduce((sum, { readings }) => sum + readings.size, 0);
      await second.until("all of it is stored", async () => {
        const result = await client.query({ query: "SELECT count() FROM raw", format: "JSONCompactEachRow" });
        const [row] = await result.json<[string]>();
        return Number(row![0]) >= wanted;
      });

      const login = spawnSync(
        process.execPath,
        [
          "cli/main.ts",
          "login",
          "--connections",
          folders.get("diagnostic")!,
          "--localisation",
          localisation,
          "--json",
        ],
        { cwd: packageRoot, encoding: "utf8" },
      );
      expect(login.stderr).toBe("");
      const { address, isNew } = JSON.parse(login.stdout) as { address: string; isNew: boolean };
      expect(isNew).toBe(true);
      const { cookie } = await page(webPort, authority.pem, new URL(address).pathname, { method: "POST" });
      const ministry = await page(webPort, authority.pem, "/ministry", { cookie });
      expect(ministry.status).toBe(200);
      expect(ministry.text).toMatch(/takes [0-4] of 4 queues/);

      for (const program of [first, second, diagnostic]) expect(await program.stop()).toBe(0);
      const { readings } = await expectAllInStoreOnce(client, messages, "Africa/Johannesburg");
      expect(readings).toBe(wanted);
      console.log(`${messages.length} messages acknowledged, ${readings} readings stored once`);
    } finally {
      await Promise.allSettled([...running].map((program) => program.stop("SIGKILL")));
      for (const end of ends.reverse()) await end();
    }
  },
);

function folderFiles(folder: string) {
  return {
    folder,
    certificate: join(folder, "tls.crt"),
    key: join(folder, "tls.key"),
    authority: join(folder, "ca.crt"),
  };
}
