/** The one place that turns what a command threw into text or JSON for a person, and into the exit code. */
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

/** What the operating system says of a file or folder that a person named; whoever reads or writes it need not know. */
function refusedFile(error: unknown): KitError | undefined {
  if (!(error instanceof Error) || !("syscall" in error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const place = path ?? "The file";
  const known: Readonly<Record<string, readonly [string, string]>> = {
    EROFS: [`${place} can't be written: its file system is read-only.`, "Name another place."],
    EACCES: [`${place} may not be used by this account.`, "Name another place, or change its rights."],
    EPERM: [`${place} may not be used by this account.`, "Name another place, or change its rights."],
    ENOSPC: [
      `The disk${path === undefined ? "" : ` of ${path}`} is full.`,
      "Free some space, or name another place.",
    ],
    EDQUOT: [`The quota of ${place} is used up.`, "Free some space, or name another place."],
    ENOTDIR: [`${place} is below a file that is no folder.`, "Name another place."],
    EISDIR: [`${place} is a folder.`, "Name a file."],
    ENAMETOOLONG: [`The name ${place} is too long for its file system.`, "Name a shorter one."],
    // So says Node.js of a folder on a read-only file system too.
    ...(syscall === "mkdir" && {
      ENOENT: [
        `${place} can't be made: the folder above it is not there or is read-only.`,
        "Name another place.",
      ],
    }),
  };
  const said = known[code ?? ""];
  return said && new EnvironmentError(...said, { cause: error });
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
