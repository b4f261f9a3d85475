/** 5,100 country files broken as text and as bytes each end in a country or in located problems. */
import { expect, test } from "vitest";
import { loadMutants } from "./fuzzing.ts";
import { mutantBytes, mutantText, wholeFiles } from "./mutants.ts";

const timeout = 240_000;

test("mutants of the text", { timeout }, () => {
  const { country, problems } = loadMutants(4500, 1_000_000, (random) => mutantText(random));
  // Most are broken, and some harmlessly: else the mutations test nothing.
  expect(problems).toBeGreaterThan(2250);
  expect(country).toBeGreaterThan(200);
});

test("mutants of the whole files", { timeout }, () => {
  expect(loadMutants(200, 2_000_000, (random) => mutantText(random, wholeFiles)).problems).toBeGreaterThan(
    150,
  );
});

test("mutants of the bytes", { timeout }, () => {
  expect(loadMutants(400, 3_000_000, mutantBytes).problems).toBeGreaterThan(200);
});
