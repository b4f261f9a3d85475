/** `rollout init`: starts a country's localisation file from the template. */

import { join } from "node:path";
import { Command } from "commander";
import { InputError } from "../../base/kit-error.ts";
import { startFile } from "../../localisation/start-file.ts";
import { print, printJson, style } from "../terminal.ts";

export function initCommand(): Command {
  return new Command("init")
    .description("start a country's localisation file from the template")
    .argument("<country>", "ISO 3166-1 code of the country, such as GH")
    .option("--file <path>", "file to write (default: countries/<country>.yaml)")
    .option("--json", "print JSON")
    .action((code: string, options: { file?: string; json?: boolean }) => {
      const country = code.toUpperCase();
      const name = nameOf(country);
      if (name === undefined)
        throw new InputError(
          `"${code}" is not a country code of ISO 3166-1.`,
          "Use the code of two letters, such as GH for Ghana.",
        );
      const file = options.file ?? join("countries", `${country.toLowerCase()}.yaml`);
      startFile(file, country);
      if (options.json) printJson({ ok: true, country, file });
      else {
        print(`${style("green", "✓")} ${file} is started for ${name}.`);
        print("It holds Kenya's facts as an example. Replace them with your country's, then check the file:");
        print(`  npx rollout validate ${file}`);
      }
    });
}

function nameOf(country: string): string | undefined {
  if (!/^[A-Z]{2}$/.test(country)) return undefined;
  return new Intl.DisplayNames(["en"], { type: "region", fallback: "none" }).of(country);
}
