/** A cluster can't be asked, or refuses: exit code 3 of the command line. */

import { EnvironmentError } from "../base/kit-error.ts";
export type ClusterErrorReason =
  /** The kubeconfig is missing or wrong. */
  | "unconfigured"
  /** Nobody answers, or not the one whom the kubeconfig names. */
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
