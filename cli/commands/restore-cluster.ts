/** `rollout restore` for a stack in a cluster. */

import { createInterface } from "node:readline/promises";
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
import { momentOf } from "../moment.ts";
import { print, printJson, StepList } from "../terminal.ts";
import type { RestoreCommandOptions } from "./restore.ts";

export async function clusterRestore(loaded: LoadedCountry, options: RestoreCommandOptions): Promise<void> {
  const { country } = loaded;
  const at = options.at === undefined ? undefined : momentOf(options.at, country.timezone);
  if (at === null || typeof at === "string" || (at !== undefined && at > new Date()))
    throw new InputError(
      `"${options.at}" is no moment that has been.`,
      "Write it as 2026-11-25T02:00 (in the country's time) or 2026-11-25T02:00:00Z.",
    );
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
      `The stack is back. What the time-series store held before rests in its database rollout_before_restore: ${guide} says how it is removed.`,
    );
    print("Companies that were erased after that moment are back: erase them again.");
    if (plan.relational === undefined)
      print(`The relational store is RDS: ${guide} says how it is brought back to the same moment.`);
  } finally {
    client.close();
  }
}

async function agrees(context: string, namespace: string, at: Date | undefined): Promise<boolean> {
  print(
    `Cluster "${context}", namespace ${namespace}, to ${at === undefined ? "the last backup" : at.toISOString()}:`,
  );
  print("  ingest, analytics and the web app stop; readings wait in the broker");
  print("  the time-series store goes back to its last daily backup by then; what it holds now is set aside");
  print(
    "  the relational store goes back to that moment; what it holds now can be restored from its archive",
  );
  if (!process.stdin.isTTY) throw new InputError("Nobody can be asked.", "Add --yes.");
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question("Go on? (yes/no) ");
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
