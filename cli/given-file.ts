/** Reads a file that a command's option names, by what parses it. */
import { readFileSync } from "node:fs";
import { InputError, KitError } from "../base/kit-error.ts";

/** How to get the file that `rollout plan --diff` and `rollout check --plan` take. */
export const savePlan = "Save one with `rollout plan <file> --json > plan.json`.";

/** @throws InputError that names the file and says how to get a right one. */
export function readGiven<T>(file: string, remediation: string, parse: (text: string) => T): T {
  try {
    return parse(readFileSync(file, "utf8"));
  } catch (error) {
    const { message } = error as Error;
    const what = error instanceof KitError ? `${file}: ${message}` : `${file} can't be read: ${message}.`;
    throw new InputError(what, remediation, { position: { file }, cause: error });
  }
}
