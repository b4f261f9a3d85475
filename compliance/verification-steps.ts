/** The steps of a verification: each gives its value to the next, and the first that fails is the last. */
import { InputError } from "../base/kit-error.ts";

export type VerificationStep =
  | "files"
  | "signature"
  | "hashes"
  | "report"
  | "checks"
  | "archive"
  | "contents";

export interface StepResult {
  readonly step: VerificationStep;
  readonly ok: boolean;
  readonly message: string;
  /** Differences, one line each. */
  readonly details: readonly string[];
  /** Where it is ok all the same: it could not be repeated, because another version of the kit made the report. */
  readonly notRepeated?: true;
}

/** What a step gives to the next, or why it failed. */
export type Outcome<T> =
  | { readonly message: string; readonly value: T; readonly notRepeated?: readonly string[] }
  | { readonly message: string; readonly differences: readonly string[] };

export class Steps {
  readonly results: StepResult[] = [];

  get ok(): boolean {
    return this.results.every(({ ok }) => ok);
  }

  /** @returns undefined where the step failed. */
  async run<T>(
    step: VerificationStep,
    action: () => Promise<Outcome<T>> | Outcome<T>,
  ): Promise<T | undefined> {
    const outcome = await caught(action);
    const { message } = outcome;
    if (!("value" in outcome)) {
      this.results.push({ step, ok: false, message, details: outcome.differences });
      return undefined;
    }
    const { notRepeated } = outcome;
    this.results.push({
      step,
      ok: true,
      message,
      details: notRepeated ?? [],
      ...(notRepeated !== undefined && { notRepeated: true }),
    });
    return outcome.value;
  }
}

async function caught<T>(action: () => Promise<Outcome<T>> | Outcome<T>): Promise<Outcome<T>> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { message: error.message, differences: [error.remediation] };
  }
}
