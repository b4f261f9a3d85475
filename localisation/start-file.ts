/** Creates a country's localisation file: what sources say about this country, and questions for everything else. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileFailure } from "../base/file-failure.ts";
import { InputError } from "../base/kit-error.ts";
import { kitPath, packageRoot } from "../base/package-root.ts";
import { currenciesOf } from "./generated/currencies.ts";
import { officialLanguagesOf } from "./generated/official-languages.ts";
import { subdivisionsOf } from "./iso-3166.ts";
import { countryName, formats, timeZonesOf } from "./schema/formats.ts";

const kitCountries = join(packageRoot, "countries");

/**
 * Writes the file, and the JSON Schema that editors complete it with next to it.
 * @param country ISO 3166-1 alpha-2.
 * @throws InputError where the file can't be written; one that exists stays as it is.
 */
export function startFile(file: string, country: string): void {
  const text = startText(country);
  const schema = join(dirname(file), "schema.json");
  let created: number | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    created = openSync(file, "wx");
    writeSync(created, text);
    if (!existsSync(schema)) copyFileSync(join(kitCountries, "schema.json"), schema);
  } catch (error) {
    // Half a file would be in the way of the next try.
    if (created !== undefined) rmSync(file, { force: true });
    const what = existsSync(file)
      ? "exists already and was left as it is"
      : `can't be written: ${fileFailure(error)}`;
    throw new InputError(`${file} ${what}.`, "Name another file with --file.", { cause: error });
  } finally {
    if (created !== undefined) closeSync(created);
  }
}

/** The template with the country's own facts in place of the example's. */
export function startText(country: string): string {
  const languages = languagesOf(country);
  const template = readFileSync(join(kitCountries, "template.yaml"), "utf8");
  const name = countryName(country) ?? country;
  const head = `# yaml-language-server: $schema=./schema.json
#
# ${name}: its languages, time zone, currency and week are those of Unicode CLDR, its regions those of ISO 3166-2, its
# public holidays those of the library date-holidays. \`npx rollout explain\` shows them: have them confirmed.
# !todo marks what only the country's team knows, with a question: put the answer in place of both.
# \`npx rollout validate\` names what is left; \`pilot\` runs with it, \`production\` refuses it.
# Every other field has a default; ${kitPath("docs/localisation.md")} explains them all.
`;
  return template
    .replaceAll(/\bdocs\/[a-z-]+\.md/g, (page) => kitPath(page))
    .replace(/^[\s\S]*?(?=apiVersion:)/, () => head)
    .replace(/^country: .*$/m, () => `country: ${country}\n${choices(country)}`.trimEnd())
    .replace(/^languages: .*$/m, () => `languages: [${languages.join(", ")}]`)
    .replace(/^ {2}# They size the stack\.$/m, (line) => `${regions(country)}${line}`);
}

function languagesOf(country: string): readonly string[] {
  const official = (officialLanguagesOf[country] ?? []).filter(formats.language);
  if (official.length > 0) return official;
  return [new Intl.Locale(`und-${country}`).maximize().language];
}

/** What the country has several of, so that the team must choose. */
function choices(country: string): string {
  const zones = timeZonesOf(country);
  const currencies = currenciesOf[country] ?? [];
  return [
    ...(zones.length === 1
      ? []
      : [`timezone: !todo Which of these counts shifts, days and months, ${zones.join(", ")}?\n`]),
    ...(currencies.length === 1
      ? []
      : [`currency: !todo In which currency are tariffs and turnover, ${currencies.join(", ")}?\n`]),
  ].join("");
}

function regions(country: string): string {
  const tops = subdivisionsOf(country).filter(({ isTop }) => isTop);
  if (tops.length === 0) return "";
  const lines = tops.map(({ code, name }) => `    - { code: ${code}, name: ${JSON.stringify(name)} }\n`);
  return `  # ISO 3166-2. Names in one language stand for all; remove what companies are not counted by.\n  regions:\n${lines.join("")}`;
}
