/** Creates a country's localisation file from the template. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { InputError } from "../base/kit-error.ts";
import { kitPath, packageRoot } from "../base/package-root.ts";

const kitCountries = join(packageRoot, "countries");

/**
 * Writes the file, and the JSON Schema that editors complete it with next to it.
 * @param country ISO 3166-1 alpha-2.
 * @throws InputError where the file can't be written; one that exists stays as it is.
 */
export function startFile(file: string, country: string): void {
  const template = readFileSync(join(kitCountries, "template.yaml"), "utf8");
  const text = template
    .replace(/^country: .*$/m, `country: ${country}`)
    .replaceAll(/\bdocs\/[a-z-]+\.md/g, (page) => kitPath(page));
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { flag: "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === "EEXIST" ? "exists already and was left as it is" : `can't be written (${code})`;
    throw new InputError(`${file} ${what}.`, "Name another file with --file.", { cause: error });
  }
  const schema = join(dirname(file), "schema.json");
  if (!existsSync(schema)) copyFileSync(join(kitCountries, "schema.json"), schema);
}
