/** `rollout down`: takes a country's stack down, with all that rests in it. */
import { Command } from "commander";
import { type EngineOptions, runEngine, withEngineOptions } from "../engine-command.ts";

export function downCommand(): Command {
  return withEngineOptions(
    new Command("down")
      .description("take the stack down, with all that rests in it")
      .argument("<file>", "localisation file"),
  )
    .option("--delete-data", "also what is protected or would stay: databases, buckets, kept volumes")
    .option("--yes", "do not ask")
    .action((file: string, options: EngineOptions) =>
      runEngine(file, options, async (request, conversation) => {
        const { down } = await import("../../stacks/engine/down.ts");
        await down(request, conversation);
      }),
    );
}
