/**
 * `npm run generate` writes what is built from code; `npm run check:generated` (`--check`) says what is stale and
 * exits 1. Each entry of the list is one file and the function that gives its text.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { currencyTable } from "./generators/currencies.ts";
import { editorSchema } from "./generators/json-schema.ts";
import { localisationGuide } from "./generators/localisation-guide.ts";
import { policiesGuide } from "./generators/policies-guide.ts";
import { schemaCheckCode } from "./generators/schema-check.ts";

const root = dirname(import.meta.dirname);

const generators: Readonly<Record<string, () => string | Promise<string>>> = {
  "countries/schema.json": editorSchema,
  "docs/localisation.md": localisationGuide,
  "docs/policies.md": policiesGuide,
  "localisation/generated/currencies.ts": currencyTable,
  "localisation/generated/schema-check.ts": schemaCheckCode,
};

const check = process.argv.includes("--check");
const stale: string[] = [];
for (const [file, generate] of Object.entries(generators)) {
  const path = join(root, file);
  const wanted = await generate();
  if (read(path) === wanted) continue;
  stale.push(file);
  if (check) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}

for (const file of stale) console.log(check ? `${file} is stale.` : `${file} written.`);
if (check && stale.length > 0) {
  console.error("Run `npm run generate` and commit what it writes.");
  process.exitCode = 1;
} else if (stale.length === 0) console.log(`${Object.keys(generators).length} generated files are fresh.`);

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
