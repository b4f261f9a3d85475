/** Closes a folder to the other users of the machine, with all that is in it: a mount point is open when it is made. */
import { chmodSync, type Dirent, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { EnvironmentError } from "../../base/kit-error.ts";

const othersRights = 0o077;
/** What the process and its children write from now on is for their own user only. */
export const closedUmask = othersRights;

/** Links are not followed. @throws EnvironmentError where others keep a right: the folder is another user's, or its file system has no rights. */
export function closeToOthers(folder: string): void {
  const path = realpathSync(folder);
  closeOne(path, statSync(path).mode);
  // The folder is closed before its files, so that none is opened meanwhile.
  closeFilesOf(path);
}

function closeFilesOf(folder: string): void {
  for (const entry of entriesOf(folder)) {
    if (entry.isSymbolicLink()) continue;
    const path = join(folder, entry.name);
    const mode = lstatSync(path, { throwIfNoEntry: false })?.mode;
    if (mode === undefined) continue;
    closeOne(path, mode);
    if (entry.isDirectory()) closeFilesOf(path);
  }
}

/** A stack that runs there may have removed it meanwhile. */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function closeOne(path: string, mode: number): void {
  if ((mode & othersRights) === 0) return;
  let why = "its file system does not keep access rights";
  try {
    chmodSync(path, mode & 0o7777 & ~othersRights);
    if ((statSync(path).mode & othersRights) === 0) return;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return;
    why = code === "EPERM" ? "it belongs to another user" : `${code}`;
  }
  throw new EnvironmentError(
    `Other users of this machine can read or change ${path}, and it cannot be closed to them: ${why}.`,
    "Make it your own with `chown -R`, or give a folder of yours with --data, on a file system with access rights.",
  );
}
