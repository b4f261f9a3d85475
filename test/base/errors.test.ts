/** Errors for a person are KitErrors; the few other classes are caught by the code that throws them. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../base/package-root.ts";

/** Class and file of each that extends Error itself. */
const allowed: Readonly<Record<string, string>> = {
  KitError: "base/kit-error.ts",
  // A policy's verdict.
  Undetermined: "policies/resources/undetermined.ts",
};

test("no other class extends Error", () => {
  const folders =
    "{apps,base,cli,cluster,compliance,components,delivery,localisation,plan,policies,stacks,stores}";
  const found = globSync(`${folders}/**/*.ts`, { cwd: packageRoot }).flatMap((file) =>
    [...readFileSync(join(packageRoot, file), "utf8").matchAll(/class (\w+) extends Error\b/g)].map(
      ([, name]) => [name!, file] as const,
    ),
  );
  expect(Object.fromEntries(found)).toEqual(allowed);
});
