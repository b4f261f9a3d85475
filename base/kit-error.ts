/**
 * The one kind of error that the kit raises on purpose: what is wrong, how to fix it, where, and the exit code of the command
 * line. Whatever else is thrown is a fault of the kit, and is reported as one.
 */

/** Exit codes of the command line `rollout`; `interrupted` is what shells use for Ctrl-C. */
export const exitCode = {
  fine: 0,
  checkFailed: 1,
  inputWrong: 2,
  environmentLacking: 3,
  interrupted: 130,
} as const;
export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** A place in a file. Line and column count from 1. */
export interface FilePosition {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface KitErrorOptions {
  readonly position?: FilePosition;
  /** What was thrown below. */
  readonly cause?: unknown;
}

export abstract class KitError extends Error {
  /** How to fix it: one or two sentences; empty where the message says it. */
  readonly remediation: string;
  readonly position?: FilePosition;
  abstract readonly exitCode: ExitCode;

  /** @param message what is wrong, and why. One or two sentences, full stop. */
  constructor(message: string, remediation = "", { position, cause }: KitErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.remediation = remediation;
    if (position !== undefined) this.position = position;
  }

  /** What a terminal shows: a line for each of several problems, then the headline. */
  get lines(): readonly string[] {
    return [];
  }

  get headline(): string {
    return this.message;
  }

  /** What `--json` shows. */
  toJSON(): object {
    const { message, remediation, position } = this;
    return { error: message, remediation, ...(position !== undefined && { position }) };
  }
}

/** A check failed, such as that every part is healthy. */
export class CheckError extends KitError {
  readonly exitCode = exitCode.checkFailed;
}

/** The user's input is wrong: a file, an option, a key. */
export class InputError extends KitError {
  readonly exitCode = exitCode.inputWrong;
}

/** A person said no, or stopped the run. It is thrown to end what runs, and is no failure. */
export class StoppedError extends KitError {
  readonly exitCode: typeof exitCode.fine | typeof exitCode.interrupted;

  constructor(message: string, code: StoppedError["exitCode"]) {
    super(message);
    this.exitCode = code;
  }

  override toJSON(): object {
    return { stopped: true, error: this.message };
  }
}

/** The machine, the cluster or the network is missing something or refuses it. */
export class EnvironmentError extends KitError {
  readonly exitCode = exitCode.environmentLacking;
}
