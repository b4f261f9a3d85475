/** `rollout restore`: restores a stack from a backup, to a point in time or to a backup by its name. */

import { Command } from "commander";
import { InputError } from "../../base/kit-error.ts";
import { loadCountry } from "../../localisation/load.ts";
import { targets } from "../../localisation/schema/hosting.ts";
import { type FileOptions, loadOptions, targetOption, withFile } from "../localisation-file.ts";
import type { ClusterRestoreOptions } from "./restore-cluster.ts";
import type { LocalRestoreOptions } from "./restore-local.ts";

type RestoreCommandOptions = FileOptions & LocalRestoreOptions & ClusterRestoreOptions;

export function restoreCommand(): Command {
  return withFile(
    new Command("restore").description("restore a stack from a backup; asks before anything is replaced"),
  )
    .addOption(targetOption(targets))
    .option(
      "--at <time>",
      "time to restore to, such as 2026-11-25T02:00, or a backup's name (default: the last backup)",
    )
    .option("--data <folder>", "local: folder in which stacks keep their data", ".rollout")
    .option("--from <folder>", "local: folder of the backups, instead of hosting.backup.local.folder")
    .option("--identity <file>", "local: the key file that `rollout backup --new-key` or age-keygen wrote")
    .option("--manifests", "cluster: only print the objects that a restore creates")
    .option("--yes", "do not ask for confirmation")
    .option("--json", "print JSON; needs --yes")
    .action(async (file: string, options: RestoreCommandOptions) => {
      if (options.json && !options.yes && !options.manifests)
        throw new InputError("With --json there is nobody to ask.", "Add --yes.");
      const loaded = loadCountry(file, loadOptions(options));
      if (loaded.country.hosting.target === "local") {
        const { localRestore } = await import("./restore-local.ts");
        await localRestore(loaded, options);
      } else {
        const { clusterRestore } = await import("./restore-cluster.ts");
        await clusterRestore(loaded, options);
      }
    });
}
