/** The admission policies of a country's plan, as objects for `kubectl apply`, even where the file turns them off. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LoadedCountry } from "../localisation/load.ts";
import { manifestOf } from "../plan/manifests.ts";
import { isManifest, kindOf, type Properties } from "../plan/plan.ts";
import { type PlannedTarget, planCountry } from "./country-plan.ts";

/** @throws InputError when the file lacks what the target needs. */
export async function plannedAdmission(
  loaded: LoadedCountry,
  target: PlannedTarget,
  version: string,
): Promise<Properties[]> {
  const { kubernetes } = loaded.country.hosting;
  const country =
    kubernetes?.admission === "off"
      ? {
          ...loaded.country,
          hosting: {
            ...loaded.country.hosting,
            kubernetes: { ...kubernetes, admission: "enforce" as const },
          },
        }
      : loaded.country;
  const { resources } = await planCountry({ ...loaded, country }, target, version);
  return resources
    .filter((resource) => isManifest(resource) && kindOf(resource).startsWith("ValidatingAdmissionPolicy"))
    .map(manifestOf);
}

/** @returns the names of the files, in the folder. */
export function writeManifestFiles(objects: readonly Properties[], folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return objects.map((object) => {
    const { kind, metadata } = object as unknown as { kind: string; metadata: { name: string } };
    const name = `${kind.toLowerCase()}-${metadata.name}.json`;
    writeFileSync(join(folder, name), `${JSON.stringify(object, null, 2)}\n`);
    return name;
  });
}
