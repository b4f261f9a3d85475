/** `rollout restore` for a stack on this machine. */
import { exitCode, InputError } from "../../base/kit-error.ts";
import { stopOnSignals } from "../../base/stop-on-signals.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { type Backup, BackupSet } from "../../stacks/local/backup/backup-set.ts";
import { readKeyFile } from "../../stacks/local/backup/encryption.ts";
import {
  folderHoldsData,
  prepareRestore,
  type ReadyRestore,
} from "../../stacks/local/backup/restore-backup.ts";
import { DataFolder } from "../../stacks/local/data-folder.ts";
import { explainFullDisk } from "../../stacks/local/full-disk.ts";
import { restorePoint, timeFormats } from "../restore-point.ts";
import { askYesNo, megabytes, print, printJson, StepList } from "../terminal.ts";

export interface LocalRestoreOptions {
  readonly data: string;
  readonly at?: string;
  readonly from?: string;
  readonly identity?: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export async function localRestore(loaded: LoadedCountry, options: LocalRestoreOptions): Promise<void> {
  const { country } = loaded;
  const { identities, backup } = chosenBackup(loaded, options);
  const folder = DataFolder.of(country, options.data);
  const asks = folderHoldsData(folder) && !options.yes;
  if (asks && !process.stdin.isTTY)
    throw new InputError(
      `${folder.path} holds data, and there is no terminal to ask at.`,
      "Add --yes: the data is kept under another name.",
    );
  const end = new AbortController();
  stopOnSignals(end, { message: "Stopped. Nothing was changed." });
  const steps = new StepList();
  if (!options.json)
    print(`Backup ${backup.name} of ${backup.manifest.startedAt}, ${megabytes(backup.bytes)}`);
  try {
    const ready = await prepareRestore({
      country,
      backup,
      identities,
      folder,
      step: (title, action) => (options.json ? action() : steps.run(title, action)),
      signal: end.signal,
    });
    if (asks && !(await askYesNo(`${folder.path} holds data. Put it aside and use the backup?`))) {
      ready.discard();
      print("Nothing was changed.");
      process.exitCode = exitCode.checkFailed;
    } else await finish(ready, backup, folder, options);
  } catch (error) {
    throw explainFullDisk(error);
  }
}

function chosenBackup(loaded: LoadedCountry, { from, identity, at: wanted }: LocalRestoreOptions) {
  const { country } = loaded;
  const source = from ?? country.hosting.backup.local?.folder;
  if (source === undefined)
    throw new InputError(
      "No folder of backups is given.",
      "Use --from, or add hosting.backup.local to the file.",
    );
  if (identity === undefined)
    throw new InputError(
      "Backups are encrypted, and no key file is given.",
      "Add --identity with the key file.",
    );
  const identities = readKeyFile(identity);
  const at = wanted === undefined ? undefined : restorePoint(wanted, country.timezone);
  if (at === null)
    throw new InputError(`"${wanted}" is neither a time nor the name of a backup.`, timeFormats);
  return { identities, backup: new BackupSet(loaded, source).choose(at) };
}

async function finish(
  ready: ReadyRestore,
  { name, manifest }: Backup,
  { path }: DataFolder,
  { json }: LocalRestoreOptions,
): Promise<void> {
  const { rows, companies, erased, former } = await ready.finish();
  if (json) return printJson({ backup: name, path, rows, companies, erased, ...(former && { former }) });
  print(`${path} holds ${rows.raw ?? 0} readings and ${companies} companies, as of ${manifest.startedAt}.`);
  if (former !== undefined)
    print(
      `The data from before is in ${former}: remove it when you no longer need it. Erasures don't reach it.`,
    );
  if (erased.companies + erased.people > 0)
    print(`Erased again, as since the backup: ${erased.companies} companies, ${erased.people} people.`);
  print("`rollout up` starts the stack.");
}
