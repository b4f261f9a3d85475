/** 5,000 country files broken in their structure each end in a country or in located problems. */
import type { ErrorObject } from "ajv";
import { expect, test } from "vitest";
import { countryFile, fileSchemas, newValidator } from "../../localisation/check/schema-check.ts";
import { problemsOf } from "./fixture.ts";
import { loadMutants } from "./fuzzing.ts";
import { mutantTree, seededRandom, thinFiles } from "./mutants.ts";

const timeout = 240_000;

test("the files that mutants are made of have no problem", () => {
  for (const file of thinFiles) expect(problemsOf(file)).toEqual([]);
});

test("mutants of the structure", { timeout }, () => {
  const { country, problems } = loadMutants(5000, 4_000_000, (random) =>
    JSON.stringify(mutantTree(random), null, 1),
  );
  expect(problems).toBeGreaterThan(2500);
  expect(country).toBeGreaterThan(200);
});

test("the generated checking code finds what the schema compiled at run time finds", { timeout }, () => {
  const fresh = newValidator().compile(fileSchemas.country);
  const found = (errors: readonly ErrorObject[] | null | undefined) =>
    (errors ?? [])
      .map(({ instancePath, keyword, params }) => JSON.stringify([instancePath, keyword, params]))
      .sort();
  let broken = 0;
  for (let seed = 5_000_000; seed < 5_001_000; seed += 1) {
    const tree = mutantTree(seededRandom(seed));
    expect(countryFile.check(tree)).toBe(fresh(tree));
    expect(found(countryFile.check.errors)).toEqual(found(fresh.errors));
    if (fresh.errors) broken += 1;
  }
  expect(broken).toBeGreaterThan(500);
});
