/**
 * Language catalogues: all texts of the pages and the standard questionnaire in one language. They stand in a
 * `languages` folder beside the country file, else in the kit's own.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseDocument, plainValue } from "./document.ts";
import { deepFreeze } from "./freeze.ts";
import { packageRoot } from "./package-root.ts";
import { LocalisationError } from "./problem.ts";
import type { Catalogue } from "./schema/catalogue.ts";
import { catalogueFile } from "./schema-check.ts";
import { readSource } from "./source.ts";
import { validate } from "./validation.ts";

export type { Catalogue };

const loaded = new Map<string, { readonly sha256: string; readonly catalogue: Catalogue }>();

/** @throws LocalisationError; undefined where no such catalogue exists. */
export function loadCatalogue(language: string, countryFile: string): Catalogue | undefined {
  const file = [dirname(countryFile), join(packageRoot, "countries")]
    .map((folder) => join(folder, "languages", `${language}.yaml`))
    .find((candidate) => existsSync(candidate));
  if (file === undefined) return undefined;
  const source = readSource(file);
  const known = loaded.get(file);
  if (known?.sha256 === source.sha256) return known.catalogue;
  const document = parseDocument(source);
  const problems = [...document.problems, ...validate(catalogueFile, document, document.root).problems];
  if (problems.length > 0) throw new LocalisationError(problems);
  const catalogue = deepFreeze(plainValue(document.root) as Catalogue);
  loaded.set(file, { sha256: source.sha256, catalogue });
  return catalogue;
}
