/** `rollout init`: starts a country's localisation file with what is known of the country. */

import { join } from "node:path";
import { Command } from "commander";
import { requireCountry } from "../../localisation/country-code.ts";
import { loadCountry } from "../../localisation/load.ts";
import { countryName } from "../../localisation/schema/formats.ts";
import { startFile } from "../../localisation/start-file.ts";
import { print, printJson, style } from "../terminal.ts";

export function initCommand(): Command {
  return new Command("init")
    .description("start a country's localisation file with what is known of the country")
    .argument("<country>", "ISO 3166-1 code of the country, such as GH")
    .option("--file <path>", "file to write (default: countries/<country>.yaml)")
    .option("--json", "print JSON")
    .action((code: string, options: { file?: string; json?: boolean }) => {
      const country = requireCountry(code);
      const file = options.file ?? join("countries", `${country.toLowerCase()}.yaml`);
      startFile(file, country);
      const open = loadCountry(file).placeholders.length;
      if (options.json) printJson({ ok: true, country, file, placeholders: open });
      else {
        print(`${style("green", "✓")} ${file} is started for ${countryName(country)}.`);
        print(`${open} questions (!todo) are for the country's team. See them, and the values in force:`);
        print(`  npx rollout validate ${file}`);
        print(`  npx rollout explain ${file}`);
      }
    });
}
