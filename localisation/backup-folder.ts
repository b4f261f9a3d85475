/** Where the backups of each store lie in the bucket of `hosting.backup.destination`. */

export const backedUpStores = ["relational-store", "time-series-store"] as const;
type BackedUpStore = (typeof backedUpStores)[number];

/**
 * @param folder of the stack's backups, as the file has it: `/` is the bucket.
 * @returns a path without a slash at its ends: `za-production/rollout/relational-store`.
 */
export const backupFolderOf = (folder: string, store: BackedUpStore): string =>
  folder === "/" ? store : `${folder}/${store}`;
