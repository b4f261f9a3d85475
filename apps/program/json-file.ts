/** Reads a JSON file that the cluster mounts, and says which file is missing or invalid. */

import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import { InputError } from "../../base/kit-error.ts";

const remediation =
  "`rollout up` writes this file with the stack; run it again with the kit's version of this image.";

/** @throws InputError */
export function readJsonFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "is missing" : `cannot be read (${code})`;
    throw new InputError(`${file} ${why}.`, remediation, { cause: error });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new InputError(`${file} is not JSON: ${(error as Error).message}.`, remediation, {
      cause: error,
    });
  }
}

/**
 * @param place of the value in the file, such as `/country`.
 * @throws InputError that names each wrong value.
 */
export function requireValid(file: string, value: unknown, check: ValidateFunction, place = ""): void {
  if (check(value)) return;
  const problems = (check.errors ?? []).map(
    (error) => `${place}${error.instancePath || "/"} ${problemOf(error)}`,
  );
  throw new InputError(
    `${file} has values that this version cannot use: ${problems.join("; ")}.`,
    remediation,
  );
}

function problemOf({ message = "is wrong", params }: ErrorObject): string {
  const { allowedValues } = params as { allowedValues?: readonly unknown[] };
  return allowedValues === undefined ? message : `${message}: ${allowedValues.join(", ")}`;
}
