/** Checks the policies' examples by the example country. */
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { check } from "../../policies/engine/engine.ts";
import { pulumiResources } from "../../policies/engine/example.ts";
import type { CheckResult } from "../../policies/engine/findings.ts";
import type { Example, Policy } from "../../policies/engine/policy.ts";
import { parseManifests } from "../../policies/inputs/manifests.ts";
import type { Resource } from "../../policies/resources/resource.ts";
import { ResourceSet, type ResourceSource } from "../../policies/resources/resource-set.ts";
import { policies as catalogue } from "../../policies/rules/catalogue.ts";

export const exampleToday = "2026-06-01";

export const exampleCountry: Country = loadCountry(join(packageRoot, "policies", "example-country.yaml"), {
  today: exampleToday,
}).country;

type Tree = { [key: string]: unknown };

/** Maps are merged, anything else is replaced, `null` removes a field. */
export function overlaid<T>(base: T, overlay: unknown): T {
  const isMap = (value: unknown): value is Tree =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isMap(base) || !isMap(overlay)) return overlay as T;
  const merged: Tree = { ...base };
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) delete merged[key];
    else merged[key] = key in merged ? overlaid(merged[key], value) : value;
  }
  return merged as T;
}

/** What an example of a policy plans. */
export function resourcesOf(example: Example): Resource[] {
  const { manifests } = example;
  return [
    ...pulumiResources(example),
    ...(manifests === undefined ? [] : parseManifests(manifests, "example.yaml")),
  ];
}

/** An example, or resources that are no text. */
interface Sample extends Example {
  readonly resources?: readonly Resource[];
}

export function checkExample(example: Sample, policies: readonly Policy[] = catalogue): CheckResult {
  const resources = [...(example.resources ?? []), ...resourcesOf(example)];
  const given = [example.resources, example.pulumi, example.manifests].some((text) => text !== undefined);
  const source: ResourceSource = { kind: given ? "plan" : "file", description: "the example" };
  return check({
    policies,
    country: overlaid(exampleCountry, example.country ?? {}),
    ...(example.environment !== undefined && { environment: example.environment }),
    today: example.today ?? exampleToday,
    file: "example-country.yaml",
    resources: new ResourceSet(resources, source),
    ...(example.unread !== undefined && { unread: example.unread }),
    ...(example.planned !== undefined && {
      planned: new ResourceSet(parseManifests(example.planned, "planned.yaml"), source),
    }),
  });
}
