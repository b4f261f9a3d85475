/** When a policy is judged: what each of the four enforcementPoints can see of it. */

import type { Policy } from "../engine/policy.ts";
import { typeToken } from "../resources/resource.ts";
import { hasAdmission } from "./admission/generate.ts";

/** The plan in the process; `pulumi preview`; the cluster's admission; what runs. */
export const enforcementPoints = ["plan", "preview", "admission", "live"] as const;
export type EnforcementPoint = (typeof enforcementPoints)[number];

/** Policies that compare what runs with the plan. */
const ofWhatRuns = /^live-/;
/** Of what a cloud or a cluster made by itself. */
const ofWhatExists: ReadonlySet<string> = new Set(["assigned-address", "volume-abroad"]);

export function enforcementPointsOf(policy: Policy): EnforcementPoint[] {
  if (ofWhatRuns.test(policy.id)) return ["live"];
  if (ofWhatExists.has(policy.id)) return ["plan", "preview", "live"];
  const packages = policy.scope === "file" ? ["*"] : policy.types.map((type) => typeToken(type).package);
  // Of a cloud, what runs is what the state says.
  return enforcementPoints.filter(
    (point) => point !== "admission" || (packages.length > 0 && hasAdmission(policy)),
  );
}
