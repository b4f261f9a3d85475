/** Other programs that the kit runs: finds them on PATH, runs them, and reports a failure with the program's own output. */
import { spawn } from "node:child_process";
import { findProgram } from "../base/find-program.ts";
import { EnvironmentError } from "../base/kit-error.ts";

/**
 * @returns the first of the programs that is on PATH.
 * @throws EnvironmentError when none of them is.
 */
export function firstProgram<Name extends string>(names: readonly Name[], purpose: string): Name {
  const found = names.find((name) => findProgram(name) !== undefined);
  if (found !== undefined) return found;
  throw new EnvironmentError(
    `${purpose} needs ${names.join(" or ")}, and none is on PATH.`,
    `Install one of them; most Linux distributions have ${names[0]}.`,
  );
}

export interface RunOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Gets each line of the program's output as it comes. */
  readonly tell?: (line: string) => void;
}

/**
 * @returns what it printed to its standard output.
 * @throws EnvironmentError with the last lines of its output when it fails.
 */
export async function runProgram(
  name: string,
  parameters: readonly string[],
  { folder, environment, tell }: RunOptions = {},
): Promise<string> {
  const child = spawn(name, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(folder !== undefined && { cwd: folder }),
    env: { ...process.env, ...environment },
  });
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (tell) for (const line of text.split("\n").filter(Boolean)) tell(line);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors = (errors + text).slice(-4000);
    if (tell) for (const line of text.split("\n").filter(Boolean)) tell(line);
  });
  const problem = await new Promise<string | undefined>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => {
      if (code === 0) resolve(undefined);
      else
        resolve((errors || output).trim().split("\n").slice(-5).join("\n") || `ended with ${code ?? signal}`);
    });
  });
  if (problem === undefined) return output;
  throw new EnvironmentError(`\`${[name, ...parameters].join(" ")}\` failed: ${problem}`, "");
}
