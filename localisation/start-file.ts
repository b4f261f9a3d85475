/** Starts a country's localisation file as a copy of the template. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { kitPath, packageRoot } from "../base/package-root.ts";

const kitCountries = join(packageRoot, "countries");

/**
 * Writes the file, and the JSON Schema that editors complete it with beside it.
 * @param country ISO 3166-1 alpha-2.
 * @throws the file system's error; EEXIST where the file is there already, which stays as it is.
 */
export function startFile(file: string, country: string): void {
  const template = readFileSync(join(kitCountries, "template.yaml"), "utf8");
  const text = template
    .replace(/^country: .*$/m, `country: ${country}`)
    .replaceAll(/\bdocs\/[a-z-]+\.md/g, (page) => kitPath(page));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text, { flag: "wx" });
  const schema = join(dirname(file), "schema.json");
  if (!existsSync(schema)) copyFileSync(join(kitCountries, "schema.json"), schema);
}
