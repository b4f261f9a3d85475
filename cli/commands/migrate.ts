/** `rollout migrate`: rewrites older localisation files in the present version of the format. */
import { Command } from "commander";
import { type MigratedFile, migrateFile } from "../../localisation/migrations/migrate.ts";
import { print, printJson, style } from "../terminal.ts";

export function migrateCommand(): Command {
  return new Command("migrate")
    .description("rewrite older localisation files in the present format; comments and order stay")
    .argument("<files...>", "localisation files")
    .option("--dry-run", "only show what would change")
    .option("--json", "print JSON")
    .action((files: string[], options: { dryRun?: boolean; json?: boolean }) => {
      const migrated = files.map((file) => migrateFile(file, { write: options.dryRun !== true }));
      if (options.json) printJson({ ok: true, written: options.dryRun !== true, files: migrated });
      else for (const file of migrated) show(file, options.dryRun === true);
    });
}

function show({ file, from, to, changes }: MigratedFile, dryRun: boolean): void {
  if (from === to) {
    print(`${style("green", "✓")} ${file}: already ${to}.`);
    return;
  }
  for (const { line, message } of changes) print(`${file}:${line}  ${message}`);
  print(`${style("green", "✓")} ${file}: ${dryRun ? "would go" : "went"} from ${from} to ${to}.`);
}
