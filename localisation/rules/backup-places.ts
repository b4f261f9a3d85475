/** Each stack of a file has a place of its own for its backups. */
import { backedUpStores, backupFolderOf } from "../backup-folder.ts";
import type { Examination } from "../check/examination.ts";
import { type Problem, quote } from "../problem.ts";

export const backupFolderPath = ["hosting", "backup", "destination", "folder"] as const;

/**
 * @param examined the file with each of its environments.
 * @param reported how many of them, from the first, are asked for: others are only compared with these.
 * @returns a problem for each stack whose backups would lie where those of another do.
 */
export function sharedBackups(examined: readonly Examination[], reported: number): Problem[] {
  const problems: Problem[] = [];
  for (const [index, later] of examined.entries()) {
    const earlier = examined
      .slice(0, Math.min(index, reported))
      .find((other) => share(placesOf(other), placesOf(later)));
    // With one environment the problem is in the part of the file that it uses.
    const [shown, other] = index < reported ? [later, earlier] : [earlier, later];
    if (earlier !== undefined && shown !== undefined && other !== undefined)
      problems.push(problem(shown, other));
  }
  return problems;
}

function problem(shown: Examination, other: Examination): Problem {
  const { bucket, folder } = shown.draft.hosting.backup.destination ?? {};
  return shown.problem(
    backupFolderPath,
    `The backups of ${nameOf(shown)} would be in the same folder as those of ${nameOf(other)}: ${folder} in ${bucket}.`,
    "Remove folder, then each environment has its own, or write another one.",
    "value",
  );
}

const nameOf = ({ circumstances: { overlay } }: Examination): string =>
  overlay === undefined ? "the file without an environment" : quote(overlay);

/** Addresses of the stores' folders; none for a stack that uses no bucket of the team's. */
function placesOf(examination: Examination): string[] {
  const destination = examination.read("hosting", "backup", "destination");
  if (destination === undefined || examination.read("hosting", "target") !== "kubernetes") return [];
  if (!URL.canParse(destination.endpoint)) return [];
  const { host, pathname } = new URL(destination.endpoint);
  const bucket = `${host}${pathname.replace(/\/$/, "")}/${destination.bucket}`;
  return backedUpStores.map((store) => `${bucket}/${backupFolderOf(destination.folder, store)}/`);
}

/** Whether one of them lies in one of the others. */
const share = (some: readonly string[], others: readonly string[]): boolean =>
  some.some((one) => others.some((other) => one.startsWith(other) || other.startsWith(one)));
