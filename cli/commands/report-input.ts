/** What the report commands share: text that is safe to print, and reading a passphrase. */

import { InputError } from "../../base/kit-error.ts";
import { readGiven } from "../given-file.ts";

/** Text that others wrote, without the characters that control a terminal. */
export const harmless = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal obeys
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\uFFFD");

/** @returns the first line of the file. @throws InputError */
export function passphraseIn(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const [passphrase = ""] = readGiven(file, "Give the file with the passphrase.", (text) =>
    text.split(/\r?\n/, 1),
  );
  if (passphrase === "") throw new InputError(`${file} has no passphrase.`, "Write it into the first line.");
  return passphrase;
}
