/** `rollout refresh`: updates the state from what is in the cluster or cloud. */
import { Command } from "commander";
import { type EngineOptions, runEngine, withEngineOptions } from "../engine-command.ts";

export function refreshCommand(): Command {
  return withEngineOptions(
    new Command("refresh").description(
      "update the state from the cluster or cloud; `rollout up` then corrects differences",
    ),
  ).action((file: string, options: EngineOptions) =>
    runEngine(file, options, async (request, conversation) => {
      const { reload } = await import("../../stacks/engine/reload.ts");
      await reload(request, conversation);
    }),
  );
}
