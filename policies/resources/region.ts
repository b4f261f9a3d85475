/** The region of an AWS resource: its own where it names one, otherwise its provider's (AWS provider 7). */

import { textAt } from "./properties.ts";
import type { Resource } from "./resource.ts";
import { Undetermined } from "./undetermined.ts";

/** @throws Undetermined where neither names one. */
export function effectiveRegion(resource: Resource): string {
  const region = textAt(resource.properties, "region") ?? resource.provider?.region;
  if (region === undefined)
    throw new Undetermined(
      "region",
      "Neither the resource nor its provider names a region, so the machine that runs `up` decides it.",
      "Set region on the provider from the localisation file.",
    );
  return region;
}
