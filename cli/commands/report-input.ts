/** What the report's commands share: errors about what was asked for, and where a passphrase stands. */

import { readFileSync } from "node:fs";
import { InputError } from "../../base/kit-error.ts";

/** What others wrote, fit for a terminal: no character of it moves the cursor or recolours what stands around it. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal obeys
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\uFFFD");

/** @returns the first line of the file. @throws InputError */
export function passphraseIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(
      `${file} can't be read (${(error as NodeJS.ErrnoException).code}).`,
      "Name the file that holds the passphrase.",
    );
  }
  const passphrase = text.split(/\r?\n/, 1)[0] ?? "";
  if (passphrase === "")
    throw new InputError(`${file} holds no passphrase.`, "Write it into the first line.");
  return passphrase;
}
