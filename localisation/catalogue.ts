/**
 * Language catalogues: all texts of the pages and the standard questionnaire in one language. They stand in a
 * `languages` folder beside the country file, else in the kit's own.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import Type, { type Static } from "typebox";
import { parseDocument, plainValue } from "./document.ts";
import { deepFreeze } from "./freeze.ts";
import { packageRoot } from "./package-root.ts";
import { LocalisationError } from "./problem.ts";
import { LanguageTag, strictObject } from "./schema/common.ts";
import { fileSchema } from "./schema/file-schema.ts";
import { readSource } from "./source.ts";
import { compileSchema, validate } from "./validation.ts";

export const CatalogueSchema = strictObject({
  language: LanguageTag,
  name: Type.String({ minLength: 1 }),
  messages: Type.Record(Type.String(), Type.String()),
  questions: Type.Record(
    Type.String(),
    strictObject({
      text: Type.String({ minLength: 1 }),
      levels: Type.Array(Type.String({ minLength: 1 }), { minItems: 6, maxItems: 6 }),
    }),
  ),
});

interface QuestionTexts {
  readonly text: string;
  readonly levels: readonly string[];
}

export interface Catalogue {
  readonly language: string;
  readonly name: string;
  readonly messages: Readonly<Record<string, string>>;
  readonly questions: Readonly<Record<string, QuestionTexts>>;
}

const check = compileSchema(fileSchema(CatalogueSchema));
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
  const problems = [...document.problems, ...validate(check, document, document.root)];
  if (problems.length > 0) throw new LocalisationError(problems);
  const catalogue = deepFreeze(plainValue(document.root) as Static<typeof CatalogueSchema>);
  loaded.set(file, { sha256: source.sha256, catalogue });
  return catalogue;
}
