/** Completion of the command line in bash, zsh, fish and PowerShell: commands, options, their values, and files to read. */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import tab from "@bomb.sh/tab/commander";
import type { Command } from "commander";
import { targets } from "../localisation/schema/hosting.ts";

/** Adds `rollout completion <shell>`, which prints the shell's script, and the command that this script asks. */
export function addCompletion(program: Command): void {
  const root = tab(program, { completionCommandName: "completion" });
  for (const { arguments: given, options } of root.commands.values()) {
    for (const argument of given.values())
      if (/file|report|archive/.test(argument.name))
        argument.handler ??= (complete) => {
          for (const file of filesFor(process.argv.at(-1) ?? "")) complete(file, "");
        };
    const target = options.get("target");
    if (target !== undefined)
      target.handler = (complete) => {
        for (const name of targets) complete(name, "");
      };
  }
}

/** Localisation files, plans, reports and archives in the folder that a path begins with, and in its folders. */
function filesFor(path: string): string[] {
  const from = path.includes("/") ? dirname(`${path}.`) : ".";
  return filesIn(from, 1).filter((file) => /\.(ya?ml|json|tar)$/.test(file));
}

function filesIn(folder: string, deeper: number): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
      .flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isFile()) return [path];
        return entry.isDirectory() && deeper > 0 ? filesIn(path, deeper - 1) : [];
      });
  } catch {
    return [];
  }
}
