/**
 * Restores the relational store in a cluster to any point in time: a second PostgreSQL cluster recovers from the archive, next
 * to the running one, and a Job copies its database to the running one in one transaction. The running cluster keeps its name,
 * its replicas and its own archive, so that the state before the restore can be restored too.
 */
import { dataClassesOf } from "../../../components/data-classes.ts";
import { imageUser } from "../../../components/images.ts";
import { metadata } from "../../../components/part.ts";
import { secretVariable, secretVolume } from "../../../components/pod.ts";
import { ports } from "../../../components/ports.ts";
import { objectStore, type RelationalBackup } from "../../../components/relational-backup.ts";
import { keptSchema } from "../../../stores/relational/erasures.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { type BackupCronJob, backupContainer, type PodTemplate } from "./time-series-restore.ts";

const part = "relational-store";
const recoveryCluster = `${part}-recovery`;
const plugin = "barman-cloud.cloudnative-pg.io";

const clusters = [part, recoveryCluster] as const;
const authorities = "/run/certificates";
const user = imageUser(part);

/** The fields that are read of the running cluster. */
export interface LivePostgres {
  readonly spec: {
    readonly imageName: string;
    readonly storage: { readonly size: string };
    readonly bootstrap: { readonly initdb: { readonly database: string; readonly owner: string } };
    readonly [field: string]: unknown;
  };
}

/**
 * All or nothing: a script that stops early commits nothing. Its environment names source, target and a folder to write to. The
 * records of erasures are kept, for the migration to erase again what was erased since.
 */
export const copyScript = `set -eu
PGPASSWORD=$SOURCE_PASSWORD PGSSLROOTCERT=$SOURCE_AUTHORITY pg_dump --host="$SOURCE_HOST" --port="$SOURCE_PORT" --username="$SOURCE_USER" --no-owner --no-privileges --exclude-schema=${keptSchema} "$DATABASE" > "$FOLDER/dump.sql"
{
  cat <<'SQL'
SET client_min_messages = warning;
CREATE SCHEMA IF NOT EXISTS ${keptSchema};
DO $$ BEGIN
  IF to_regclass('${keptSchema}.erasure') IS NULL THEN
    ALTER TABLE IF EXISTS public.erasure SET SCHEMA ${keptSchema};
  END IF;
END $$;
DROP SCHEMA IF EXISTS drizzle CASCADE;
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
SQL
  cat "$FOLDER/dump.sql"
} > "$FOLDER/restore.sql"
PGPASSWORD=$TARGET_PASSWORD PGSSLROOTCERT=$TARGET_AUTHORITY psql --host="$TARGET_HOST" --port="$TARGET_PORT" --username="$TARGET_USER" --set=ON_ERROR_STOP=1 --single-transaction --quiet --file="$FOLDER/restore.sql" "$DATABASE"
`;

/** The archive as the file names it: it may lie elsewhere than the one that the running cluster writes. */
export const archive = (namespace: string, backup: RelationalBackup): ClusterObject =>
  objectStore(namespace, recoveryCluster, backup);

/** @param at point in time; the end of the archive where absent. */
export function recovery(namespace: string, { spec }: LivePostgres, at: Date | undefined): ClusterObject {
  const { database, owner } = spec.bootstrap.initdb;
  // With the running cluster's image, zones, disks and protection. It archives nothing and has no standby.
  const { plugins: _archive, postgresql, bootstrap: _bootstrap, ...rest } = spec;
  const { synchronous: _synchronous, ...server } = (postgresql ?? {}) as Record<string, unknown>;
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "Cluster",
    metadata: { ...metadata(namespace, recoveryCluster, part), annotations: dataClassesOf(part) },
    spec: {
      ...rest,
      instances: 1,
      enablePDB: false,
      postgresql: server,
      bootstrap: {
        recovery: {
          source: part,
          database,
          owner,
          ...(at !== undefined && { recoveryTarget: { targetTime: at.toISOString() } }),
        },
      },
      externalClusters: [
        {
          name: part,
          plugin: { name: plugin, parameters: { barmanObjectName: recoveryCluster, serverName: part } },
        },
      ],
    },
  };
}

/**
 * The Job that copies the database.
 * @param like the daily backup: the copy's pod is scheduled and protected as its pod is.
 */
export function copyJob(
  namespace: string,
  { spec }: LivePostgres,
  like: BackupCronJob,
  stamp: string,
): ClusterObject {
  const { template } = like.spec.jobTemplate.spec;
  const { securityContext } = template.spec as { securityContext?: object };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadata(namespace, `relational-restore-${stamp}`, part),
    spec: {
      backoffLimit: 0,
      template: {
        // Pods with this part's labels may connect to each other.
        metadata: { labels: metadata(namespace, part, part).labels },
        spec: {
          ...template.spec,
          securityContext: { ...securityContext, runAsUser: user, runAsGroup: user, fsGroup: user },
          initContainers: [],
          containers: [copyContainer(template, spec)],
          volumes: [
            // Holds the dump, and the script made of it.
            { name: "temporary", emptyDir: { sizeLimit: spec.storage.size } },
            ...clusters.map((name) => secretVolume(name, `${name}-ca`, ["ca.crt"])),
          ],
        },
      },
    },
  };
}

function copyContainer(template: PodTemplate, { imageName, bootstrap }: LivePostgres["spec"]): object {
  const {
    volumeMounts: _mounts,
    env: _env,
    args: _args,
    ...protection
  } = { ...backupContainer(template) } as Record<string, unknown>;
  return {
    ...protection,
    name: "copy",
    image: imageName,
    command: ["sh", "-c", copyScript],
    env: [
      { name: "DATABASE", value: bootstrap.initdb.database },
      { name: "FOLDER", value: "/tmp" },
      { name: "PGSSLMODE", value: "verify-full" },
      ...connectionVariables("SOURCE", recoveryCluster),
      ...connectionVariables("TARGET", part),
    ],
    volumeMounts: [
      { name: "temporary", mountPath: "/tmp" },
      ...clusters.map((name) => ({ name, mountPath: `${authorities}/${name}`, readOnly: true })),
    ],
  };
}

const connectionVariables = (side: "SOURCE" | "TARGET", cluster: string) => [
  { name: `${side}_HOST`, value: `${cluster}-rw` },
  { name: `${side}_PORT`, value: String(ports.relationalStore.postgres) },
  { name: `${side}_AUTHORITY`, value: `${authorities}/${cluster}/ca.crt` },
  secretVariable(`${side}_USER`, `${cluster}-app`, "username"),
  secretVariable(`${side}_PASSWORD`, `${cluster}-app`, "password"),
];
