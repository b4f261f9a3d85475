/** What the kit plans keeps to the kit's own policies, on every target of every country. */
import { describe, expect, test } from "vitest";
import { loadCountry } from "../../localisation/load.ts";
import { checkCountry } from "../../policies/check-country.ts";
import { countryFile, planOnce } from "../plan/planned.ts";

const plans = [
  ["za", "kubernetes"],
  ["za", "aws"],
  ["tr", "kubernetes"],
  ["br", "kubernetes"],
  ["br", "aws"],
] as const;

describe.each(plans)("%s on %s", (name, target) => {
  test("has no finding", async () => {
    const loaded = loadCountry(countryFile(name), { today: "2026-11-01", target });
    const plan = await planOnce(loaded, target);
    const result = checkCountry(loaded, {
      today: "2026-11-01",
      subject: { kind: "plan", plan, description: "the plan" },
    });
    expect(
      result.findings.map(({ policy, subject, path, message }) => `${policy} ${subject} ${path}: ${message}`),
    ).toEqual([]);
    // AWS is looked at by many more policies than a cluster.
    const judged = result.policies.filter(({ verdict }) => verdict === "pass").length;
    expect(judged).toBeGreaterThan(target === "aws" ? 60 : 35);
  });
});
