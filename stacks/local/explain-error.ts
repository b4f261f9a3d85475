/** Turns what the local stack's parts throw into what their user can mend. */
import { CertificateError } from "../../apps/broker/certificates.ts";
import { PortUnavailableError } from "../../apps/broker/listen.ts";
import { StoreFullError } from "../../apps/ingest/ingest.ts";
import { NewerStoreError, TimeZoneChangedError } from "../../stores/time-series/migrate.ts";
import { StoreInUseError, StoreUnavailableError } from "../../stores/time-series/store.ts";
import { EnvironmentError } from "./environment-error.ts";

/** Says what a part threw in the words of who runs the stack; what is unknown stays as it is. */
export function asEnvironmentError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const explain = (message: string, remediation: string) =>
    new EnvironmentError(message, remediation, { cause: error });
  if (error instanceof StoreInUseError) return explain(error.message, "The option --data names one.");
  if (
    error instanceof NewerStoreError ||
    error instanceof TimeZoneChangedError ||
    error instanceof StoreUnavailableError ||
    error instanceof PortUnavailableError ||
    error instanceof CertificateError
  )
    return explain(error.message, "");
  const { code } = error as NodeJS.ErrnoException;
  if (error instanceof StoreFullError || code === "ENOSPC")
    return explain(
      "The disk is full, so the stack stopped. Everything acknowledged is stored; devices keep what was not.",
      "Free some space, then start again.",
    );
  return error;
}
