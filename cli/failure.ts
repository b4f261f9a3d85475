/** Turns what a command threw into a message for a person and the exit code: 1 a check, 2 the input, 3 the environment. */
import { formatProblem, LocalisationError } from "../localisation/load.ts";
import { EnvironmentError } from "../stacks/local/environment-error.ts";
import { printEvent, style } from "./terminal.ts";

export const exitCode = { fine: 0, checkFailed: 1, inputWrong: 2, environmentLacking: 3 } as const;

/** The command was asked for something that makes no sense: exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
  readonly remediation: string;
  constructor(message: string, remediation: string) {
    super(message);
    this.remediation = remediation;
  }
}

/** @returns the exit code. */
export function reportFailure(error: unknown, json: boolean): number {
  if (error instanceof LocalisationError) {
    if (json) printEvent({ ok: false, problems: error.problems });
    else {
      for (const problem of error.problems) process.stderr.write(`${formatProblem(problem)}\n`);
      const count = error.problems.length;
      process.stderr.write(
        style("red", `${count} ${count === 1 ? "problem" : "problems"}.\n`, process.stderr),
      );
    }
    return exitCode.inputWrong;
  }
  if (error instanceof EnvironmentError || error instanceof InputError) {
    if (json) printEvent({ ok: false, error: error.message, remediation: error.remediation });
    else process.stderr.write(`${style("red", error.message, process.stderr)} ${error.remediation}\n`);
    return error instanceof InputError ? exitCode.inputWrong : exitCode.environmentLacking;
  }
  const text = error instanceof Error ? error.message : String(error);
  const missing = /^Cannot find package '([^']+)'/.exec(text)?.[1];
  if (missing !== undefined)
    return reportFailure(
      new EnvironmentError(
        `This command needs the npm package ${missing}, which is not installed here.`,
        "The image for clusters is without it: use the kit's npm package. There, `npm install` installs what is missing.",
      ),
      json,
    );
  if (json) printEvent({ ok: false, error: text });
  else {
    process.stderr.write(
      `${style("red", "Something went wrong that the kit did not foresee:", process.stderr)} ${text}\n`,
    );
    const hint = "Please report it, with what you ran. ROLLOUT_DEBUG=1 shows where in the code it happened.";
    process.stderr.write(`${process.env.ROLLOUT_DEBUG ? `${(error as Error)?.stack}\n` : `${hint}\n`}`);
  }
  return exitCode.environmentLacking;
}
