/** What of a policy the cluster itself can enforce, when an object is made or changed there. */
import type { PolicyContext } from "./context.ts";

export interface AdmissionRule {
  /**
   * CEL that holds where nothing is wrong. Beside Kubernetes' own variables there are, for kinds that make pods,
   * `variables.pod` (its specification) and `variables.containers` (all of them).
   */
  readonly expression: string;
  /** What is wrong where it doesn't hold. One sentence, full stop. */
  readonly message: string;
}

export interface AdmissionCheck {
  /** Types that it checks; those of the policy where absent. */
  readonly types?: readonly string[];
  /** Empty where the file asks for nothing. */
  readonly rules: (context: PolicyContext) => readonly AdmissionRule[];
  /** What a check sees of it and the cluster does not. One sentence, full stop. */
  readonly misses?: string;
}
