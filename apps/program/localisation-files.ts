/** The country and its catalogues as the stack mounts them: complete, so no default is filled in here. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { deepFreeze } from "../../base/freeze.ts";
import { InputError } from "../../base/kit-error.ts";
import { catalogueFile, countryFile } from "../../localisation/check/schema-check.ts";
import type { Catalogue } from "../../localisation/languages/catalogue.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { readJsonFile, requireValid } from "./json-file.ts";

export const localisationFolder = "/etc/rollout/localisation";

export interface LocalisationFiles {
  /** Environment of the file, such as `pilot`. */
  readonly environment?: string;
  readonly country: Country;
  /** By language; English is always among them. */
  readonly catalogues: Readonly<Record<string, Catalogue>>;
}

/** @throws InputError */
export function readLocalisationFiles(folder: string): LocalisationFiles {
  const file = join(folder, "country.json");
  const { environment, country } = (readJsonFile(file) ?? {}) as { environment?: unknown; country?: Country };
  requireValid(file, country, countryFile.check, "/country");
  const catalogues: Record<string, Catalogue> = {};
  for (const name of readdirSync(folder)) {
    const language = /^catalogue-(.+)\.json$/.exec(name)?.[1];
    if (language === undefined) continue;
    const catalogue = readJsonFile(join(folder, name));
    requireValid(join(folder, name), catalogue, catalogueFile.check);
    catalogues[language] = catalogue as Catalogue;
  }
  if (catalogues.en === undefined)
    throw new InputError(
      `${join(folder, "catalogue-en.json")} is missing.`,
      "English is what every page falls back to; `rollout up` writes its catalogue with the stack.",
    );
  return deepFreeze({
    ...(typeof environment === "string" && { environment }),
    country: country as Country,
    catalogues,
  });
}
