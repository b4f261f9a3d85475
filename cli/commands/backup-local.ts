/** `rollout backup` for a stack on this machine. */
import { exitCode, InputError } from "../../base/kit-error.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { backUpLocal, listLocal, verifyLocal } from "../../stacks/local/backup/commands.ts";
import { megabytes, print, printJson, StepList, style, table } from "../terminal.ts";

export interface LocalBackupCommandOptions {
  readonly data: string;
  readonly to?: string;
  readonly recipient?: readonly string[];
  readonly list?: boolean;
  readonly verify?: string | true;
  readonly json?: boolean;
}

export async function localBackup(loaded: LoadedCountry, options: LocalBackupCommandOptions): Promise<void> {
  const destination = options.to ?? loaded.country.hosting.backup.local?.folder;
  if (destination === undefined)
    throw new InputError(
      "No folder for backups is given.",
      "Add hosting.backup.local with folder and recipients to the file, or use --to and --recipient.",
    );
  if (options.list) list(loaded, destination, options);
  else if (options.verify !== undefined) await verify(loaded, destination, options);
  else await make(loaded, destination, options);
}

function list(loaded: LoadedCountry, destination: string, { json }: LocalBackupCommandOptions): void {
  const { backups, damaged } = listLocal(loaded, destination);
  if (damaged.length > 0) process.exitCode = exitCode.checkFailed;
  if (json) {
    printJson({
      backups: backups.map(({ name, path, bytes, manifest }) => ({ name, path, bytes, ...manifest })),
      damaged,
    });
    return;
  }
  print(
    table([
      ["name", "began", "size", "readings", "kit"],
      ...backups.map(({ name, manifest, bytes }) => [
        name,
        manifest.startedAt,
        megabytes(bytes),
        String(manifest.rows.raw ?? 0),
        manifest.kit,
      ]),
    ]),
  );
  for (const { name, reason } of damaged) print(`${style("red", "✗")} ${name}: ${reason}`);
}

async function verify(
  loaded: LoadedCountry,
  destination: string,
  { verify: wanted, json }: LocalBackupCommandOptions,
): Promise<void> {
  const { name, damage } = await verifyLocal(loaded, destination, wanted === true ? undefined : wanted);
  if (damage !== undefined) process.exitCode = exitCode.checkFailed;
  if (json) return printJson({ name, ok: damage === undefined, ...(damage !== undefined && { damage }) });
  print(
    damage === undefined
      ? `${style("green", "✓")} ${name} matches its checksums. Restore it to another data folder to see that it can be read.`
      : `${style("red", "✗")} ${name}: ${damage}`,
  );
}

async function make(
  loaded: LoadedCountry,
  destination: string,
  { recipient, data, json }: LocalBackupCommandOptions,
): Promise<void> {
  const recipients = recipient ?? loaded.country.hosting.backup.local?.recipients ?? [];
  if (recipients.length === 0)
    throw new InputError(
      "A backup is encrypted, and no public key is given.",
      "`rollout backup --new-key <file>` makes a key pair; put the public key under hosting.backup.local.recipients or give it by --recipient.",
    );
  const request = { loaded, data, request: { destination, recipients } };
  const made = await (json
    ? backUpLocal({ ...request, tell: () => {} })
    : new StepList().run("Backup", (tell) => backUpLocal({ ...request, tell })));
  if (json) return printJson(made);
  print(`${made.path}  ${megabytes(made.bytes)}, ${made.manifest.rows.raw ?? 0} readings`);
  if (made.removed.length > 0)
    print(`Removed, because they are older than hosting.backup.retention: ${made.removed.join(", ")}`);
}
