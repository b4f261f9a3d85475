/** Reads and writes files that a command's options name. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileFailure } from "../base/file-failure.ts";
import { InputError, KitError } from "../base/kit-error.ts";

/** How to get the file that `rollout plan --diff` and `rollout check --plan` take. */
export const savePlan = "Save one with `rollout plan <file> --json > plan.json`.";

/** @throws InputError that names the file and says how to get a right one. */
export function readGiven<T>(file: string, remediation: string, parse: (text: string) => T): T {
  const text = readBytes(file, remediation).toString("utf8");
  try {
    return parse(text);
  } catch (error) {
    const { message } = error as Error;
    const what = error instanceof KitError ? `${file}: ${message}` : `${file} can't be read: ${message}.`;
    throw new InputError(what, remediation, { position: { file }, cause: error });
  }
}

/** @throws InputError */
export const readBytes = (file: string, remediation: string): Buffer =>
  attempt(file, "read", remediation, () => readFileSync(file));

/** @throws InputError */
export const writeGiven = (file: string, text: string): void =>
  attempt(file, "written", "Give a file in a folder that you can write to.", () => writeFileSync(file, text));

function attempt<T>(file: string, verb: "read" | "written", remediation: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new InputError(`${file} can't be ${verb}: ${fileFailure(error)}.`, remediation, {
      position: { file },
      cause: error,
    });
  }
}
