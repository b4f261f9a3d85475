/** What an error of the time-series store means for ingest: stop, look at the data, or retry. */
import { EnvironmentError } from "../../base/kit-error.ts";

/** The disk that holds the store is full or cannot be written. */
export class StoreFullError extends EnvironmentError {}

/** With the engine's error code, such as NOT_ENOUGH_SPACE, which the client keeps apart from the message. */
export function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { type } = error as { type?: string };
  return type === undefined ? error.message : `${error.message} (${type})`;
}

export function isDiskFull(message: string): boolean {
  return /NOT_ENOUGH_SPACE|No space left on device|ENOSPC|Read-only file system|EROFS/i.test(message);
}

/** The engine's code of an error for input that it cannot take; undefined for any other. Such a message quotes the input. */
export function dataErrorOf(message: string): string | undefined {
  return /CANNOT_PARSE|INCORRECT_DATA|TYPE_MISMATCH|ILLEGAL_TYPE|DECIMAL_OVERFLOW|ARGUMENT_OUT_OF_BOUND|SYNTAX_ERROR|VIOLATED_CONSTRAINT/.exec(
    message,
  )?.[0];
}
