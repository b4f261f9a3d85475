/** `rollout backup`: makes, lists and verifies backups of a stack. */

import { Command, Option } from "commander";
import { exitCode, InputError } from "../../base/kit-error.ts";
import { kitPath } from "../../base/package-root.ts";
import { loadCountry } from "../../localisation/load.ts";
import { loadOptions, targetOption } from "../load-options.ts";
import { print, printJson, StepList, style, table } from "../terminal.ts";

interface BackupCommandOptions {
  readonly env?: string;
  readonly target?: string;
  readonly data: string;
  readonly to?: string;
  readonly recipient?: readonly string[];
  readonly list?: boolean;
  readonly verify?: string | true;
  readonly newKey?: string;
  readonly json?: boolean;
}

export function backupCommand(): Command {
  return new Command("backup")
    .description("make a backup of a stack now, or list or verify those that there are")
    .argument("[file]", "localisation file")
    .option("--env <name>", "environment of the file, such as pilot")
    .addOption(targetOption())
    .option("--data <folder>", "folder below which a local stack keeps its data", ".rollout")
    .option("--to <folder>", "local: folder of the backups, instead of hosting.backup.local.folder")
    .addOption(
      new Option("--recipient <key...>", "local: public keys that may read it, instead of the file's"),
    )
    .addOption(new Option("--list", "list the backups").conflicts(["verify", "newKey"]))
    .addOption(
      new Option(
        "--verify [name]",
        "local: compare a backup with its checksums, the last where no name is given",
      ).conflicts("newKey"),
    )
    .option("--new-key <file>", "make a key: the file gets the secret half, the public half is printed")
    .option("--json", "print JSON")
    .action(async (file: string | undefined, options: BackupCommandOptions) => {
      if (options.newKey !== undefined) return newKey(options.newKey, options.json === true);
      if (file === undefined)
        throw new InputError(
          "No localisation file is named.",
          `Such as: rollout backup ${kitPath("countries/za.yaml")}`,
        );
      const loaded = loadCountry(file, loadOptions(options));
      if (loaded.country.hosting.target === "local") await local(loaded, options);
      else {
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
    `${path} opens the backups: keep copies of it away from the stack. Without it no backup can be read.`,
  );
}

async function local(loaded: ReturnType<typeof loadCountry>, options: BackupCommandOptions): Promise<void> {
  const { backUpLocal, listLocal, verifyLocal } = await import("../../stacks/local/backup/commands.ts");
  const { country } = loaded;
  const given = country.hosting.backup.local;
  const destination = options.to ?? given?.folder;
  if (destination === undefined)
    throw new InputError(
      "No folder for backups is named.",
      "Add hosting.backup.local with folder and recipients to the file, or use --to and --recipient.",
    );
  if (options.list) {
    const { backups, damaged } = listLocal(country, destination);
    if (damaged.length > 0) process.exitCode = exitCode.checkFailed;
    if (options.json)
      return printJson({
        backups: backups.map(({ name, path, bytes, manifest }) => ({ name, path, bytes, ...manifest })),
        damaged,
      });
    print(
      table([
        ["name", "began", "size", "readings", "kit"],
        ...backups.map(({ name, manifest, bytes }) => [
          name,
          manifest.startedAt,
          `${(bytes / 1e6).toFixed(1)} MB`,
          String(manifest.rows.raw ?? 0),
          manifest.kit,
        ]),
      ]),
    );
    for (const { name, reason } of damaged) print(`${style("red", "✗")} ${name}: ${reason}`);
    return;
  }
  if (options.verify !== undefined) {
    const { name, damage } = await verifyLocal(
      country,
      destination,
      options.verify === true ? undefined : options.verify,
    );
    if (damage !== undefined) process.exitCode = exitCode.checkFailed;
    if (options.json)
      return printJson({ name, ok: damage === undefined, ...(damage !== undefined && { damage }) });
    return print(
      damage === undefined
        ? `${style("green", "✓")} ${name} is as it was written. A restore to another data folder shows that it can be read.`
        : `${style("red", "✗")} ${name}: ${damage}`,
    );
  }
  const recipients = options.recipient ?? given?.recipients ?? [];
  if (recipients.length === 0)
    throw new InputError(
      "A backup is encrypted, and no public key is named.",
      "`rollout backup --new-key <file>` makes a key; put its public half under hosting.backup.local.recipients or give it by --recipient.",
    );
  const request = { loaded, data: options.data, request: { destination, recipients } };
  const made = await (options.json
    ? backUpLocal({ ...request, tell: () => {} })
    : new StepList().run("Backup", (tell) => backUpLocal({ ...request, tell })));
  if (options.json) return printJson(made);
  print(`${made.path}  ${(made.bytes / 1e6).toFixed(1)} MB, ${made.manifest.rows.raw ?? 0} readings`);
  if (made.removed.length > 0) print(`Removed, because their time was over: ${made.removed.join(", ")}`);
}
