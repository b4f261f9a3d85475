/** One program of a cluster as a process of its own, with the files that the stack mounts in a folder of the test's. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connections } from "../../apps/program/connections.ts";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";

/** Writes `country.json` and the catalogues as the plan does. @returns the folder. */
export function writeLocalisation(folder: string, file = join(packageRoot, "countries", "za.yaml")): string {
  const { country, catalogues } = loadCountry(file, { target: "kubernetes" });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "country.json"), JSON.stringify({ environment: null, country }));
  for (const [language, catalogue] of Object.entries(catalogues))
    writeFileSync(join(folder, `catalogue-${language}.json`), JSON.stringify(catalogue));
  return folder;
}

/** What a test does not care about; ports that nothing listens on. */
export function someConnections(folder: string): Connections {
  return {
    certificate: {
      certificate: join(folder, "tls.crt"),
      key: join(folder, "tls.key"),
      authority: join(folder, "ca.crt"),
    },
    timeSeries: { url: "https://localhost:1", database: "rollout" },
    relational: {
      host: "localhost",
      port: 1,
      database: "rollout",
      authority: join(folder, "ca.crt"),
      username: join(folder, "username"),
      password: join(folder, "password"),
    },
    broker: {
      host: "localhost",
      port: 1,
      serverName: "localhost",
      queues: ["readings-1"],
      management: { url: "https://localhost:1", password: join(folder, "password") },
    },
    web: { address: "https://localhost", port: 0, loginsPort: 0, onlyFromGateway: false },
    machines: { host: "localhost", port: 8883 },
    metricsPort: 0,
  };
}

/** @returns the folder. */
export function writeConnections(folder: string, connections: Connections): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "connections.json"), JSON.stringify(connections));
  return folder;
}

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export class ProgramProcess {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = "";
  #errors = "";

  constructor(program: string, folders: { readonly connections: string; readonly localisation: string }) {
    const { connections, localisation } = folders;
    this.#child = spawn(
      process.execPath,
      [
        "cli/main.ts",
        "run",
        program,
        "--connections",
        connections,
        "--localisation",
        localisation,
        "--bind",
        "127.0.0.1",
      ],
      { cwd: packageRoot, stdio: ["ignore", "pipe", "pipe"] },
    );
    this.#ended = once(this.#child, "exit");
    this.#child.stdout!.on("data", (chunk: Buffer) => {
      this.#output += chunk.toString();
    });
    this.#child.stderr!.on("data", (chunk: Buffer) => {
      this.#errors += chunk.toString();
    });
  }

  get errors(): string {
    return this.#errors;
  }

  /** Every whole line, each of which must be JSON. */
  get log(): LogLine[] {
    return this.#output
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as LogLine);
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits for a line of the log. */
  line(message: string): Promise<LogLine> {
    return this.until(`the log says "${message}"`, async () => this.log.find(({ msg }) => msg === message));
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const { port } = await this.line("started");
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: (await response.text()).trimEnd() };
  }

  /** Of `/metrics`; undefined where it is absent. */
  async metric(name: string): Promise<number | undefined> {
    const { text } = await this.get("/metrics");
    const found = new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  }

  async until<T>(what: string, found: () => Promise<T | undefined | false>): Promise<T> {
    for (let attempts = 0; attempts < 1800; attempts += 1) {
      const result = await found();
      if (result !== undefined && result !== false) return result;
      if (this.hasEnded) break;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(
      `Waited in vain until ${what}; the process ${this.hasEnded ? "ended" : "runs"} and said:\n${this.#output}${this.#errors}`,
    );
  }

  /** @returns the exit code. */
  async ended(): Promise<number | null> {
    await this.#ended;
    return this.#child.exitCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** @returns the exit code. */
  stop(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (!this.hasEnded) this.signal(signal);
    return this.ended();
  }
}
