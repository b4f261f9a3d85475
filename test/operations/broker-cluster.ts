/**
 * A real RabbitMQ cluster on loopback with the plan's configuration: nodes find each other by their names in the stack,
 * and speak TLS to each other. For tests that stop, kill and start single nodes.
 */

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brokerNodeHosts } from "../../components/broker.ts";
import {
  brokerDefinitions,
  brokerPlugins,
  peerTlsArguments,
  peerTlsConfig,
  rabbitmqConf,
} from "../../components/broker-settings.ts";
import type { TestAuthority } from "../data-path/certificates.ts";
import {
  answers,
  brokerName,
  end,
  freePorts,
  insideTree,
  killGroup,
  programs,
  root,
} from "../data-path/rabbitmq.ts";
import { until } from "../until.ts";

export interface BrokerClusterOptions {
  readonly authority: TestAuthority;
  /** Of one node, to show what happens to a stranger; the stack's where absent. */
  readonly authorityOf?: (node: number) => TestAuthority;
  /** Where the brokers ask about logins, on loopback. */
  readonly loginsPort: number;
  readonly nodes: number;
  readonly queues: number;
}

const portsPerNode = 5;

export class BrokerNode {
  readonly name: string;
  readonly mqttsPort: number;
  readonly amqpsPort: number;
  readonly metricsPort: number;
  readonly managementPort: number;
  readonly peersPort: number;
  readonly #folder: string;
  readonly #environment: Record<string, string>;
  #output = "";
  #server: ChildProcess | undefined;

  constructor(folder: string, name: string, ports: readonly number[], environment: Record<string, string>) {
    const [mqtts, amqps, metrics, management, peers] = ports as [number, number, number, number, number];
    this.name = name;
    this.mqttsPort = mqtts;
    this.amqpsPort = amqps;
    this.metricsPort = metrics;
    this.managementPort = management;
    this.peersPort = peers;
    this.#folder = folder;
    this.#environment = { ...environment, RABBITMQ_NODENAME: name, RABBITMQ_DIST_PORT: String(peers) };
  }

  get output(): string {
    return this.#output;
  }

  /** Begins to start; `ready` says when it is. */
  start(): void {
    const [command, ...rest] = insideTree(this.#folder, `${programs}/rabbitmq-server`, []);
    const child = spawn(command!, rest, {
      env: this.#environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (chunk: Buffer) => {
        this.#output = (this.#output + chunk).slice(-200_000);
      });
    process.once("exit", () => {
      if (child.exitCode === null && child.pid !== undefined) killGroup(child.pid, "SIGKILL");
    });
    this.#server = child;
  }

  async ready(): Promise<void> {
    for (const port of [this.amqpsPort, this.mqttsPort, this.managementPort])
      await until(async () => {
        const { exitCode, signalCode } = this.#server ?? {};
        if (exitCode !== null || signalCode !== null)
          throw new Error(`${this.name} ended while it started:\n${this.#output.slice(-6000)}`);
        return answers(port);
      });
  }

  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    await end(this.#server, signal);
    this.#server = undefined;
  }

  /** Runs one of RabbitMQ's own commands on this node. */
  control(program: string, ...args: string[]): string {
    const [command, ...rest] = insideTree(this.#folder, `${programs}/${program}`, args);
    const { stdout, stderr, status } = spawnSync(command!, rest, {
      env: this.#environment,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  }
}

export class BrokerCluster {
  readonly nodes: readonly BrokerNode[];
  readonly #folder: string;
  readonly #peerDirectory: ChildProcess;

  private constructor(folder: string, nodes: readonly BrokerNode[], peerDirectory: ChildProcess) {
    this.#folder = folder;
    this.nodes = nodes;
    this.#peerDirectory = peerDirectory;
  }

  static async start(options: BrokerClusterOptions): Promise<BrokerCluster> {
    const folder = mkdtempSync(join(root, "tmp", "cluster-"));
    const ports = await freePorts(portsPerNode * options.nodes + 1);
    const peerDirectoryPort = String(ports.pop());
    const hosts = brokerNodeHosts("sme", options.nodes);
    // All are on one machine here, so the part in front of @ differs too.
    const names = hosts.map((host, index) => `rabbit-${index}@${host}`);
    const cookie = randomBytes(20).toString("hex");
    const nodes: BrokerNode[] = [];
    for (const [index, name] of names.entries()) {
      const own = join(folder, String(index));
      const ownPorts = ports.slice(portsPerNode * index, portsPerNode * (index + 1));
      await configure(own, options, index, names, hosts, ownPorts, cookie);
      const erlang = `-kernel inet_dist_use_interface {127,0,0,1} ${peerTlsArguments("/work/peers.config")}`;
      nodes.push(
        new BrokerNode(own, name, ownPorts, {
          PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
          HOME: "/work",
          LANG: "C.UTF-8",
          RUNNING_UNDER_SYSTEMD: "true",
          RABBITMQ_USE_LONGNAME: "true",
          RABBITMQ_CONFIG_FILE: "/work/rabbitmq.conf",
          RABBITMQ_ENABLED_PLUGINS_FILE: "/work/enabled_plugins",
          RABBITMQ_MNESIA_BASE: "/work/data",
          RABBITMQ_LOGS: "-",
          ERL_EPMD_PORT: peerDirectoryPort,
          ERL_EPMD_ADDRESS: "127.0.0.1",
          RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: `${erlang} -start_epmd false`,
          RABBITMQ_CTL_ERL_ARGS: erlang,
        }),
      );
    }
    const [command, ...rest] = insideTree(join(folder, "0"), "epmd", [
      "-port",
      peerDirectoryPort,
      "-address",
      "127.0.0.1",
    ]);
    const peerDirectory = spawn(command!, rest, { stdio: "ignore", detached: true });
    await until(() => answers(Number(peerDirectoryPort)));
    return new BrokerCluster(folder, nodes, peerDirectory);
  }

  async remove(): Promise<void> {
    for (const node of this.nodes) await node.stop("SIGKILL");
    await end(this.#peerDirectory, "SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function configure(
  folder: string,
  options: BrokerClusterOptions,
  index: number,
  nodes: readonly string[],
  hosts: readonly string[],
  [mqtts, amqps, metrics, management]: readonly number[],
  cookie: string,
): Promise<void> {
  const authority = options.authorityOf?.(index) ?? options.authority;
  await options.authority.issue(join(folder, "public"), "MQTT", [brokerName]);
  await authority.issue(join(folder, "internal"), "broker", [...hosts, "localhost"]);
  const differing: Record<string, string> = {
    "listeners.ssl.default": `127.0.0.1:${amqps}`,
    "mqtt.listeners.ssl.default": `127.0.0.1:${mqtts}`,
    "prometheus.tcp.port": `${metrics}\nprometheus.tcp.ip = 127.0.0.1`,
    "management.ssl.port": `${management}\nmanagement.ssl.ip = 127.0.0.1`,
    "definitions.local.path": "/work/definitions.json",
  };
  const planned = rabbitmqConf({
    clusterName: "sme",
    nodes,
    loginChecks: { host: "localhost", port: options.loginsPort },
    certificates: { public: "/work/public", internal: "/work/internal" },
    memory: 1024,
    storage: 10,
  });
  const conf = planned
    .split("\n")
    .map((line) => {
      const key = line.split(" = ")[0]!;
      return differing[key] === undefined ? line : `${key} = ${differing[key]}`;
    })
    .join("\n");
  const write = (name: string, text: string, mode = 0o644) =>
    writeFileSync(join(folder, name), text, { mode });
  write("rabbitmq.conf", conf);
  write("peers.config", peerTlsConfig("/work/internal"));
  write("hosts", `127.0.0.1 localhost ${hosts.join(" ")}\n`);
  write("enabled_plugins", `[${brokerPlugins.join(",")}].\n`);
  write(
    "definitions.json",
    brokerDefinitions({
      consumer: "ingest",
      queues: options.queues,
      queueBytes: 2 ** 30,
      copies: Math.min(3, options.nodes),
      connections: 1000,
    }),
  );
  write(".erlang.cookie", cookie, 0o400);
  mkdirSync(join(folder, "data"));
}
