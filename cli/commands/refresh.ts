/** `rollout refresh`: reads what is there into the state. */
import { Command } from "commander";
import { type EngineOptions, runEngine, withEngineOptions } from "../engine-command.ts";

export function refreshCommand(): Command {
  return withEngineOptions(
    new Command("refresh")
      .description("read what is there into the state; `rollout up` then mends what is different")
      .argument("<file>", "localisation file"),
  ).action((file: string, options: EngineOptions) =>
    runEngine(file, options, async (request, conversation) => {
      const { reload } = await import("../../stacks/engine/reload.ts");
      await reload(request, conversation);
    }),
  );
}
