/** A cluster can't be reached, or refuses a request: exit code 3. */

import { EnvironmentError } from "../base/kit-error.ts";
export type ClusterErrorReason =
  /** The kubeconfig is missing or wrong. */
  | "unconfigured"
  /** Nothing answers, or another server than the kubeconfig names. */
  | "unreachable"
  | "unauthenticated"
  | "forbidden"
  | "not-found"
  /** Any other answer of the API server. */
  | "refused";

export class ClusterError extends EnvironmentError {
  readonly reason: ClusterErrorReason;
  constructor(reason: ClusterErrorReason, message: string, remediation: string, options?: ErrorOptions) {
    super(message, remediation, options);
    this.reason = reason;
  }
}
