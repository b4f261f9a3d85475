/** `rollout restore`: brings a stack back from a backup, to a moment or to a backup by its name. */

import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { stopOnSignals } from "../../base/stop-on-signals.ts";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import { loadOptions, targetOption } from "../load-options.ts";
import { print, printJson, StepList } from "../terminal.ts";

export interface RestoreCommandOptions {
  readonly env?: string;
  readonly target?: string;
  readonly data: string;
  readonly at?: string;
  readonly from?: string;
  readonly identity?: string;
  readonly manifests?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export function restoreCommand(): Command {
  return new Command("restore")
    .description("bring a stack back from a backup; asks before anything is replaced")
    .argument("<file>", "localisation file")
    .option("--env <name>", "environment of the file, such as pilot")
    .addOption(targetOption())
    .option(
      "--at <time>",
      "moment to come back to, such as 2026-11-25T02:00, or a backup's name; the last where absent",
    )
    .option("--data <folder>", "local: folder below which the stack keeps its data", ".rollout")
    .option("--from <folder>", "local: folder of the backups, instead of hosting.backup.local.folder")
    .option("--identity <file>", "local: the key file, as `rollout backup --new-key` or age-keygen wrote it")
    .option("--manifests", "cluster: print what would be made in the cluster, and make nothing")
    .option("--yes", "do not ask")
    .option("--json", "print JSON; needs --yes")
    .action(async (file: string, options: RestoreCommandOptions) => {
      if (options.json && !options.yes && !options.manifests)
        throw new InputError("With --json nobody can be asked.", "Add --yes.");
      const loaded = loadCountry(file, loadOptions(options));
      if (loaded.country.hosting.target === "local") await local(loaded, options);
      else {
        const { clusterRestore } = await import("./restore-cluster.ts");
        await clusterRestore(loaded, options);
      }
    });
}

async function local({ country }: LoadedCountry, options: RestoreCommandOptions): Promise<void> {
  const [
    { BackupSet },
    { readKeyFile },
    { folderHoldsData, prepareRestore },
    { DataFolder },
    { momentOf },
    { explainFullDisk },
  ] = await Promise.all([
    import("../../stacks/local/backup/backup-set.ts"),
    import("../../stacks/local/backup/encryption.ts"),
    import("../../stacks/local/backup/restore-backup.ts"),
    import("../../stacks/local/data-folder.ts"),
    import("../moment.ts"),
    import("../../stacks/local/full-disk.ts"),
  ]);
  const source = options.from ?? country.hosting.backup.local?.folder;
  if (source === undefined)
    throw new InputError(
      "No folder of backups is named.",
      "Use --from, or add hosting.backup.local to the file.",
    );
  if (options.identity === undefined)
    throw new InputError("Backups are encrypted, and no key is named.", "Name the key file by --identity.");
  const end = new AbortController();
  stopOnSignals(end, { message: "Stopped. Nothing was changed." });
  try {
    const identities = readKeyFile(options.identity);
    const at = options.at === undefined ? undefined : momentOf(options.at, country.timezone);
    if (at === null)
      throw new InputError(
        `"${options.at}" is neither a moment nor the name of a backup.`,
        "Write a moment as 2026-11-25T02:00 (in the country's time) or 2026-11-25T02:00:00Z.",
      );
    const backup = new BackupSet(country, source).choose(at);
    const folder = DataFolder.of(country, options.data);
    const asks = folderHoldsData(folder) && !options.yes;
    if (asks && !process.stdin.isTTY)
      throw new InputError(
        `${folder.path} holds data, and nobody can be asked.`,
        "Add --yes: it is kept under another name.",
      );
    const steps = new StepList();
    if (!options.json)
      print(`Backup ${backup.name} of ${backup.manifest.startedAt}, ${(backup.bytes / 1e6).toFixed(1)} MB`);
    const ready = await prepareRestore({
      country,
      backup,
      identities,
      folder,
      step: (title, action) => (options.json ? action() : steps.run(title, action)),
      signal: end.signal,
    });
    if (asks && !(await agrees(folder.path))) {
      ready.discard();
      print("Nothing was changed.");
      process.exitCode = exitCode.checkFailed;
      return;
    }
    const { rows, companies, former } = await ready.finish();
    if (options.json)
      return printJson({
        backup: backup.name,
        path: folder.path,
        rows,
        companies,
        ...(former && { former }),
      });
    print(
      `${folder.path} holds ${rows.raw ?? 0} readings and ${companies} companies, as of ${backup.manifest.startedAt}.`,
    );
    if (former !== undefined)
      print(`What was there before is in ${former}: remove it when you no longer need it.`);
    print(
      "Companies that were erased after that moment are back: erase them again. `rollout up` starts the stack.",
    );
  } catch (error) {
    throw explainFullDisk(error);
  }
}

async function agrees(path: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${path} holds data. Put it aside and use the backup? (yes/no) `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
