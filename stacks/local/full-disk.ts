/** Says of a full disk what it means for the stack and its data. */

import { StoreFullError } from "../../apps/ingest/store-error.ts";
import { EnvironmentError } from "../../base/kit-error.ts";

/** @returns the error as it is where it is another. */
export function explainFullDisk(error: unknown): unknown {
  if (!(error instanceof StoreFullError) && (error as NodeJS.ErrnoException)?.code !== "ENOSPC") return error;
  return new EnvironmentError(
    "The disk is full, so the stack stopped. Everything acknowledged is stored; devices keep what was not.",
    "Free some space, then start again.",
    { cause: error },
  );
}
