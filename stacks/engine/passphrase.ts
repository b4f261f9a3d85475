/** The passphrase that encrypts the secrets of a stack's state: the team's own, or a generated one next to the state. */

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError } from "../../base/kit-error.ts";
import type { StatePlace } from "./state-place.ts";

export interface Passphrase {
  readonly value: string;
  /** Where it comes from, as text. */
  readonly source: string;
  /** The file that was created for it in this run. */
  readonly madeIn?: string;
}

export interface PassphraseWanted {
  readonly place: StatePlace;
  readonly stack: string;
  /** The stack has a state: its passphrase must be known. */
  readonly exists: boolean;
  readonly environment: NodeJS.ProcessEnv;
  /** Absent where there is no terminal. */
  readonly ask?: (question: string) => Promise<string>;
}

/** @throws EnvironmentError */
export async function findPassphrase(wanted: PassphraseWanted): Promise<Passphrase> {
  const { place, stack, exists, environment, ask } = wanted;
  const { PULUMI_CONFIG_PASSPHRASE: given, PULUMI_CONFIG_PASSPHRASE_FILE: givenFile } = environment;
  if (given !== undefined && given !== "") return { value: given, source: "PULUMI_CONFIG_PASSPHRASE" };
  if (givenFile !== undefined && givenFile !== "")
    return { value: read(givenFile), source: `the file ${givenFile}` };
  const kept = passphraseFile(place, stack);
  if (existsSync(kept)) return { value: read(kept), source: `the file ${kept}` };
  if (exists) {
    const answer = await ask?.(`Passphrase of the state of ${stack}: `);
    if (answer) return { value: answer, source: "your answer" };
    throw new EnvironmentError(
      `The state of ${stack} is encrypted with a passphrase, and none is given.`,
      `Put its file back (${kept}), or set PULUMI_CONFIG_PASSPHRASE_FILE or PULUMI_CONFIG_PASSPHRASE.`,
    );
  }
  const mayMake = place.kind === "file";
  const answer = await ask?.(
    `Passphrase for the secrets in the state of ${stack}${mayMake ? " (Enter: generate one and keep it in a file)" : ""}: `,
  );
  if (answer) return { value: answer, source: "your answer" };
  // Others of the team can reach the bucket, but not a file on this machine.
  if (!mayMake)
    throw new EnvironmentError(
      `The state of ${stack} in ${place.url} needs a passphrase that the team shares.`,
      "Set PULUMI_CONFIG_PASSPHRASE_FILE or PULUMI_CONFIG_PASSPHRASE.",
    );
  const value = randomBytes(32).toString("base64url");
  mkdirSync(place.folder, { recursive: true, mode: 0o700 });
  writeFileSync(kept, `${value}\n`, { mode: 0o600, flag: "wx" });
  return { value, source: `the file ${kept}`, madeIn: kept };
}

export const passphraseFile = (place: StatePlace, stack: string): string =>
  join(place.folder, `${stack}.passphrase`);

function read(file: string): string {
  let text: string;
  let mode: number;
  try {
    text = readFileSync(file, "utf8");
    mode = statSync(file).mode;
  } catch (error) {
    throw new EnvironmentError(
      `The passphrase file ${file} can't be read: ${(error as NodeJS.ErrnoException).code}.`,
      "Put it back, or correct PULUMI_CONFIG_PASSPHRASE_FILE.",
    );
  }
  if ((mode & 0o077) !== 0)
    throw new EnvironmentError(
      `Others on this machine can read the passphrase file ${file}.`,
      `Run \`chmod 600 ${file}\`.`,
    );
  const value = text.trim();
  if (value === "")
    throw new EnvironmentError(`The passphrase file ${file} is empty.`, "Put the passphrase into it.");
  return value;
}
