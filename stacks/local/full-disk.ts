/** Recognises a full disk, and says what it means for the stack and its data. */

import { StoreFullError } from "../../apps/ingest/store-error.ts";
import { EnvironmentError } from "../../base/kit-error.ts";

export function isFullDisk(error: unknown): boolean {
  if (error instanceof StoreFullError) return true;
  const { code, message = "" } = (error ?? {}) as Partial<NodeJS.ErrnoException>;
  // The time-series engine has messages of its own.
  return code === "ENOSPC" || /No space left on device|NOT_ENOUGH_SPACE|have enough free space/.test(message);
}

/** @returns any other error as it is. */
export function explainFullDisk(error: unknown): unknown {
  if (!isFullDisk(error)) return error;
  return new EnvironmentError(
    "The disk is full, so the stack stopped. It acknowledged nothing that it could not store; devices keep the rest.",
    "Free some space, then start again.",
    { cause: error },
  );
}
