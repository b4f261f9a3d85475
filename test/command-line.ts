/**
 * The command line `rollout` as a person runs it. A process for each command takes a second, most of it to load the same
 * modules again: tests of what a command says run its program in their own process, with its parameters, variables and output.
 */
import { spawnSync } from "node:child_process";
import type { EventEmitter } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../base/package-root.ts";

export interface CommandOutcome {
  /** The exit code. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandContext {
  /** All variables that the command sees: those of the tests where absent. Colours are off. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The folder that it runs in. */
  readonly folder?: string;
}

export class CommandLine {
  readonly #environment: Record<string, string | undefined>;
  readonly #folder: string;

  constructor({ environment = process.env, folder = process.cwd() }: CommandContext = {}) {
    this.#environment = { ...environment, NO_COLOR: "1" };
    this.#folder = folder;
  }

  /** In a process of its own, by the file that `npm` links as `rollout`. */
  runProcess(...parameters: string[]): CommandOutcome {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(packageRoot, "cli", "bin.mjs"), ...parameters],
      { encoding: "utf8", cwd: this.#folder, env: this.#environment, maxBuffer: 64 * 2 ** 20 },
    );
    return { status, stdout, stderr };
  }

  /** In this process; one command at a time. */
  async run(...parameters: string[]): Promise<CommandOutcome> {
    const main = pathToFileURL(join(packageRoot, "cli", "main.ts"));
    // Each address of a module is run once.
    main.search = `run=${runs++}`;
    const before = {
      argv: process.argv,
      environment: { ...process.env },
      folder: process.cwd(),
      exitCode: process.exitCode,
    };
    const forget = rememberListeners();
    const stdout = collect(process.stdout);
    const stderr = collect(process.stderr);
    try {
      process.argv = [process.execPath, join(packageRoot, "cli", "main.ts"), ...parameters];
      replaceEnvironment(this.#environment);
      process.chdir(this.#folder);
      process.exitCode = undefined;
      await import(main.href);
      return { status: Number(process.exitCode ?? 0), stdout: stdout.text(), stderr: stderr.text() };
    } finally {
      stdout.end();
      stderr.end();
      process.argv = before.argv;
      replaceEnvironment(before.environment);
      process.chdir(before.folder);
      process.exitCode = before.exitCode;
      forget();
    }
  }
}

let runs = 0;

/** Keeps what is written to a stream from now on instead of writing it. */
function collect(stream: NodeJS.WriteStream): { text(): string; end(): void } {
  const { write } = stream;
  const chunks: Buffer[] = [];
  stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
    chunks.push(Buffer.from(chunk as string));
    const written = rest.find((one) => typeof one === "function");
    if (written !== undefined) process.nextTick(written as () => void);
    return true;
  }) as typeof stream.write;
  return {
    text: () => Buffer.concat(chunks).toString("utf8"),
    end: () => {
      stream.write = write;
    },
  };
}

/** @returns takes away those that a command has added since then, as the end of its process would. */
function rememberListeners(): () => void {
  const watched: readonly (readonly [EventEmitter, string])[] = [
    [process.stdout, "error"],
    [process, "SIGINT"],
    [process, "SIGTERM"],
    [process, "SIGHUP"],
  ];
  const before = watched.map(([emitter, event]) => emitter.listeners(event));
  return () => {
    for (const [index, [emitter, event]] of watched.entries())
      for (const listener of emitter.listeners(event))
        if (!before[index]?.includes(listener)) emitter.off(event, listener as () => void);
  };
}

function replaceEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] = value;
}
