/** The one place that turns what a command threw into text or JSON for a person, and into the exit code. */
import { fileFailure, isFileFailure } from "../base/file-failure.ts";
import { EnvironmentError, type ExitCode, exitCode, KitError, StoppedError } from "../base/kit-error.ts";
import { print, printEvent, style } from "./terminal.ts";

export function reportFailure(error: unknown, json: boolean): ExitCode {
  const known = knownError(error);
  if (known === undefined) return reportFault(error, json);
  if (json) printEvent({ ok: false, ...known.toJSON() });
  // Who said no got what they wanted; a stop by Ctrl-C must not mix with a command's output.
  else if (known.exitCode === exitCode.fine) print(known.message);
  else if (known instanceof StoppedError) complain(known.message);
  else {
    const { lines, headline, remediation } = known;
    for (const line of lines) complain(line);
    complain(`${style("red", headline, process.stderr)} ${remediation}`.trimEnd());
  }
  return known.exitCode;
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

function knownError(error: unknown): KitError | undefined {
  if (error instanceof KitError) return error;
  // A stream that is stopped throws an error of its own, with the reason as its cause.
  if (error instanceof Error && error.cause instanceof StoppedError) return error.cause;
  return missingPackage(error) ?? refusedFile(error);
}

function missingPackage(error: unknown): KitError | undefined {
  const missing = /^Cannot find package '([^']+)'/.exec(textOf(error))?.[1];
  if (missing === undefined) return undefined;
  return new EnvironmentError(
    `This command needs the npm package ${missing}, which is not installed here.`,
    "The image for clusters does not have it: use the kit's npm package. There, `npm install` installs what is missing.",
  );
}

/** A file or folder that a person named and the operating system refused; whoever uses it need not know. */
function refusedFile(error: unknown): KitError | undefined {
  if (!isFileFailure(error)) return undefined;
  const { code, syscall, path } = error;
  // A missing file that nobody foresaw is a fault. A missing folder, which mkdir makes itself, is on a read-only disk.
  if (code === "ENOENT" && syscall !== "mkdir") return undefined;
  const what = path === undefined ? "A file" : path;
  return new EnvironmentError(
    `${what} can't be used: ${fileFailure(error)}.`,
    "Name another place, or change its rights or its disk.",
    { cause: error },
  );
}

/** What nobody foresaw. */
function reportFault(error: unknown, json: boolean): ExitCode {
  const text = textOf(error);
  if (json) printEvent({ ok: false, error: text });
  else {
    const what = style("red", "Something went wrong that the kit did not foresee:", process.stderr);
    const hint = "Please report it, with what you ran. ROLLOUT_DEBUG=1 shows where in the code it happened.";
    const stack = error instanceof Error ? error.stack : undefined;
    complain(`${what} ${text}`);
    complain(process.env.ROLLOUT_DEBUG ? (stack ?? "") : hint);
  }
  return exitCode.environmentLacking;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
