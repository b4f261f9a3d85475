/** What is generated is fresh, and the schema that it comes from is whole. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { packageRoot } from "../../base/package-root.ts";
import { fileSchemas, newValidator } from "../../localisation/check/schema-check.ts";
import { mapChildren, type SchemaNode } from "../../localisation/schema/file-schema.ts";
import { formats } from "../../localisation/schema/formats.ts";
import { currencyTable } from "../../scripts/generators/currencies.ts";
import { editorSchema } from "../../scripts/generators/json-schema.ts";
import { localisationGuide } from "../../scripts/generators/localisation-guide.ts";
import { schemaCheckCode } from "../../scripts/generators/schema-check.ts";
import { thinFiles } from "./mutants.ts";

test.each([
  ["countries/schema.json", editorSchema],
  ["docs/localisation.md", localisationGuide],
  ["localisation/generated/currencies.ts", currencyTable],
  ["localisation/generated/schema-check.ts", schemaCheckCode],
])("%s is fresh", (file, generate) => {
  expect(readFileSync(join(packageRoot, file), "utf8") === generate()).toBe(true);
});

describe("every field of the schema", () => {
  const fields: { path: string; schema: SchemaNode }[] = [];
  const visit = (schema: SchemaNode, path: string): void => {
    fields.push({ path, schema });
    for (const [key, child] of Object.entries(schema.properties ?? {})) visit(child, `${path}.${key}`);
    for (const child of Object.values(schema.patternProperties ?? {}))
      if (schema.localised !== true) visit(child, `${path}.*`);
    if (schema.items) visit(schema.items, `${path}[]`);
  };
  visit(fileSchemas.country, "");

  test("has a title and a description", () => {
    expect(
      fields.filter(({ schema }) => !schema.title || !schema.description).map(({ path }) => path),
    ).toEqual([]);
  });

  test("that holds a plain value has an example, a default or a list of values", () => {
    const plain = fields.filter(({ schema }) => ["string", "number", "integer"].includes(schema.type ?? ""));
    const unexplained = plain.filter(
      ({ schema }) => !schema.examples && schema.default === undefined && schema.const === undefined,
    );
    expect(unexplained.map(({ path }) => path)).toEqual([]);
  });

  test("says what it expects where it has a pattern or a format", () => {
    const formed = fields.filter(
      ({ schema }) =>
        schema.pattern !== undefined ||
        schema.format !== undefined ||
        (schema.patternProperties && !schema.properties),
    );
    expect(formed.filter(({ schema }) => schema.expected === undefined).map(({ path }) => path)).toEqual([]);
  });

  test("has examples and defaults that it would accept itself", () => {
    const wrong: string[] = [];
    for (const { path, schema } of fields) {
      const check = newValidator().compile(schema);
      const samples = [...(schema.examples ?? []), ...("default" in schema ? [schema.default] : [])];
      // One text for all languages is written out for each before the check.
      const inFull = (sample: unknown) =>
        schema.localised === true && typeof sample === "string" ? { en: sample } : sample;
      for (const sample of samples)
        if (!check(inFull(sample))) wrong.push(`${path}: ${JSON.stringify(sample)}`);
    }
    expect(wrong).toEqual([]);
  });

  test("uses formats that the validator knows", () => {
    const used = fields.flatMap(({ schema }) => schema.format ?? []);
    expect(used.filter((format) => !(format in formats))).toEqual([]);
  });
});

describe("the editors' schema", () => {
  const schema = JSON.parse(
    readFileSync(join(packageRoot, "countries/schema.json"), "utf8"),
  ) as SchemaNode & {
    definitions: { overlay: SchemaNode };
  };
  const check = addFormats.default(new Ajv({ allErrors: true })).compile(schema);

  test("accepts the country files", () => {
    for (const file of thinFiles) {
      check(parse(file));
      expect(check.errors ?? []).toEqual([]);
    }
  });

  test("checks environments as parts of a file, which can't change the country", () => {
    const [file = {}] = thinFiles.map((text) => parse(text) as { hosting?: object });
    const environments = { production: { hosting: { target: "kubernets" } }, pilot: { country: "ZA" } };
    expect(check({ ...file, hosting: { ...file.hosting, environments } })).toBe(false);
    expect(check.errors?.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`)).toEqual([
      "/hosting/environments/pilot additionalProperties",
      "/hosting/environments/production/hosting/target enum",
    ]);
    const required: string[] = [];
    const visit = (node: SchemaNode): SchemaNode => {
      if (node.required !== undefined) required.push(...node.required);
      // Items of lists stay whole: a list is replaced, not merged.
      const { items, ...groups } = node;
      mapChildren(groups, visit);
      return node;
    };
    visit(schema.definitions.overlay);
    expect(required).toEqual([]);
  });

  test("is named by every country file", () => {
    for (const name of ["za", "tr", "br", "template"])
      expect(readFileSync(join(packageRoot, "countries", `${name}.yaml`), "utf8")).toMatch(
        /^# yaml-language-server: \$schema=\.\/schema\.json\n/,
      );
  });
});
