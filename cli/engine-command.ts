/** What `up`, `preview`, `refresh` and `down` share: their options, and the request to the engine. */
import type { Command } from "commander";
import { kitVersion } from "../base/package-root.ts";
import type { LoadedCountry } from "../localisation/load.ts";
import { clusterTargets } from "../localisation/schema/hosting.ts";
import type { Conversation } from "../stacks/engine/conversation.ts";
import type { RolloutRequest } from "../stacks/engine/session.ts";
import { engineConversation } from "./engine-conversation.ts";
import {
  type FileOptions,
  readCountry,
  requireClusterTarget,
  targetOption,
  withFile,
} from "./localisation-file.ts";

export interface EngineOptions extends FileOptions {
  readonly state?: string;
  readonly yes?: boolean;
  readonly deleteData?: boolean;
  readonly unlock?: boolean;
  readonly json?: boolean;
}

export const stateHelp =
  "folder of the state, instead of .rollout/state next to the file, or the file's bucket";
export const unlockHelp = "remove the lock that an interrupted run left";

/** The file and the options that each of them has. */
export function withEngineOptions(command: Command): Command {
  return withFile(command)
    .addOption(targetOption(clusterTargets))
    .option("--state <folder>", stateHelp)
    .option("--unlock", unlockHelp)
    .option("--json", "print one JSON value a line");
}

/** @param run loads the engine and runs it. */
export async function runEngine(
  file: string,
  options: EngineOptions,
  run: (request: RolloutRequest, conversation: Conversation) => Promise<void>,
  loaded: LoadedCountry = readCountry(file, options),
): Promise<void> {
  const target = requireClusterTarget(loaded, "runs without the engine");
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
