/** Runs `rollout up` as its own process, for tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { packageRoot } from "../../base/package-root.ts";

const entry = join(packageRoot, "cli", "bin.mjs");

export interface Ready {
  readonly webAddress: string;
  readonly mqttAddress: string;
  readonly mqttsAddress: string;
  readonly certificateAuthorityFile: string;
  readonly logins: readonly {
    readonly role: "ministry" | "company";
    readonly email: string;
    readonly password?: string;
    readonly enter: string;
  }[];
}

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a command to its end. */
export async function rollout(...parameters: string[]): Promise<Ended> {
  const child = start(parameters);
  const output = collected(child.stdout!);
  const errors = collected(child.stderr!);
  const [code] = await once(child, "close");
  return { code, output: output(), errors: errors() };
}

export class RunningStack {
  readonly process: ChildProcess;
  readonly ready: Ready;
  readonly #errors: () => string;
  readonly #ended: Promise<Ended>;

  private constructor(child: ChildProcess, ready: Ready, errors: () => string, ended: Promise<Ended>) {
    this.process = child;
    this.ready = ready;
    this.#errors = errors;
    this.#ended = ended;
  }

  /** `rollout up` with free ports and these parameters. */
  static start(...parameters: string[]): Promise<RunningStack> {
    return RunningStack.#of(start(up(parameters)));
  }

  /** The same, where the process may open only so many descriptors. */
  static startWithDescriptors(descriptors: number, ...parameters: string[]): Promise<RunningStack> {
    return RunningStack.startBy(["sh", "-c", `ulimit -n ${descriptors}; exec "$0" "$@"`], {}, ...parameters);
  }

  /** The same by another program, which gets Node.js and its parameters, and with other variables. */
  static startBy(
    [program, ...before]: readonly [string, ...string[]],
    variables: Readonly<Record<string, string>>,
    ...parameters: string[]
  ): Promise<RunningStack> {
    const child = spawn(program, [...before, process.execPath, entry, ...up(parameters)], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...variables },
    });
    return RunningStack.#of(child);
  }

  static async #of(child: ChildProcess): Promise<RunningStack> {
    const errors = collected(child.stderr!);
    const lines: string[] = [];
    const ended = once(child, "close").then(([code]) => ({
      code,
      output: lines.join("\n"),
      errors: errors(),
    }));
    const reader = createInterface({ input: child.stdout! });
    const ready = new Promise<Ready>((resolve, reject) => {
      reader.on("line", (line) => {
        lines.push(line);
        const event = JSON.parse(line) as { event?: string } & Ready;
        if (event.event === "ready") resolve(event);
      });
      ended.then((end) => reject(new Error(`It ended with ${end.code}: ${end.output}\n${end.errors}`)));
    });
    return new RunningStack(child, await ready, errors, ended);
  }

  get errors(): string {
    return this.#errors();
  }

  async end(signal: "SIGINT" | "SIGKILL"): Promise<Ended> {
    this.process.kill(signal);
    return this.#ended;
  }

  /** When it ends by itself. */
  get ended(): Promise<Ended> {
    return this.#ended;
  }
}

const up = (parameters: readonly string[]) => [
  "up",
  ...["--port", "0", "--no-open", "--no-report", "--json"],
  ...parameters,
];

function start(parameters: readonly string[]): ChildProcess {
  return spawn(process.execPath, [entry, ...parameters], { stdio: ["ignore", "pipe", "pipe"] });
}

function collected(stream: NodeJS.ReadableStream): () => string {
  let text = "";
  stream.on("data", (data) => {
    text += data;
  });
  return () => text;
}
