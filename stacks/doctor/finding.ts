/** One result of the doctor: ok, a warning or a failure, and how to fix it. */
export type ExaminationResult = "ok" | "warning" | "failed" | "skipped";

export interface Examined {
  /** `tools`, `cluster`, `storage` and the like. */
  readonly area: string;
  readonly title: string;
  readonly verdict: ExaminationResult;
  /** What was found. */
  readonly found: string;
  /** Empty where there is nothing to fix. */
  readonly remediation: string;
}

const of =
  (verdict: ExaminationResult) =>
  (area: string, title: string, found: string, remediation = ""): Examined => ({
    area,
    title,
    verdict,
    found,
    remediation,
  });

export const ok = of("ok");
export const warning = of("warning");
export const failed = of("failed");
/** It could not be checked; `found` says why. */
export const skipped = of("skipped");
