/** `rollout backup`: makes, lists and verifies backups of a stack. */

import { Command, Option } from "commander";
import { InputError } from "../../base/kit-error.ts";
import { kitPath } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { targets } from "../../localisation/schema/hosting.ts";
import { environmentOption, type FileOptions, loadOptions, targetOption } from "../localisation-file.ts";
import { print, printJson } from "../terminal.ts";
import type { LocalBackupCommandOptions } from "./backup-local.ts";

type BackupCommandOptions = FileOptions & LocalBackupCommandOptions & { readonly newKey?: string };

export function backupCommand(): Command {
  return new Command("backup")
    .description("make a backup of a stack now, or list or verify its backups")
    .argument("[file]", "localisation file")
    .addOption(environmentOption())
    .addOption(targetOption(targets))
    .option("--data <folder>", "folder in which local stacks keep their data", ".rollout")
    .option("--to <folder>", "local: folder of the backups, instead of hosting.backup.local.folder")
    .addOption(
      new Option(
        "--recipient <key...>",
        "local: public keys that can read the backup, instead of the file's",
      ),
    )
    .addOption(new Option("--list", "list the backups").conflicts(["verify", "newKey"]))
    .addOption(
      new Option(
        "--verify [name]",
        "local: compare a backup with its checksums (default: the last backup)",
      ).conflicts("newKey"),
    )
    .option("--new-key <file>", "make a key pair: write the secret key to the file and print the public key")
    .option("--json", "print JSON")
    .action(async (file: string | undefined, options: BackupCommandOptions) => {
      if (options.newKey !== undefined) return newKey(options.newKey, options.json === true);
      if (file === undefined)
        throw new InputError(
          "No localisation file is given.",
          `For example: rollout backup ${kitPath("countries/za.yaml")}`,
        );
      const loaded = loadCountry(file, loadOptions(options));
      if (loaded.country.hosting.target === "local") {
        const { localBackup } = await import("./backup-local.ts");
        await localBackup(loaded, options);
      } else {
        const { clusterBackup } = await import("./backup-cluster.ts");
        await clusterBackup(loaded, options);
      }
    });
}

async function newKey(path: string, json: boolean): Promise<void> {
  const { createKeyFile } = await import("../../stacks/local/backup/encryption.ts");
  const publicKey = await createKeyFile(path);
  if (json) return printJson({ publicKey, file: path });
  print(`Public key: ${publicKey}`);
  print("Put it under hosting.backup.local.recipients.");
  print(
    `${path} is the secret key. Keep copies of it away from the stack: without it no backup can be read.`,
  );
}
