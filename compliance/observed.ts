/** What a look at the running stack found, beside the plan. It can't be repeated later: the report keeps the result. */
import type { LoadedCountry } from "../localisation/load.ts";
import { type CheckSubject, checkCountry } from "../policies/check-country.ts";
import { isFailed } from "../policies/engine/findings.ts";
import { findingOf, withFileName } from "./report.ts";
import type { Report } from "./report-schema.ts";

export type Observed = NonNullable<Report["observed"]>;

/**
 * @param at RFC 3339, in UTC, to the second.
 * @param today the day in the country at that time.
 */
export function observe(
  loaded: LoadedCountry,
  subject: Extract<CheckSubject, { readonly kind: "live" }>,
  at: string,
  today: string,
): Observed {
  const result = withFileName(checkCountry(loaded, { subject, today }), loaded.file);
  return {
    at,
    source: subject.description,
    ok: !isFailed(result, "low"),
    resources: subject.live.resources.length,
    unreadable: [...subject.live.unreadable],
    checks: result.policies
      .filter(({ verdict }) => verdict !== "not-applicable")
      .map(({ policy, verdict, passed, failed, undetermined, waived }) => ({
        policy,
        verdict,
        passed: passed.length,
        failed,
        undetermined,
        waived,
      })),
    findings: result.findings.map(findingOf),
  };
}

/** Checks of what runs, by their verdict. */
export function observedVerdicts({ checks }: Observed) {
  const count = (verdict: string) => checks.filter((check) => check.verdict === verdict).length;
  return {
    passed: count("pass"),
    failed: count("fail"),
    undetermined: count("undetermined"),
    waived: count("waived"),
  };
}
