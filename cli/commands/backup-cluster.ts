/** `rollout backup` for a stack in a cluster. */
import type { LoadedCountry } from "../../localisation/load.ts";
import { backUpCluster, listClusterBackups } from "../../stacks/kubernetes/restore/backup-now.ts";
import { openCluster } from "../../stacks/kubernetes/restore/open-cluster.ts";
import { liveSources } from "../../stacks/kubernetes/restore/restore-cluster.ts";
import { print, printJson, StepList, table } from "../terminal.ts";

export async function clusterBackup(
  { country }: LoadedCountry,
  options: { readonly list?: boolean; readonly json?: boolean },
): Promise<void> {
  const { client, namespace } = openCluster(country);
  try {
    if (!options.list) {
      const steps = new StepList();
      await backUpCluster({
        client,
        namespace,
        sources: await liveSources(client, namespace, country),
        step: (title, action) => (options.json ? action(() => {}) : steps.run(title, action)),
      });
    }
    const backups = await listClusterBackups(client, namespace);
    if (options.json) printJson({ backups });
    else
      print(
        table([
          ["store", "name", "began", "state"],
          ...backups.map(({ store, name, startedAt, state }) => [store, name, startedAt, state]),
        ]),
      );
  } finally {
    client.close();
  }
}
