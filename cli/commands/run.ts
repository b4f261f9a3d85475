/** `rollout run`: runs one program of a cluster's stack, as its containers do. */
import { Argument, Command } from "commander";
import { programs } from "../../apps/programs.ts";
import { EnvironmentError } from "../../stacks/local/environment-error.ts";
import { InputError } from "../failure.ts";

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
    .option("--bind <address>", "address to listen on; all where absent, as a pod has to")
    .option("--json", "print a failure as JSON too; the log always is")
    .action(async (program: string, options: RunOptions) => {
      // Only here, so that no other command loads the stores.
      const [{ run }, { ConfigurationError }] = await Promise.all([
        import("../../apps/program/frame.ts"),
        import("../../apps/program/configuration-error.ts"),
      ]);
      try {
        await run(program, options);
      } catch (error) {
        if (error instanceof ConfigurationError) throw new InputError(error.message, error.remediation);
        throw asEnvironmentError(error);
      }
    });
}

function asEnvironmentError(error: unknown): unknown {
  if (!(error instanceof Error) || process.env.ROLLOUT_DEBUG) return error;
  const { remediation } = error as { remediation?: string };
  return new EnvironmentError(error.message, remediation ?? "", { cause: error });
}
