/** Turns what a command threw into text or JSON for a person, and into the exit code. */
import { EnvironmentError, type ExitCode, exitCode, KitError } from "../base/kit-error.ts";
import { print, printEvent, style } from "./terminal.ts";

export function reportFailure(error: unknown, json: boolean): ExitCode {
  const known = error instanceof KitError ? error : missingPackage(error);
  if (known === undefined) return reportFault(error, json);
  if (json) printEvent({ ok: false, ...known.toJSON() });
  else if (isStop(known)) print(known.message);
  else {
    for (const line of known.lines) process.stderr.write(`${line}\n`);
    const { headline, remediation } = known;
    process.stderr.write(`${`${style("red", headline, process.stderr)} ${remediation}`.trimEnd()}\n`);
  }
  return known.exitCode;
}

/** A person who said no, or pressed Ctrl-C, got what they wanted. */
const isStop = ({ exitCode: code }: KitError): boolean =>
  code === exitCode.fine || code === exitCode.interrupted;

function missingPackage(error: unknown): KitError | undefined {
  const missing = /^Cannot find package '([^']+)'/.exec(textOf(error))?.[1];
  if (missing === undefined) return undefined;
  return new EnvironmentError(
    `This command needs the npm package ${missing}, which is not installed here.`,
    "The image for clusters is without it: use the kit's npm package. There, `npm install` installs what is missing.",
  );
}

/** What nobody foresaw. */
function reportFault(error: unknown, json: boolean): ExitCode {
  const text = textOf(error);
  if (json) printEvent({ ok: false, error: text });
  else {
    const what = style("red", "Something went wrong that the kit did not foresee:", process.stderr);
    const hint = "Please report it, with what you ran. ROLLOUT_DEBUG=1 shows where in the code it happened.";
    const where = process.env.ROLLOUT_DEBUG ? ((error as Error | undefined)?.stack ?? "") : hint;
    process.stderr.write(`${what} ${text}\n${where}\n`);
  }
  return exitCode.environmentLacking;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
