/** `rollout down`: removes a country's stack, after it has said which data goes and which stays. */
import { Command } from "commander";
import { type EngineOptions, runEngine, withEngineOptions } from "../engine-command.ts";

export function downCommand(): Command {
  return withEngineOptions(
    new Command("down").description("remove the stack; says first which data goes, and asks"),
  )
    .option("--delete-data", "also delete what is protected or would be kept: databases, buckets, volumes")
    .option("--yes", "do not ask for confirmation")
    .action((file: string, options: EngineOptions) =>
      runEngine(file, options, async (request, conversation) => {
        const { down } = await import("../../stacks/engine/down.ts");
        await down(request, conversation);
      }),
    );
}
