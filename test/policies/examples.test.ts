/** Every policy's own examples: the failing ones fail with exactly these words, the passing ones pass. */
import { describe, expect, test } from "vitest";
import { findingsOf } from "../../policies/engine/example.ts";
import { formatFinding } from "../../policies/engine/findings.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import { checkExample } from "./check-example.ts";

/** They refuse a type as such, or expect what the file may switch off, so that nothing is left to pass. */
const refusingTypes = new Set([
  "admission-policies",
  "content-network",
  "global-database",
  "multi-region-access-point",
  "query-log",
  "strict-gateway",
]);

describe.each(policies.map((policy) => [policy.id, policy] as const))("%s", (id, policy) => {
  test.each(policy.examples.failing.map((example, index) => [index + 1, example] as const))(
    "fails example %i with its words",
    (_, example) => {
      const { findings } = checkExample(example, [policy]);
      expect(findings.map(formatFinding)).toEqual(findingsOf(example));
    },
  );

  test.each(policy.examples.passing.map((example, index) => [index + 1, example] as const))(
    "passes example %i",
    (_, example) => {
      // Checked together with the others, since a waiver is used by what they find.
      const result = checkExample(example);
      expect(
        result.findings.filter((finding) => finding.policy === id && finding.verdict !== "waived"),
      ).toEqual([]);
      const verdict = result.policies.find((candidate) => candidate.policy === id)?.verdict;
      expect(verdict).toBe(refusingTypes.has(id) ? "not-applicable" : "pass");
    },
  );
});
