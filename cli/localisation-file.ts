/** The localisation file of a command: its argument and options, and how it is read. */
import { type Command, Option } from "commander";
import { InputError } from "../base/kit-error.ts";
import { formatProblem, type LoadedCountry, type LoadOptions, loadCountry } from "../localisation/load.ts";
import { clusterTargets, targets } from "../localisation/schema/hosting.ts";
import type { PlannedTarget } from "../stacks/country-plan.ts";
import { style } from "./terminal.ts";

export interface FileOptions {
  readonly env?: string;
  readonly target?: string;
}

/** The argument `<file>` and the option `--env`. */
export const withFile = (command: Command): Command =>
  command.argument("<file>", "localisation file").addOption(environmentOption());

export const environmentOption = (): Option =>
  new Option("--env <name>", "environment of the file, such as production");

/** @param choices absent where the command itself says which targets there are. */
export function targetOption(choices?: readonly string[]): Option {
  const option = new Option("--target <target>", "use this target instead of the file's hosting.target");
  return choices === undefined ? option : option.choices(choices);
}

/** A target that does not exist is left out: the command says what is wrong with it. */
export function loadOptions({ env, target }: FileOptions): LoadOptions {
  const known = targets.find((name) => name === target);
  return {
    ...(env !== undefined && { environment: env }),
    ...(known !== undefined && { target: known }),
  };
}

/**
 * Reads the file and prints its warnings.
 * @throws LocalisationError
 */
export function readCountry(file: string, options: FileOptions): LoadedCountry {
  const loaded = loadCountry(file, loadOptions(options));
  for (const warning of loaded.warnings.filter(({ advice }) => advice === undefined))
    process.stderr.write(`${formatProblem(warning)} ${style("yellow", "(warning)", process.stderr)}\n`);
  const open = openQuestions(loaded);
  if (open !== undefined) process.stderr.write(`${open}\n`);
  return loaded;
}

/** How many values are marked as still to be filled in; undefined where none is. */
export function openQuestions({ file, placeholders }: LoadedCountry): string | undefined {
  const { length } = placeholders.filter(({ remediation }) => remediation.includes("!todo"));
  if (length === 0) return undefined;
  return `${file}: ${length} ${length === 1 ? "value is" : "values are"} still to be filled in; \`rollout validate ${file}\` names them.`;
}

/** The target to plan for; undefined where the wanted one is no cluster. */
export function clusterTarget({ country }: LoadedCountry, wanted?: string): PlannedTarget | undefined {
  return clusterTargets.find((known) => known === (wanted ?? country.hosting.target));
}

/**
 * @param reason why the command has nothing to do without a cluster, to follow "which".
 * @throws InputError
 */
export function requireClusterTarget(loaded: LoadedCountry, reason: string): PlannedTarget {
  const target = clusterTarget(loaded);
  if (target !== undefined) return target;
  throw new InputError(
    `${loaded.file} has the target ${loaded.country.hosting.target}, which ${reason}.`,
    `Choose an environment with a cluster by --env, or a target by --target (${clusterTargets.join(", ")}).`,
  );
}
