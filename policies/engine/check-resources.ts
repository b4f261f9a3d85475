/** Checks resources, wherever they were read, by the policies and a country's file. */
import { dayIn } from "../../base/day.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { ResourceSet } from "../resources/resource-set.ts";
import { check } from "./engine.ts";
import type { CheckResult } from "./findings.ts";
import type { Policy } from "./policy.ts";
import type { Unread } from "./unread.ts";

export type Target = Country["hosting"]["target"];

export interface CheckResourcesOptions {
  readonly policies: readonly Policy[];
  readonly resources: ResourceSet;
  /** What the file plans, where `resources` is what runs. */
  readonly planned?: ResourceSet;
  /** Kinds of running objects that the login may not list. */
  readonly unreadable?: readonly string[];
  readonly unread?: readonly Unread[];
  /** That of the file where absent. */
  readonly target?: Target;
  /** YYYY-MM-DD; the present day in the country where absent. */
  readonly today?: string;
}

export function checkResources(
  { country, environment, file }: LoadedCountry,
  { target = country.hosting.target, today = dayIn(country.timezone), ...options }: CheckResourcesOptions,
): CheckResult {
  return check({
    ...options,
    country: { ...country, hosting: { ...country.hosting, target } },
    ...(environment !== undefined && { environment }),
    today,
    file,
  });
}
