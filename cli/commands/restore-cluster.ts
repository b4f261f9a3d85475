/** `rollout restore` for a stack in a cluster. */

import { exitCode, InputError } from "../../base/kit-error.ts";
import { kitPath, kitVersion } from "../../base/package-root.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import { planCountry } from "../../stacks/country-plan.ts";
import { openCluster } from "../../stacks/kubernetes/restore/open-cluster.ts";
import { plannedSources } from "../../stacks/kubernetes/restore/planned-sources.ts";
import {
  liveSources,
  objectsOf,
  planRestore,
  runRestore,
} from "../../stacks/kubernetes/restore/restore-cluster.ts";
import { stackNamespace } from "../../stacks/kubernetes/stack.ts";
import { restorePoint, timeFormats } from "../restore-point.ts";
import { askYesNo, print, printJson, StepList } from "../terminal.ts";

export interface ClusterRestoreOptions {
  readonly at?: string;
  readonly manifests?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

export async function clusterRestore(loaded: LoadedCountry, options: ClusterRestoreOptions): Promise<void> {
  const { country } = loaded;
  const at = options.at === undefined ? undefined : restorePoint(options.at, country.timezone);
  if (at === null || typeof at === "string" || (at !== undefined && at > new Date()))
    throw new InputError(`"${options.at}" is not a time in the past.`, timeFormats);
  if (options.manifests) {
    const target = country.hosting.target === "aws" ? "aws" : "kubernetes";
    const sources = plannedSources(await planCountry(loaded, target, kitVersion()));
    const { stringify } = await import("yaml");
    const objects = objectsOf(planRestore(country, stackNamespace(country.hosting), sources, at));
    if (options.json) printJson(objects);
    else print(objects.map((object) => stringify(object, { lineWidth: 0 })).join("---\n"));
    return;
  }
  const { client, namespace } = openCluster(country);
  try {
    const plan = planRestore(country, namespace, await liveSources(client, namespace, country), at);
    if (!options.yes && !(await agrees(client.access.context, namespace, at))) {
      print("Nothing was changed.");
      process.exitCode = exitCode.checkFailed;
      return;
    }
    const steps = new StepList();
    await runRestore({
      client,
      plan,
      step: (title, action) => (options.json ? action(() => {}) : steps.run(title, action)),
    });
    if (options.json)
      return printJson({
        ok: true,
        objects: objectsOf(plan).map(({ kind, metadata }) => `${kind}/${metadata.name}`),
      });
    const guide = kitPath("docs/backup.md");
    print(
      `The stack is restored. The time-series store keeps its former data in the database rollout_before_restore: ${guide} says how to remove it.`,
    );
    print("What was erased since then was erased again, before the programs started.");
    if (plan.relational === undefined)
      print(`The relational store is RDS: ${guide} says how to restore it to the same time.`);
  } finally {
    client.close();
  }
}

async function agrees(context: string, namespace: string, at: Date | undefined): Promise<boolean> {
  print(
    `Cluster "${context}", namespace ${namespace}, to ${at === undefined ? "the last backup" : at.toISOString()}:`,
  );
  print("  ingest, analytics and the web app stop; the broker keeps new readings until they run again");
  print(
    "  the time-series store is restored to its last daily backup before that time; its present data is kept",
  );
  print("  the relational store is restored to that time; its present data can be restored from its archive");
  if (!process.stdin.isTTY) throw new InputError("There is no terminal to ask at.", "Add --yes.");
  return askYesNo("Go on?");
}
