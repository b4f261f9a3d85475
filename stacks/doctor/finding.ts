/** What the doctor found of one thing: fine, worth a look, or in the way; and how to mend it. */
export type ExaminationResult = "ok" | "warning" | "failed" | "skipped";

export interface Examined {
  /** `tools`, `cluster`, `storage` and the like. */
  readonly area: string;
  readonly title: string;
  readonly verdict: ExaminationResult;
  /** What is there. */
  readonly found: string;
  /** How to mend it; empty where nothing is to be mended. */
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
/** It could not be looked at; `found` says why. */
export const skipped = of("skipped");
