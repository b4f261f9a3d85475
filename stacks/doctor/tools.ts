/** Checks what must be installed on this machine, and installs it for `rollout doctor --fix`. */

import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { PulumiCommand } from "@pulumi/pulumi/automation/index.js";
import { findProgram } from "../../base/find-program.ts";
import { EnvironmentError } from "../../base/kit-error.ts";
import type { PlannedTarget } from "../country-plan.ts";
import { type EngineCli, findEngine, installedEngine, pinnedEngine } from "../engine/engine-cli.ts";
import { type Examined, findingsIn } from "./finding.ts";

const { ok, failed, skipped } = findingsIn("tools");

/** A provider's plugin, in the version of its npm package. */
export interface Plugin {
  readonly name: "kubernetes" | "aws";
  readonly version: string;
}

export function pluginsFor(target: PlannedTarget): Plugin[] {
  const names = target === "aws" ? (["kubernetes", "aws"] as const) : (["kubernetes"] as const);
  const require = createRequire(import.meta.url);
  return names.map((name) => {
    const { version } = require(`@pulumi/${name}/package.json`) as { version: string };
    return { name, version };
  });
}

export async function tools(target: PlannedTarget, environment: NodeJS.ProcessEnv): Promise<Examined[]> {
  const found: Examined[] = [ok("Node.js", process.version)];
  try {
    const engine = await findEngine(environment);
    found.push(ok("Pulumi CLI", `${engine.version}, ${engine.path}`));
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    found.push(failed("Pulumi CLI", error.message, error.remediation));
  }
  for (const plugin of pluginsFor(target)) found.push(pluginVerdict(plugin, environment));
  if (target === "aws")
    found.push(await program("aws", ["--version"], environment, "the login to the cluster uses it"));
  found.push(await optionalProgram("kubectl", ["version", "--client", "-o", "json"], environment));
  found.push(await optionalProgram("helm", ["version", "--short"], environment));
  return found;
}

export function pluginVerdict({ name, version }: Plugin, environment: NodeJS.ProcessEnv): Examined {
  const title = `plugin ${name}`;
  const file = `pulumi-resource-${name}`;
  // The engine prefers a plugin on PATH to one in its own folder.
  const onPath = findProgram(file, environment.PATH ?? "");
  if (onPath !== undefined) return ok(title, onPath);
  const home = environment.PULUMI_HOME ?? join(environment.HOME ?? homedir(), ".pulumi");
  const installed = existsSync(join(home, "plugins")) ? readdirSync(join(home, "plugins")) : [];
  const versions = installed
    .filter((folder) => folder.startsWith(`resource-${name}-v`) && !/\.(lock|partial)$/.test(folder))
    .map((folder) => folder.slice(`resource-${name}-v`.length));
  if (versions.includes(version)) return ok(title, version);
  return failed(
    title,
    versions.length === 0
      ? "It is not installed."
      : `${versions.join(", ")} is installed; the kit needs ${version}.`,
    `\`rollout doctor --fix\` installs ${version}.`,
  );
}

async function program(
  name: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv,
  why: string,
): Promise<Examined> {
  const output = await outputOf(name, parameters, environment);
  return output === undefined
    ? failed(name, `It is not installed; ${why}.`, `Install ${name}.`)
    : ok(name, output.split("\n")[0] ?? "");
}

async function optionalProgram(
  name: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Examined> {
  const output = await outputOf(name, parameters, environment);
  if (output === undefined) return skipped(name, "not installed, and not needed by the kit");
  const version = /v\d+\.\d+\.\d+/.exec(output)?.[0] ?? output.split("\n")[0] ?? "";
  return ok(name, version);
}

/** @returns its output; undefined where it is not installed or fails. */
export function outputOf(
  name: string,
  parameters: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(name, [...parameters], { env: environment, timeout: 60_000 }, (error, stdout) =>
      resolve(error === null ? stdout.trim() : undefined),
    );
  });
}

/**
 * Installs the Pulumi CLI and the plugins that are missing, in the kit's own versions.
 * @param tell gets what is being installed.
 * @throws EnvironmentError
 */
export async function installTools(
  target: PlannedTarget,
  environment: NodeJS.ProcessEnv,
  tell: (what: string) => void,
): Promise<void> {
  const engine =
    (await findEngine(environment).catch(() => undefined)) ?? (await installEngine(environment, tell));
  for (const plugin of pluginsFor(target)) {
    if (pluginVerdict(plugin, environment).verdict === "ok") continue;
    tell(`plugin ${plugin.name} ${plugin.version}`);
    await installing(`the plugin for ${plugin.name}`, () => installPlugin(engine, plugin));
  }
}

async function installEngine(
  environment: NodeJS.ProcessEnv,
  tell: (what: string) => void,
): Promise<EngineCli> {
  tell(`Pulumi CLI ${pinnedEngine} into ${installedEngine(environment)}`);
  // It installs the SDK's version in Pulumi's own folder by default.
  await installing("the Pulumi CLI", () => PulumiCommand.install());
  return findEngine(environment);
}

async function installPlugin({ command }: EngineCli, { name, version }: Plugin): Promise<void> {
  const { run: runCommand } = command as unknown as {
    run: (args: string[], folder: string, environment: Record<string, string>) => Promise<unknown>;
  };
  await runCommand(["plugin", "install", "resource", name, `v${version}`], process.cwd(), {
    PULUMI_SKIP_UPDATE_CHECK: "true",
  });
}

async function installing(what: string, action: () => Promise<unknown>): Promise<void> {
  try {
    await action();
  } catch (error) {
    const [line = ""] = String((error as Error).message)
      .split("\n")
      .filter((each) => each.trim() !== "");
    throw new EnvironmentError(
      `Installing ${what} failed: ${line.trim().slice(0, 300)}`,
      "It is downloaded from get.pulumi.com. Without access, copy it from a machine that has it into ~/.pulumi, or put it on PATH.",
    );
  }
}
