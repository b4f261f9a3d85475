/** Backs up a stack in a cluster now: runs its daily Job, and backs up its PostgreSQL cluster. */

import { EnvironmentError } from "../../../base/kit-error.ts";
import type { ClusterClient, KubernetesObject } from "../../../cluster/cluster-client.ts";
import { metadata } from "../../../components/part.ts";
import { make, runJob, wait } from "./cluster-job.ts";
import type { ClusterObject } from "./cluster-object.ts";
import type { RestoreSources } from "./restore-cluster.ts";

export interface BackupNowOptions {
  readonly client: ClusterClient;
  readonly namespace: string;
  readonly sources: Pick<RestoreSources, "backupJob" | "postgres">;
  readonly step: <T>(title: string, action: (tell: (detail: string) => void) => Promise<T>) => Promise<T>;
}

/** @throws EnvironmentError where a backup fails. */
export async function backUpCluster({ client, namespace, sources, step }: BackupNowOptions): Promise<void> {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  await step("Time-series store", (tell) =>
    runJob(
      client,
      {
        apiVersion: "batch/v1",
        kind: "Job",
        metadata: metadata(namespace, `time-series-backup-${stamp}`, "time-series-backup"),
        spec: { ...sources.backupJob.spec.jobTemplate.spec, ttlSecondsAfterFinished: 7 * 24 * 3600 },
      },
      tell,
    ),
  );
  if (sources.postgres === undefined) return;
  const backup: ClusterObject = {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Backup",
    metadata: metadata(namespace, `relational-store-${stamp}`, "relational-store"),
    spec: {
      cluster: { name: "relational-store" },
      method: "plugin",
      pluginConfiguration: { name: "barman-cloud.cloudnative-pg.io" },
    },
  };
  await step("Relational store", async () => {
    await make(client, backup);
    await wait<{ status?: { phase?: string; error?: string } }>(client, backup, ({ status }) => {
      if (status?.phase === "failed")
        throw new EnvironmentError(
          `The backup ${backup.metadata.name} failed: ${status.error ?? "no reason is given"}.`,
          "Correct the cause and run the command again.",
        );
      return status?.phase === "completed";
    });
  });
}

export interface ClusterBackup {
  readonly store: "time-series store" | "relational store";
  readonly name: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly state: string;
}

/** The backups that the cluster still has on record: last runs of the daily Job, and backups of the PostgreSQL cluster. */
export async function listClusterBackups(client: ClusterClient, namespace: string): Promise<ClusterBackup[]> {
  const jobs = await client.list("batch/v1", "Job", {
    namespace,
    labels: "app.kubernetes.io/name=time-series-backup",
  });
  const backups = await client.list("postgresql.cnpg.io/v1", "Backup", { namespace });
  const entry = (store: ClusterBackup["store"], object: KubernetesObject, state: string): ClusterBackup => ({
    store,
    name: object.metadata.name,
    startedAt: object.metadata.creationTimestamp ?? "",
    state,
  });
  return [
    ...jobs
      .filter(({ metadata: { name } }) => !name.startsWith("time-series-restore"))
      .map((job) => {
        const { succeeded = 0, failed = 0 } = (job.status ?? {}) as { succeeded?: number; failed?: number };
        return entry(
          "time-series store",
          job,
          succeeded > 0 ? "completed" : failed > 0 ? "failed" : "running",
        );
      }),
    ...backups.map((backup) =>
      entry(
        "relational store",
        backup,
        (backup.status as { phase?: string } | undefined)?.phase ?? "pending",
      ),
    ),
  ].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
}
