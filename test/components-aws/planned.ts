/** Plans on AWS for the tests: a country of the kit, changed as a test wants it, through the whole program. */
import { loadCountry } from "../../localisation/load.ts";
import { at, type Plan, type PlannedResource, shownName, type Value } from "../../plan/plan.ts";
import { type ChangeableCountry, countryFile, list, planOnce } from "../plan/planned.ts";

export type ChangeableAws = NonNullable<ChangeableCountry["hosting"]["aws"]>;

export async function planOnAws(
  change: (aws: ChangeableAws, country: ChangeableCountry) => void = () => {},
  name = "za",
): Promise<Plan> {
  const loaded = loadCountry(countryFile(name), { today: "2026-11-01", target: "aws" });
  const country = structuredClone(loaded.country) as ChangeableCountry;
  const { aws } = country.hosting;
  if (aws === undefined) throw new Error("The file has no AWS.");
  change(aws, country);
  return planOnce({ ...loaded, country }, "aws");
}

/** @param type without the package: `kms/key:Key`. */
export function awsResources(plan: Plan, type?: string): PlannedResource[] {
  return plan.resources.filter((resource) =>
    type === undefined ? resource.type.startsWith("aws:") : resource.type === `aws:${type}`,
  );
}

export function awsResource(plan: Plan, type: string, name?: string): PlannedResource {
  const found = awsResources(plan, type).filter(
    (resource) => name === undefined || shownName(resource) === name,
  );
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`The plan has ${found.length} of ${type} ${name ?? ""}.`);
  return found[0];
}

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: string;
  readonly Principal?: unknown;
  readonly Action: string | string[];
  readonly Resource?: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

export function statementsOf({ properties }: PlannedResource, path = "policy"): PolicyStatement[] {
  return (JSON.parse(String(at(properties, path))) as { Statement: PolicyStatement[] }).Statement;
}

export const texts = (value: Value | undefined): string[] => list(value).map(String);
