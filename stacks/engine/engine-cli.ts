/**
 * Finds the Pulumi CLI, which is the engine, and runs it in its own process group: Ctrl-C on a terminal reaches every process
 * of the foreground group, and the engine would take the kit's own signal for a second one and abort.
 */

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { version as sdkVersion } from "@pulumi/pulumi/version.js";
import { findProgram } from "../../base/find-program.ts";
import { EnvironmentError } from "../../base/kit-error.ts";

/** The first version with the resource `Stash`, which keeps the stack's random values. */
const oldestEngine = "3.208.0";

/** What `rollout doctor --fix` installs: the SDK's version. */
export const pinnedEngine: string = sdkVersion;

/** Where it is installed. */
export const installedEngine = (environment: NodeJS.ProcessEnv): string =>
  join(environment.HOME ?? homedir(), ".pulumi", "versions", pinnedEngine);

/** A run of the engine failed; with its whole output. */
export class EngineRunError extends EnvironmentError {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  constructor(code: number | null, stdout: string, stderr: string) {
    super(stderr.trim() || stdout.trim() || `The engine ended with ${code}.`);
    this.code = code;
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

type Run = (
  args: string[],
  folder: string,
  environment: Record<string, string>,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
  signal?: AbortSignal,
) => Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }>;

export interface EngineCli {
  /** For the Automation API. */
  readonly command: PulumiCommand;
  readonly version: string;
  /** Where it was found. */
  readonly path: string;
}

/**
 * The CLI on PATH, else the one that `rollout doctor --fix` installed.
 * @throws EnvironmentError where there is none, or it is too old.
 */
export async function findEngine(environment: NodeJS.ProcessEnv): Promise<EngineCli> {
  const installed = join(installedEngine(environment), "bin", "pulumi");
  const path =
    findProgram("pulumi", environment.PATH ?? "") ?? (existsSync(installed) ? installed : undefined);
  if (path === undefined)
    throw new EnvironmentError(
      "The Pulumi CLI, which makes the changes, is not installed.",
      "`rollout doctor --fix` installs it.",
    );
  const command = await commandAt(path, environment);
  const { version } = command;
  if (version === null || version.compare(oldestEngine) < 0)
    throw new EnvironmentError(
      `The Pulumi CLI at ${path} is ${version ?? "of an unknown version"}; the kit needs ${oldestEngine} or later.`,
      "Remove it from PATH; then `rollout doctor --fix` installs the right one.",
    );
  return { command, version: version.toString(), path };
}

async function commandAt(path: string, environment: NodeJS.ProcessEnv): Promise<PulumiCommand> {
  const pathBefore = process.env.PATH;
  try {
    // The Automation API looks for its command on PATH, or in a folder `bin`.
    process.env.PATH = `${dirname(path)}${delimiter}${pathBefore ?? ""}`;
    const command = await PulumiCommand.get({ skipVersionCheck: true });
    return Object.assign(command, { command: path, run: runner(path, environment) });
  } catch (error) {
    throw new EnvironmentError(
      `The Pulumi CLI at ${path} does not run: ${(error as Error).message.split("\n")[0]}.`,
      "Remove it from PATH; then `rollout doctor --fix` installs the right one.",
    );
  } finally {
    process.env.PATH = pathBefore;
  }
}

function runner(path: string, inherited: NodeJS.ProcessEnv): Run {
  return (args, folder, environment, onOutput, onError, signal) => {
    const words = args.includes("--non-interactive") ? args : [...args, "--non-interactive"];
    const child = spawn(path, words, {
      cwd: folder,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...inherited,
        ...environment,
        // The programs of the language and of providers are next to the CLI.
        PATH: `${dirname(path)}${delimiter}${inherited.PATH ?? ""}`,
        PULUMI_AUTOMATION_API: "true",
      },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      onError?.(text);
    });
    // The engine then finishes what it has begun and writes its state.
    const cancel = () => child.kill("SIGINT");
    if (signal?.aborted) cancel();
    signal?.addEventListener("abort", cancel, { once: true });
    // The kit ends before the engine only after a second signal: the engine then stops at once.
    process.on("exit", cancel);
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => {
        signal?.removeEventListener("abort", cancel);
        process.off("exit", cancel);
        if (code === 0) resolve({ stdout, stderr, code });
        else reject(new EngineRunError(code, stdout, stderr));
      });
    });
  };
}
