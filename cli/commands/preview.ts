/** `rollout preview`: what `rollout up` would change in the cluster or cloud. */
import { Command } from "commander";
import { type EngineOptions, runEngine, withEngineOptions } from "../engine-command.ts";

export function previewCommand(): Command {
  return withEngineOptions(
    new Command("preview").description("show what `rollout up` would change in the cluster or cloud"),
  ).action((file: string, options: EngineOptions) =>
    runEngine(file, options, async (request, conversation) => {
      const { previewStack } = await import("../../stacks/engine/up.ts");
      await previewStack(request, conversation);
    }),
  );
}
