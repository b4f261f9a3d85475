/**
 * The functions that check files against their schemas. ajv takes a tenth of a second to compile them, so
 * `npm run generate` writes their code; where a schema has changed since then, ajv compiles it at run time.
 */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import type { Ajv, Options, ValidateFunction } from "ajv";
import * as generated from "../generated/schema-check.ts";
import { CatalogueSchema } from "../schema/catalogue.ts";
import { CountrySchema } from "../schema/country.ts";
import { fileSchema, type SchemaNode } from "../schema/file-schema.ts";
import { formats } from "../schema/formats.ts";

/** A schema with the function that ajv compiled from it. */
export interface CompiledSchema {
  readonly schema: SchemaNode;
  readonly check: ValidateFunction;
}

/** Keywords that JSON Schema doesn't know and ajv ignores. */
const annotations = ["derived", "expected", "localised", "overlay"];

export function newValidator(options: Options = {}): Ajv {
  const { Ajv: Validator } = createRequire(import.meta.url)("ajv") as typeof import("ajv");
  const ajv = new Validator({ allErrors: true, strict: true, ...options });
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  ajv.addVocabulary(annotations);
  return ajv;
}

export const fileSchemas = {
  country: fileSchema(CountrySchema),
  catalogue: fileSchema(CatalogueSchema),
} as const satisfies Record<string, SchemaNode>;

/** Tells whether generated code belongs to these schemas. */
export const fingerprint = createHash("sha256").update(JSON.stringify(fileSchemas)).digest("hex");

const isFresh = generated.fingerprint === fingerprint;

export const countryFile: CompiledSchema = {
  schema: fileSchemas.country,
  check: isFresh ? (generated.checkCountry as ValidateFunction) : newValidator().compile(fileSchemas.country),
};

export const catalogueFile: CompiledSchema = {
  schema: fileSchemas.catalogue,
  check: isFresh
    ? (generated.checkCatalogue as ValidateFunction)
    : newValidator().compile(fileSchemas.catalogue),
};
