/**
 * A real cluster of three brokers: TLS between the nodes, no stranger among them, and no acknowledged message lost while
 * they are upgraded one by one and while one is killed.
 */
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { connect as connectTls } from "node:tls";
import amqp from "amqplib";
import mqtt from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CertificateFolder, TestAuthority } from "../data-path/certificates.ts";
import { brokerName, rabbitmqIsMissing } from "../data-path/rabbitmq.ts";
import { BrokerCluster, type BrokerNode } from "./broker-cluster.ts";
import { brokerMetrics } from "./exposed-metrics.ts";

if (rabbitmqIsMissing !== undefined) console.log(`Skipped: ${rabbitmqIsMissing}.`);

describe.skipIf(rabbitmqIsMissing !== undefined)("a cluster of brokers", () => {
  const queues = 4;
  let folder: string;
  let authority: TestAuthority;
  let ingest: CertificateFolder;
  let logins: Server;
  let cluster: BrokerCluster;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "rollout-broker-cluster-"));
    authority = await TestAuthority.make();
    ingest = await authority.issue(join(folder, "ingest"), "ingest");
    const own = await authority.issue(join(folder, "logins"), "diagnostic", ["localhost"]);
    // Lets everybody in: what the web app checks is tested beside it.
    logins = createServer(
      { cert: readFileSync(own.certificate), key: readFileSync(own.key) },
      (_, response) => response.end("allow"),
    ).listen(0, "127.0.0.1");
    await once(logins, "listening");
    const { port: loginsPort } = logins.address() as AddressInfo;
    cluster = await BrokerCluster.start({ authority, loginsPort, nodes: 3, queues });
    for (const node of cluster.nodes) node.start();
    for (const node of cluster.nodes) await node.ready();
  }, 600_000);
  afterAll(async () => {
    await cluster?.remove();
    logins?.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  const statusOf = (node: BrokerNode) =>
    JSON.parse(node.control("rabbitmqctl", "cluster_status", "--formatter", "json")) as {
      running_nodes: string[];
    };

  test("is formed by TLS, and every queue has a copy on each node", async () => {
    const [first] = cluster.nodes;
    expect(statusOf(first!).running_nodes.sort()).toEqual(cluster.nodes.map(({ name }) => name).sort());
    const members = JSON.parse(
      first!.control("rabbitmqctl", "list_queues", "name", "type", "members", "--formatter", "json"),
    ) as { name: string; type: string; members: string[] }[];
    expect(members.map(({ name }) => name).sort()).toEqual([
      "readings-1",
      "readings-2",
      "readings-3",
      "readings-4",
    ]);
    for (const { type, members: copies } of members) expect([type, copies.length]).toEqual(["quorum", 3]);
    // The port on which nodes speak wants a certificate of the stack's authority.
    expect(await handshake(first!.peersPort, {})).toMatch(/certificate required|handshake failure|closed/i);
    const stranger = await (await TestAuthority.make()).issue(join(folder, "stranger"), "broker");
    expect(await handshake(first!.peersPort, stranger)).toMatch(/unknown ca|bad certificate|closed/i);
    expect(await handshake(first!.peersPort, ingest)).toBe("accepted");
  }, 120_000);

  test("tells the metrics that alerts and dashboards name", async () => {
    const publisher = new Publisher(cluster.nodes, authority.pem, "metrics");
    await publisher.publish(1);
    await publisher.end();
    const response = await fetch(`http://127.0.0.1:${cluster.nodes[0]!.metricsPort}/metrics`);
    const names = new Set([...(await response.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
    for (const name of brokerMetrics) expect(names, name).toContain(name);
  }, 60_000);

  test("loses nothing acknowledged while its nodes are upgraded one by one, nor when one is killed", async () => {
    const publishers = ["a", "b", "c", "d"].map((name) => new Publisher(cluster.nodes, authority.pem, name));
    let over = false;
    const publishing = publishers.map((publisher) => publisher.publishWhile(() => !over));
    const acknowledged = () => publishers.reduce((sum, publisher) => sum + publisher.acknowledged.size, 0);
    const progress = async () => {
      for (const wanted = acknowledged() + 50; acknowledged() < wanted; ) await setTimeout(50);
    };
    await progress();
    for (const node of cluster.nodes) {
      // As the pod does before it stops.
      node.control("rabbitmq-upgrade", "await_online_quorum_plus_one", "-t", "300");
      node.control("rabbitmq-upgrade", "drain", "-t", "60");
      await node.stop("SIGTERM");
      await progress();
      node.start();
      await node.ready();
      await progress();
    }
    await cluster.nodes[1]!.stop("SIGKILL");
    await progress();
    cluster.nodes[1]!.start();
    await cluster.nodes[1]!.ready();
    await progress();
    over = true;
    await Promise.all(publishing);
    for (const publisher of publishers) await publisher.end();
    const wanted = new Set(publishers.flatMap((publisher) => [...publisher.acknowledged]));
    expect(wanted.size).toBeGreaterThan(400);
    const held = await taken(cluster.nodes[2]!, wanted);
    expect([...wanted].filter((payload) => !held.has(payload))).toEqual([]);
  }, 900_000);

  /** Takes messages from all queues until those that are wanted were there, or the queues are empty. */
  async function taken(node: BrokerNode, wanted: ReadonlySet<string>): Promise<Set<string>> {
    const connection = await amqp.connect(
      { protocol: "amqps", hostname: "127.0.0.1", port: node.amqpsPort, vhost: "/" },
      {
        ca: [readFileSync(ingest.authority)],
        cert: readFileSync(ingest.certificate),
        key: readFileSync(ingest.key),
        servername: brokerName,
        credentials: amqp.credentials.external(),
      },
    );
    const found = new Set<string>();
    const channel = await connection.createChannel();
    await channel.prefetch(200);
    let lastAt = Date.now();
    for (let queue = 1; queue <= queues; queue++)
      await channel.consume(`readings-${queue}`, (message) => {
        if (message === null) return;
        found.add(message.content.toString());
        channel.ack(message);
        lastAt = Date.now();
      });
    // Redelivery after a change of leader may take a moment.
    while ([...wanted].some((payload) => !found.has(payload)) && Date.now() - lastAt < 30_000)
      await setTimeout(200);
    await connection.close();
    return found;
  }
});

/** A machine that sends one message after the other, by whichever broker takes it, and knows which were acknowledged. */
class Publisher {
  readonly acknowledged = new Set<string>();
  readonly #name: string;
  readonly #client: mqtt.MqttClient;
  #sent = 0;

  constructor(nodes: readonly BrokerNode[], ca: string, name: string) {
    this.#name = name;
    this.#client = mqtt.connect({
      servers: nodes.map(({ mqttsPort: port }) => ({ protocol: "mqtts" as const, host: "127.0.0.1", port })),
      ca,
      servername: brokerName,
      clientId: `machine-${name}`,
      username: `machine-${name}`,
      password: "any",
      clean: true,
      reconnectPeriod: 200,
      connectTimeout: 10_000,
    });
    // It tries again by itself.
    this.#client.on("error", () => {});
  }

  async publish(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const payload = `${this.#name}-${this.#sent++}`;
      await this.#client.publishAsync(`sme/v1/c1/s1/${this.#name}/power`, payload, { qos: 1 });
      this.acknowledged.add(payload);
    }
  }

  async publishWhile(goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      await this.publish(1);
      await setTimeout(10);
    }
  }

  end(): Promise<void> {
    return this.#client.endAsync(true);
  }
}

/** What becomes of a TLS connection with a certificate, or without one. */
function handshake(port: number, own: Partial<CertificateFolder>): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTls({
      host: "127.0.0.1",
      port,
      rejectUnauthorized: false,
      ...(own.certificate && { cert: readFileSync(own.certificate), key: readFileSync(own.key!) }),
    });
    socket.once("error", (error) => resolve(error.message));
    socket.once("close", () => resolve("closed"));
    // With TLS 1.3 a server refuses a certificate after its client's handshake is over.
    socket.once("secureConnect", async () => {
      await setTimeout(1000);
      resolve("accepted");
      socket.destroy();
    });
  });
}
