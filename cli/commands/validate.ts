/** `rollout validate`: checks localisation files, all problems at once. */
import { readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { Command } from "commander";
import { exitCode } from "../../base/kit-error.ts";
import { packageRoot } from "../../base/package-root.ts";
import { formatProblem, LocalisationError, loadCountry, type Problem } from "../../localisation/load.ts";
import { print, printJson, style } from "../terminal.ts";

interface CheckedFile {
  readonly file: string;
  readonly country?: string;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

export function validateCommand(): Command {
  return new Command("validate")
    .description("check localisation files and show every problem in them")
    .argument("[files...]", "localisation files (default: the kit's own countries)")
    .option("--env <name>", "check this environment of the files, such as production")
    .option("--json", "print JSON")
    .action((files: string[], options: { env?: string; json?: boolean }) => {
      const checked = (files.length > 0 ? files : ownCountries()).map((file) => check(file, options.env));
      const valid = checked.every((each) => each.problems.length === 0);
      if (options.json) printJson({ ok: valid, files: checked });
      else for (const each of checked) show(each);
      if (!valid) process.exitCode = exitCode.inputWrong;
    });
}

function ownCountries(): string[] {
  const folder = join(packageRoot, "countries");
  return readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => relative(process.cwd(), join(folder, name)));
}

function check(file: string, environment: string | undefined): CheckedFile {
  try {
    const { country, warnings } = loadCountry(file, environment === undefined ? {} : { environment });
    return { file, country: country.country, problems: [], warnings };
  } catch (error) {
    if (error instanceof LocalisationError) return { file, problems: error.problems, warnings: [] };
    throw error;
  }
}

function show({ file, country, problems, warnings }: CheckedFile): void {
  for (const problem of problems) print(formatProblem(problem));
  for (const warning of warnings) print(`${formatProblem(warning)} ${style("yellow", "(warning)")}`);
  const count = problems.length;
  if (count === 0) print(`${style("green", "✓")} ${file}: a valid localisation file of ${country}.`);
  else print(`${style("red", "✗")} ${file}: ${count} ${count === 1 ? "problem" : "problems"}.`);
}
