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
  (area: string, verdict: ExaminationResult) =>
  (title: string, found: string, remediation = ""): Examined => ({
    area,
    title,
    verdict,
    found,
    remediation,
  });

/** Makes the results of one area. */
export const findingsIn = (area: string) => ({
  ok: of(area, "ok"),
  warning: of(area, "warning"),
  failed: of(area, "failed"),
  /** It could not be checked; `found` says why. */
  skipped: of(area, "skipped"),
});
