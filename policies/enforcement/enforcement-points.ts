/** The enforcement points at which each policy is checked. */
import type { Policy } from "../engine/policy.ts";
import { typeToken } from "../resources/resource.ts";
import { hasAdmission } from "./admission/generate.ts";

/** The plan in the process, `pulumi preview`, the cluster's admission, and what runs. */
export const enforcementPoints = ["plan", "preview", "admission", "live"] as const;
export type EnforcementPoint = (typeof enforcementPoints)[number];

/** Policies that compare what runs with the plan. */
const driftPolicies = /^live-/;
/** Policies on what a cloud or a cluster made by itself. */
const assignedPolicies: ReadonlySet<string> = new Set(["assigned-address", "volume-abroad"]);

export function enforcementPointsOf(policy: Policy): EnforcementPoint[] {
  if (driftPolicies.test(policy.id)) return ["live"];
  if (assignedPolicies.has(policy.id)) return ["plan", "preview", "live"];
  const packages = policy.scope === "file" ? ["*"] : policy.types.map((type) => typeToken(type).package);
  // For a cloud, the state says what runs.
  return enforcementPoints.filter(
    (point) => point !== "admission" || (packages.length > 0 && hasAdmission(policy)),
  );
}
