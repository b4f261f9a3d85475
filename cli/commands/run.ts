/** `rollout run`: runs one program of a cluster's stack, as its containers do. */

import { Argument, Command } from "commander";
import { programs } from "../../apps/programs.ts";
import { EnvironmentError, KitError } from "../../base/kit-error.ts";

interface RunOptions {
  readonly connections?: string;
  readonly localisation?: string;
  readonly bind?: string;
}

export function runCommand(): Command {
  return new Command("run")
    .description("run one program of a cluster's stack, as its containers do")
    .addArgument(new Argument("<program>", "the program").choices(Object.keys(programs)))
    .option("--connections <folder>", "folder of connections.json", "/etc/rollout/connections")
    .option("--localisation <folder>", "folder of country.json", "/etc/rollout/localisation")
    .option("--bind <address>", "address to listen on (default: all, as a pod needs)")
    .option("--json", "print a failure as JSON too; the log is always JSON")
    .action(async (program: string, options: RunOptions) => {
      // Only here, so that no other command loads the stores.
      const { run } = await import("../../apps/program/frame.ts");
      await run(program, programs[program]!, options).catch((error: unknown) => {
        // Most likely a store or a broker failed, which is not a fault of the kit.
        if (!(error instanceof Error) || error instanceof KitError || process.env.ROLLOUT_DEBUG) throw error;
        throw new EnvironmentError(error.message, "", { cause: error });
      });
    });
}
