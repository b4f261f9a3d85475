/**
 * Restores a stack in a cluster to a point in time: the programs stop, the stores are restored next to what is there, the
 * migration runs, the programs start again. Meanwhile readings wait in the broker.
 */

import { setTimeout } from "node:timers/promises";
import { EnvironmentError, InputError } from "../../../base/kit-error.ts";
import type { ClusterClient, KubernetesObject } from "../../../cluster/cluster-client.ts";
import { ClusterError } from "../../../cluster/cluster-error.ts";
import { dailyStartInUtc } from "../../../components/schedule.ts";
import { backupFolderOf } from "../../../localisation/backup-folder.ts";
import type { Country } from "../../../localisation/schema/country.ts";
import { make, pollMilliseconds, remove, runJob, wait } from "./cluster-job.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { archive, copyJob, type LivePostgres, recovery } from "./relational-restore.ts";
import { type BackupCronJob, backupCandidates, timeSeriesRestore } from "./time-series-restore.ts";

/** What a restore needs, as the plan declares it or as it is in the cluster. */
export interface RestoreSources {
  readonly backupJob: BackupCronJob;
  /** `config.yaml` of the daily backup's client. */
  readonly clientConfig: string;
  /** Absent where the cloud runs the relational store. */
  readonly postgres?: LivePostgres;
}

export interface RestorePlan {
  readonly namespace: string;
  /** These must exist before any Job. */
  readonly objects: readonly ClusterObject[];
  readonly timeSeries: ClusterObject;
  readonly relational?: {
    /** Where the file says that the backups are. */
    readonly archive: ClusterObject;
    readonly cluster: ClusterObject;
    readonly copy: ClusterObject;
  };
}

/** @param at point in time; the last backup where absent. */
export function planRestore(
  country: Country,
  namespace: string,
  { backupJob, clientConfig, postgres }: RestoreSources,
  at: Date | undefined,
  now = new Date(),
): RestorePlan {
  const stamp = now.toISOString().replace(/\D/g, "").slice(0, 14);
  const candidates = backupCandidates(
    at ?? now,
    dailyStartInUtc(country.hosting.backup.at, country.timezone),
  );
  const { backup, target } = country.hosting;
  // On AWS the bucket is the stack's own.
  const destination = target === "aws" ? undefined : backup.destination;
  if (postgres !== undefined && destination === undefined)
    throw new InputError("The file does not say where the backups are.", "Add hosting.backup.destination.");
  const folder = backupFolderOf(destination?.folder ?? "/", "time-series-store");
  const wanted = { folder, candidates };
  const { before, job } = timeSeriesRestore(namespace, backupJob, clientConfig, wanted, stamp);
  return {
    namespace,
    objects: before,
    timeSeries: job,
    ...(postgres &&
      destination && {
        relational: {
          archive: archive(namespace, { ...destination, ...backup, timezone: country.timezone }),
          cluster: recovery(namespace, postgres, at),
          copy: copyJob(namespace, postgres, backupJob, stamp),
        },
      }),
  };
}

/** In the order in which they are made. */
export function objectsOf({ objects, timeSeries, relational }: RestorePlan): ClusterObject[] {
  return [
    ...objects,
    timeSeries,
    ...(relational ? [relational.archive, relational.cluster, relational.copy] : []),
  ];
}

/** @throws EnvironmentError where the cluster has no stack with backups. */
export async function liveSources(
  client: ClusterClient,
  namespace: string,
  country: Country,
): Promise<RestoreSources> {
  const read = async <T>(path: string, what: string): Promise<T> => {
    try {
      return await client.get<T>(path);
    } catch (error) {
      if (!(error instanceof ClusterError) || error.reason !== "not-found") throw error;
      throw new EnvironmentError(
        `The cluster has no ${what} in the namespace ${namespace}.`,
        "A stack with hosting.backup.destination must exist before it can be restored: run `rollout up` first.",
      );
    }
  };
  const backupJob = await read<BackupCronJob>(
    `/apis/batch/v1/namespaces/${namespace}/cronjobs/time-series-backup`,
    "daily backup",
  );
  const { data } = await read<{ data: Readonly<Record<string, string>> }>(
    `/api/v1/namespaces/${namespace}/configmaps/time-series-backup-settings`,
    "settings of the daily backup",
  );
  const ownPostgres = country.hosting.target === "kubernetes";
  const postgres = ownPostgres
    ? await read<LivePostgres>(
        `/apis/postgresql.cnpg.io/v1/namespaces/${namespace}/clusters/relational-store`,
        "relational store",
      )
    : undefined;
  return { backupJob, clientConfig: data["config.yaml"] ?? "", ...(postgres && { postgres }) };
}

export interface RunRestoreOptions {
  readonly client: ClusterClient;
  readonly plan: RestorePlan;
  readonly step: <T>(title: string, action: (tell: (detail: string) => void) => Promise<T>) => Promise<T>;
}

const programs = ["ingest", "analytics", "diagnostic"] as const;
const replicasAnnotation = "rollout/replicas-before-restore";

/** @throws EnvironmentError where a step fails: the programs then stay stopped, and the command may be run again. */
export async function runRestore({ client, plan, step }: RunRestoreOptions): Promise<void> {
  const { namespace, relational } = plan;
  await step("Programs stop", stopPrograms);
  await step("Time-series store", async (tell) => {
    try {
      for (const object of plan.objects) await make(client, object);
      await runJob(client, plan.timeSeries, tell);
    } finally {
      for (const object of [...plan.objects, ...keysOf(plan.objects)]) await remove(client, object);
    }
  });
  if (relational !== undefined)
    await step("Relational store", async (tell) => {
      // One that an interrupted restore left may name another folder.
      await remove(client, relational.archive);
      await make(client, relational.archive);
      await make(client, relational.cluster);
      tell("recovers from the archive");
      await wait<{ status?: { readyInstances?: number } }>(
        client,
        relational.cluster,
        ({ status }) => (status?.readyInstances ?? 0) > 0,
      );
      await runJob(client, relational.copy, tell);
      await remove(client, relational.cluster);
      await remove(client, relational.archive);
    });
  await step("Migration", async (tell) => {
    await runJob(client, await migrationAgain(), tell);
  });
  await step("Programs start", startPrograms);

  async function stopPrograms(): Promise<void> {
    for (const name of programs) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const { spec, metadata } = await client.get<{
        spec: { replicas?: number };
        metadata: KubernetesObject["metadata"];
      }>(path);
      const before = metadata.annotations?.[replicasAnnotation] ?? String(spec.replicas ?? 1);
      await client.patch(path, {
        metadata: { annotations: { [replicasAnnotation]: before } },
        spec: { replicas: 0 },
      });
    }
    for (const name of programs)
      while (
        (await client.list("v1", "Pod", { namespace, labels: `app.kubernetes.io/name=${name}` })).length > 0
      )
        await setTimeout(pollMilliseconds);
  }

  async function startPrograms(): Promise<void> {
    for (const name of programs) {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${name}`;
      const { metadata } = await client.get<{ metadata: KubernetesObject["metadata"] }>(path);
      const replicas = Number(metadata.annotations?.[replicasAnnotation] ?? 1);
      await client.patch(path, {
        metadata: { annotations: { [replicasAnnotation]: null } },
        spec: { replicas },
      });
    }
  }

  /** The stack's migration again, for stores that an earlier version of the kit wrote. */
  async function migrationAgain(): Promise<ClusterObject> {
    const labels = "app.kubernetes.io/name=migration";
    const jobs = (await client.list("batch/v1", "Job", { namespace, labels })) as unknown as MigrationJob[];
    const latest = jobs
      .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
      .at(-1);
    if (latest === undefined)
      throw new EnvironmentError("The cluster has no migration.", "Run `rollout up`, which makes it.");
    const { template } = latest.spec;
    const own = Object.entries(template.metadata.labels).filter(
      ([key]) => !/job-name|controller-uid/.test(key),
    );
    return {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { name: `migration-after-restore-${Date.now()}`, namespace, labels: Object.fromEntries(own) },
      spec: {
        backoffLimit: 20,
        ttlSecondsAfterFinished: 24 * 3600,
        template: { ...template, metadata: { ...template.metadata, labels: Object.fromEntries(own) } },
      },
    };
  }
}

/** Secrets that remain after their certificates: nobody may keep the right to replace a store. */
function keysOf(objects: readonly ClusterObject[]): ClusterObject[] {
  return objects
    .filter(({ kind }) => kind === "Certificate")
    .map(({ metadata: { namespace }, spec }) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name: (spec as { secretName: string }).secretName },
    }));
}

interface MigrationJob {
  readonly metadata: { readonly creationTimestamp: string };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: object;
    };
  };
}
