/**
 * A real RabbitMQ of one node on loopback, with the configuration that the broker component plans, to be killed and
 * started again. It runs in a folder tree of Debian 13 (`test/data-path/install-rabbitmq`), because older releases have
 * no RabbitMQ 4; root and Linux are needed for that.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import {
  type BrokerDefinitions,
  brokerDefinitions,
  brokerPlugins,
  diskLimitCommands,
  rabbitmqConf,
} from "../../components/broker-settings.ts";
import type { TestAuthority } from "./certificates.ts";

export const root = process.env.RABBITMQ_ROOT ?? join(homedir(), ".cache/rollout-rabbitmq/root");
export const programs = "/usr/lib/rabbitmq/bin";

/** Why the tests with RabbitMQ can't run here; undefined where they can. */
export const rabbitmqIsMissing =
  process.platform !== "linux" || process.getuid?.() !== 0
    ? "they start RabbitMQ in a folder tree of its own, which only root may do on Linux"
    : !existsSync(join(root, programs, "rabbitmq-server"))
      ? `RabbitMQ 4 is not in ${root}; test/data-path/install-rabbitmq puts it there`
      : undefined;

const places = { settings: "/work", data: "/work/data", ownSettings: "/work/conf.d" };

/** In the broker's certificate, as machines and ingest know it. */
export const brokerName = "mqtt.sme.test";

export interface RabbitmqOptions {
  readonly authority: TestAuthority;
  /** Where the broker asks about logins, on loopback. */
  readonly loginsPort: number;
  readonly definitions?: Partial<BrokerDefinitions>;
  /** Lines of rabbitmq.conf that differ from the plan. */
  readonly settings?: Readonly<Record<string, string>>;
  /** MiB of a disk of its own, in memory; the data ends with the server. */
  readonly disk?: number;
}

type Six = [number, number, number, number, number, number];

export class Rabbitmq {
  readonly mqttsPort: number;
  readonly amqpsPort: number;
  readonly metricsPort: number;
  readonly managementPort: number;
  readonly #folder: string;
  readonly #environment: Record<string, string>;
  readonly #peerDirectoryPort: number;
  readonly #output: string[] = [];
  #server: ChildProcess | undefined;
  #peerDirectory: ChildProcess | undefined;

  private constructor(folder: string, ports: readonly number[]) {
    this.#folder = folder;
    const [mqtts, amqps, metrics, management, peers, peerDirectory] = ports as Six;
    this.mqttsPort = mqtts;
    this.amqpsPort = amqps;
    this.metricsPort = metrics;
    this.managementPort = management;
    this.#peerDirectoryPort = peerDirectory;
    this.#environment = {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      HOME: "/work",
      LANG: "C.UTF-8",
      // The script then becomes the server instead of waiting for it.
      RUNNING_UNDER_SYSTEMD: "true",
      RABBITMQ_NODENAME: `rabbit-${mqtts}@localhost`,
      RABBITMQ_DIST_PORT: String(peers),
      RABBITMQ_CONFIG_FILE: "/work/rabbitmq.conf",
      RABBITMQ_CONFIG_FILES: `${places.ownSettings}/*.conf`,
      RABBITMQ_ENABLED_PLUGINS_FILE: "/work/enabled_plugins",
      RABBITMQ_MNESIA_BASE: "/work/data",
      RABBITMQ_LOGS: "-",
      ERL_EPMD_PORT: String(peerDirectory),
      ERL_EPMD_ADDRESS: "127.0.0.1",
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
      RABBITMQ_CTL_ERL_ARGS: "-kernel inet_dist_use_interface {127,0,0,1}",
    };
  }

  static async start(options: RabbitmqOptions): Promise<Rabbitmq> {
    const folder = mkdtempSync(join(root, "tmp", "broker-"));
    const broker = new Rabbitmq(folder, await freePorts(6));
    try {
      await broker.#configure(options);
      await broker.start();
      return broker;
    } catch (error) {
      await broker.remove();
      throw error;
    }
  }

  /** The output of the server and of its start. */
  get output(): string {
    return this.#output.join("");
  }

  async #configure({ authority, loginsPort, definitions, settings, disk }: RabbitmqOptions): Promise<void> {
    await authority.issue(join(this.#folder, "public"), "MQTT", [brokerName]);
    await authority.issue(join(this.#folder, "internal"), "broker", ["localhost"]);
    const differing: Record<string, string> = {
      "listeners.ssl.default": `127.0.0.1:${this.amqpsPort}`,
      "mqtt.listeners.ssl.default": `127.0.0.1:${this.mqttsPort}`,
      "prometheus.tcp.port": `${this.metricsPort}\nprometheus.tcp.ip = 127.0.0.1`,
      "management.ssl.port": `${this.managementPort}\nmanagement.ssl.ip = 127.0.0.1`,
      "definitions.local.path": "/work/definitions.json",
      ...settings,
    };
    const planned = rabbitmqConf({
      clusterName: "test",
      nodes: [this.#environment.RABBITMQ_NODENAME!],
      loginChecks: { host: "localhost", port: loginsPort },
      certificates: { public: "/work/public", internal: "/work/internal" },
      memory: 1024,
      storage: 10,
    }).split("\n");
    for (const [key, value] of Object.entries(differing)) {
      const index = planned.findIndex((line) => line.startsWith(`${key} = `));
      if (index < 0) throw new Error(`The planned rabbitmq.conf has no ${key}.`);
      planned[index] = `${key} = ${value}`;
    }
    const write = (name: string, text: string, mode = 0o644) =>
      writeFileSync(join(this.#folder, name), text, { mode });
    write("rabbitmq.conf", planned.join("\n"));
    write("enabled_plugins", `[${brokerPlugins.join(",")}].\n`);
    this.define(definitions);
    write(".erlang.cookie", randomBytes(20).toString("hex"), 0o400);
    mkdirSync(join(this.#folder, "data"));
    if (disk !== undefined) write("disk", `${disk}m`);
  }

  /** Writes the definitions, which count from the next start. */
  define(definitions: Partial<BrokerDefinitions> = {}): void {
    const text = brokerDefinitions({
      consumer: "ingest",
      queues: 4,
      queueBytes: 2 ** 30,
      copies: 1,
      connections: 1000,
      ...definitions,
    });
    writeFileSync(join(this.#folder, "definitions.json"), text);
  }

  async start(): Promise<void> {
    this.#peerDirectory ??= this.#inside("epmd", [
      "-port",
      String(this.#peerDirectoryPort),
      "-address",
      "127.0.0.1",
    ]);
    this.#server = this.#inside("/bin/sh", [
      "-c",
      `set -eu\n${diskLimitCommands(places)}\nexec ${programs}/rabbitmq-server`,
    ]);
    const exited = new Promise<void>((resolve) => this.#server!.once("exit", () => resolve()));
    let ended = false;
    void exited.then(() => {
      ended = true;
    });
    // Ports open last, when queues and users are there.
    for (const port of [this.amqpsPort, this.mqttsPort])
      while (!(await answers(port))) {
        if (ended) throw new Error(`RabbitMQ ended while it started:\n${this.output.slice(-6000)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
  }

  async kill(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    await end(this.#server, signal);
    this.#server = undefined;
  }

  async remove(): Promise<void> {
    await this.kill();
    await end(this.#peerDirectory, "SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Runs one of RabbitMQ's own commands. */
  control(
    program: "rabbitmqctl" | "rabbitmq-queues" | "rabbitmq-diagnostics",
    args: readonly string[],
  ): string {
    const [command, ...rest] = this.#command(`${programs}/${program}`, args);
    const { stdout, stderr, status } = spawnSync(command!, rest, {
      env: this.#environment,
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}${stdout}`);
    return stdout;
  }

  #inside(program: string, args: readonly string[]): ChildProcess {
    const [command, ...rest] = this.#command(program, args);
    const child = spawn(command!, rest, {
      env: this.#environment,
      // A group of its own, so that all of it can be killed.
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout!, child.stderr!])
      stream.on("data", (chunk: Buffer) => {
        this.#output.push(chunk.toString());
        if (this.#output.length > 2000) this.#output.splice(0, 1000);
      });
    process.once("exit", () => {
      if (child.exitCode === null && child.pid !== undefined) killGroup(child.pid, "SIGKILL");
    });
    return child;
  }

  #command(program: string, args: readonly string[]): string[] {
    return insideTree(this.#folder, program, args);
  }
}

/**
 * A command inside the folder tree, with a folder as its `/work`, whose file `hosts` is its `/etc/hosts` where there is one. Its
 * mounts are its own and end with it; `disk` says how large a disk in memory its `/work/data` is.
 */
export function insideTree(folder: string, program: string, args: readonly string[]): string[] {
  const script =
    'mount --rbind /proc "$1/proc" && mount --rbind /dev "$1/dev" && mkdir -p "$1/work" && ' +
    'mount --bind "$2" "$1/work" && ' +
    'if [ -e "$2/disk" ]; then mount -t tmpfs -o size="$(cat "$2/disk")" disk "$1/work/data"; fi && ' +
    'if [ -e "$2/hosts" ]; then touch "$1/etc/hosts" && mount --bind "$2/hosts" "$1/etc/hosts"; fi && root=$1 && shift 2 && exec chroot "$root" "$@"';
  // It ends with its parent, however that ends.
  const guard = ["setpriv", "--pdeathsig", "KILL"];
  return guard.concat(
    ["unshare", "--mount", "--propagation", "private", "sh", "-c", script, "sh"],
    root,
    folder,
    program,
    args,
  );
}

export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

export async function end(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once("exit", resolve));
  if (signal === "SIGKILL") killGroup(child.pid!, signal);
  else child.kill(signal);
  await exited;
}

export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const settle = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}

export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer();
          server.listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
