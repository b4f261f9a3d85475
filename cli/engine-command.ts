/** What `up`, `preview`, `refresh` and `down` share: their options, the file, and how a run ends. */

import { type Command, Option } from "commander";
import { InputError } from "../base/kit-error.ts";
import { kitVersion } from "../base/package-root.ts";
import { formatProblem, type LoadedCountry, loadCountry } from "../localisation/load.ts";
import type { Conversation } from "../stacks/engine/conversation.ts";
import type { RolloutRequest } from "../stacks/engine/session.ts";
import { engineConversation } from "./engine-conversation.ts";
import { loadOptions } from "./load-options.ts";
import { style } from "./terminal.ts";

export interface EngineOptions {
  readonly env?: string;
  readonly target?: string;
  readonly state?: string;
  readonly yes?: boolean;
  readonly deleteData?: boolean;
  readonly unlock?: boolean;
  readonly json?: boolean;
}

export const engineTargets = ["kubernetes", "aws"] as const;

/** Those that every one of them has. */
export function withEngineOptions(command: Command): Command {
  return command
    .option("--env <name>", "environment of the file, such as production")
    .addOption(
      new Option("--target <target>", "this target of the file instead of hosting.target").choices(
        engineTargets,
      ),
    )
    .option(
      "--state <folder>",
      "where the state lies, instead of .rollout/state beside the file, or its bucket",
    )
    .option("--unlock", "take away the lock of a run that broke off")
    .option("--json", "print one JSON value a line");
}

/** @param run gets what the engine needs; it is loaded only now. */
export async function runEngine(
  file: string,
  options: EngineOptions,
  run: (request: RolloutRequest, conversation: Conversation) => Promise<void>,
  loaded: LoadedCountry = load(file, options),
): Promise<void> {
  const target = engineTargets.find((known) => known === loaded.country.hosting.target);
  if (target === undefined)
    throw new InputError(
      `${file} has the target ${loaded.country.hosting.target}, which the engine has nothing to do with.`,
      `Name an environment that has a cluster by --env, or a target by --target (${engineTargets.join(", ")}).`,
    );
  const conversation = engineConversation(options.json === true);
  const request: RolloutRequest = {
    loaded,
    target,
    version: kitVersion(),
    environment: process.env,
    ...(options.state !== undefined && { state: options.state }),
    yes: options.yes === true,
    deleteData: options.deleteData === true,
    unlock: options.unlock === true,
  };
  await run(request, conversation).finally(() => conversation.end());
}

function load(file: string, options: EngineOptions): LoadedCountry {
  const loaded = loadCountry(file, loadOptions(options));
  for (const warning of loaded.warnings)
    process.stderr.write(`${formatProblem(warning)} ${style("yellow", "(warning)", process.stderr)}\n`);
  return loaded;
}
