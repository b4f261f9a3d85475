/**
 * `npm run generate` writes what is built from code; `npm run check:generated` (`--check`) says what is stale and
 * exits 1. Each entry of the lists is one file, or one folder, and the function that gives its text or texts.
 */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { alertsGuide } from "./generators/alerts-guide.ts";
import { countryChart } from "./generators/charts.ts";
import { currencyTable } from "./generators/currencies.ts";
import { editorSchema } from "./generators/json-schema.ts";
import { localisationGuide } from "./generators/localisation-guide.ts";
import { languageTable } from "./generators/official-languages.ts";
import { notCheckedGuide, policiesGuide } from "./generators/policies-guide.ts";
import { reportSchema } from "./generators/report-schema.ts";
import { schemaCheckCode } from "./generators/schema-check.ts";
import { sizingGuide } from "./generators/sizing-guide.ts";

const root = dirname(import.meta.dirname);

const generators: Readonly<Record<string, () => string | Promise<string>>> = {
  "countries/schema.json": editorSchema,
  "docs/alerts.md": alertsGuide,
  "docs/compliance-report.schema.json": reportSchema,
  "docs/localisation.md": localisationGuide,
  "docs/not-checked.md": notCheckedGuide,
  "docs/policies.md": policiesGuide,
  "docs/sizing.md": sizingGuide,
  "localisation/generated/currencies.ts": currencyTable,
  "localisation/generated/official-languages.ts": languageTable,
  "localisation/generated/schema-check.ts": schemaCheckCode,
};

/** Folders that hold nothing else. */
const folders: Readonly<Record<string, () => Promise<ReadonlyMap<string, string>>>> = {
  "charts/country-rollout": countryChart,
};

const check = process.argv.includes("--check");
const stale: string[] = [];
let count = 0;
for (const [file, generate] of Object.entries(generators)) compare(file, await generate());
for (const [folder, generate] of Object.entries(folders)) {
  const files = await generate();
  for (const [name, text] of files) compare(`${folder}/${name}`, text);
  const present = globSync(`${folder}/**/{*,.*}`, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  for (const file of present)
    if (!files.has(file.slice(folder.length + 1))) {
      stale.push(file);
      if (!check) rmSync(join(root, file));
    }
}

for (const file of stale) console.log(check ? `${file} is stale.` : `${file} brought up to date.`);
if (check && stale.length > 0) {
  console.error("Run `npm run generate` and commit what it writes.");
  process.exitCode = 1;
} else if (stale.length === 0) console.log(`${count} generated files are fresh.`);

function compare(file: string, wanted: string): void {
  count += 1;
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, "utf8") === wanted) return;
  stale.push(file);
  if (check) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted, { mode: file.endsWith(".sh") ? 0o755 : 0o644 });
}
