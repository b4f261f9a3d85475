/** The images of the stack that a command's file and options name. */

import { kitVersion } from "../base/package-root.ts";
import type { StackImages } from "../delivery/images/list.ts";
import { type LoadedCountry, loadCountry } from "../localisation/load.ts";
import { type FileOptions, loadOptions, readCountry } from "./localisation-file.ts";

export interface PlannedImagesOptions extends FileOptions {
  readonly registry?: string;
}

/** A file with the target local is read for a cluster, because only a cluster runs images. */
export async function plannedImages(
  file: string,
  options: PlannedImagesOptions,
): Promise<{ loaded: LoadedCountry; images: StackImages }> {
  const { hosting } = loadCountry(file, loadOptions(options)).country;
  const target = hosting.target === "aws" ? "aws" : "kubernetes";
  const loaded = readCountry(file, { ...options, target });
  const { planCountry } = await import("../stacks/country-plan.ts");
  const { stackImages } = await import("../delivery/images/list.ts");
  return { loaded, images: stackImages(await planCountry(loaded, target, kitVersion()), options.registry) };
}
