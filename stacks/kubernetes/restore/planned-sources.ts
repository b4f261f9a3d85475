/** What a restore is made from, out of the plan: for a team that applies its manifests itself. */
import { EnvironmentError } from "../../../base/kit-error.ts";
import type { LoadedCountry } from "../../../localisation/load.ts";
import { at, isManifest, kindOf, type Plan } from "../../../plan/plan.ts";
import { planCountry } from "../../country-plan.ts";
import { namespaceOf } from "./open-cluster.ts";
import type { LivePostgres } from "./relational-restore.ts";
import type { RestoreSources } from "./restore-cluster.ts";
import type { BackupCronJob } from "./time-series-restore.ts";

/** @throws EnvironmentError where the file has no backups. */
export async function plannedSources(
  loaded: LoadedCountry,
  version: string,
): Promise<{ readonly namespace: string; readonly sources: RestoreSources }> {
  const { hosting } = loaded.country;
  const plan = await planCountry(loaded, hosting.target === "aws" ? "aws" : "kubernetes", version);
  const backupJob = find<BackupCronJob>(plan, "CronJob", "time-series-backup");
  const settings = find<{ data: Readonly<Record<string, string>> }>(
    plan,
    "ConfigMap",
    "time-series-backup-settings",
  );
  if (backupJob === undefined || settings === undefined)
    throw new EnvironmentError("The file's stack makes no backups.", "Add hosting.backup.destination.");
  const postgres = find<LivePostgres>(plan, "Cluster", "relational-store");
  return {
    namespace: namespaceOf(hosting),
    sources: { backupJob, clientConfig: settings.data["config.yaml"] ?? "", ...(postgres && { postgres }) },
  };
}

function find<T>(plan: Plan, kind: string, name: string): T | undefined {
  const found = plan.resources.find(
    (resource) =>
      isManifest(resource) &&
      kindOf(resource) === kind &&
      at(resource.properties, "metadata", "name") === name,
  );
  return found?.properties as T | undefined;
}
