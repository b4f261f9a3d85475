/** The images of the stack that a command's file and options name. */

import { kitVersion } from "../base/package-root.ts";
import type { StackImages } from "../delivery/images/list.ts";
import { formatProblem, type LoadedCountry, loadCountry } from "../localisation/load.ts";
import { loadOptions } from "./load-options.ts";
import { style } from "./terminal.ts";

export interface PlannedImagesOptions {
  readonly env?: string;
  readonly target?: string;
  readonly registry?: string;
}

/** A file whose own target is local is read for a cluster: only there are images. */
export async function plannedImages(
  file: string,
  options: PlannedImagesOptions,
): Promise<{ loaded: LoadedCountry; images: StackImages }> {
  let loaded = loadCountry(file, loadOptions(options));
  const target = loaded.country.hosting.target === "aws" ? "aws" : "kubernetes";
  if (loaded.country.hosting.target === "local")
    loaded = loadCountry(file, loadOptions({ ...options, target }));
  for (const warning of loaded.warnings)
    process.stderr.write(`${formatProblem(warning)} ${style("yellow", "(warning)", process.stderr)}\n`);
  const { planCountry } = await import("../stacks/country-plan.ts");
  const { stackImages } = await import("../delivery/images/list.ts");
  return { loaded, images: stackImages(await planCountry(loaded, target, kitVersion()), options.registry) };
}
