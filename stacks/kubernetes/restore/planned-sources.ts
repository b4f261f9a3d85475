/** What a restore needs, taken from the plan: for a team that applies its manifests itself. */
import { EnvironmentError } from "../../../base/kit-error.ts";
import { at, isManifest, kindOf, type Plan } from "../../../plan/plan.ts";
import type { LivePostgres } from "./relational-restore.ts";
import type { RestoreSources } from "./restore-cluster.ts";
import type { BackupCronJob } from "./time-series-restore.ts";

/** @throws EnvironmentError where the planned stack makes no backups. */
export function plannedSources(plan: Plan): RestoreSources {
  const backupJob = find<BackupCronJob>(plan, "CronJob", "time-series-backup");
  const settings = find<{ data: Readonly<Record<string, string>> }>(
    plan,
    "ConfigMap",
    "time-series-backup-settings",
  );
  if (backupJob === undefined || settings === undefined)
    throw new EnvironmentError("The file's stack makes no backups.", "Add hosting.backup.destination.");
  const postgres = find<LivePostgres>(plan, "Cluster", "relational-store");
  return { backupJob, clientConfig: settings.data["config.yaml"] ?? "", ...(postgres && { postgres }) };
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
