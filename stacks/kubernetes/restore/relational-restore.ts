/**
 * What brings the relational store back in a cluster to any moment: a second PostgreSQL cluster that recovers from the archive
 * beside the running one, and a Job that copies its database over in one transaction. So the running cluster keeps its
 * name, its replicas and its own archive, and the moment before the restore can be restored too.
 */
import { dataClassesOf } from "../../../components/data-classes.ts";
import { metadata } from "../../../components/part.ts";
import { ports } from "../../../components/ports.ts";
import type { ClusterObject } from "./cluster-object.ts";
import { type BackupCronJob, backupContainer } from "./time-series-restore.ts";

const part = "relational-store";
const recoveryCluster = `${part}-recovery`;
const plugin = "barman-cloud.cloudnative-pg.io";

const clusters = [part, recoveryCluster] as const;
const authorities = "/run/certificates";

/** The running cluster as far as it is read here. */
export interface LivePostgres {
  readonly spec: {
    readonly imageName: string;
    readonly storage: { readonly size: string };
    readonly bootstrap: { readonly initdb: { readonly database: string; readonly owner: string } };
    readonly [field: string]: unknown;
  };
}

/** All or nothing: a script that ends early commits nothing. Its environment names both ends, and a folder to write to. */
export const copyScript = `set -eu
PGPASSWORD=$SOURCE_PASSWORD PGSSLROOTCERT=$SOURCE_AUTHORITY pg_dump --host="$SOURCE_HOST" --port="$SOURCE_PORT" --username="$SOURCE_USER" --no-owner --no-privileges "$DATABASE" > "$FOLDER/dump.sql"
{
  echo 'SET client_min_messages = warning; DROP SCHEMA IF EXISTS drizzle CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;'
  cat "$FOLDER/dump.sql"
} > "$FOLDER/restore.sql"
PGPASSWORD=$TARGET_PASSWORD PGSSLROOTCERT=$TARGET_AUTHORITY psql --host="$TARGET_HOST" --port="$TARGET_PORT" --username="$TARGET_USER" --set=ON_ERROR_STOP=1 --single-transaction --quiet --file="$FOLDER/restore.sql" "$DATABASE"
`;

/** @param at the moment; the last one archived where absent. */
export function recovery(namespace: string, { spec }: LivePostgres, at: Date | undefined): ClusterObject {
  const { database, owner } = spec.bootstrap.initdb;
  // Of the running cluster: image, zones, disks, protection. It archives nothing and has no standby.
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
          plugin: { name: plugin, parameters: { barmanObjectName: `${part}-backups`, serverName: part } },
        },
      ],
    },
  };
}

/**
 * The Job that copies the database over.
 * @param like where its pod may run, and with which protection: the daily backup's.
 */
export function copyJob(
  namespace: string,
  { spec }: LivePostgres,
  like: BackupCronJob,
  stamp: string,
): ClusterObject {
  const { template } = like.spec.jobTemplate.spec;
  const { database } = spec.bootstrap.initdb;
  const {
    volumeMounts: _mounts,
    env: _env,
    args: _args,
    ...protection
  } = {
    ...backupContainer(template),
  } as Record<string, unknown>;
  const login = (name: string, secret: string, key: string) => ({
    name,
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  const end = (side: "SOURCE" | "TARGET", cluster: string) => [
    { name: `${side}_HOST`, value: `${cluster}-rw` },
    { name: `${side}_PORT`, value: String(ports.relationalStore.postgres) },
    { name: `${side}_AUTHORITY`, value: `${authorities}/${cluster}/ca.crt` },
    login(`${side}_USER`, `${cluster}-app`, "username"),
    login(`${side}_PASSWORD`, `${cluster}-app`, "password"),
  ];
  // The image's own user.
  const user = 26;
  const { securityContext } = template.spec as { securityContext?: object };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: metadata(namespace, `relational-restore-${stamp}`, part),
    spec: {
      backoffLimit: 0,
      template: {
        // Pods of this part may speak to each other.
        metadata: { labels: metadata(namespace, part, part).labels },
        spec: {
          ...template.spec,
          securityContext: { ...securityContext, runAsUser: user, runAsGroup: user, fsGroup: user },
          initContainers: [],
          containers: [
            {
              ...protection,
              name: "copy",
              image: spec.imageName,
              command: ["sh", "-c", copyScript],
              env: [
                { name: "DATABASE", value: database },
                { name: "FOLDER", value: "/tmp" },
                { name: "PGSSLMODE", value: "verify-full" },
                ...end("SOURCE", recoveryCluster),
                ...end("TARGET", part),
              ],
              volumeMounts: [
                { name: "temporary", mountPath: "/tmp" },
                ...clusters.map((name) => ({ name, mountPath: `${authorities}/${name}`, readOnly: true })),
              ],
            },
          ],
          volumes: [
            // The dump, and the dump as it is run.
            { name: "temporary", emptyDir: { sizeLimit: spec.storage.size } },
            ...clusters.map((name) => ({
              name,
              secret: {
                secretName: `${name}-ca`,
                defaultMode: 0o440,
                items: [{ key: "ca.crt", path: "ca.crt" }],
              },
            })),
          ],
        },
      },
    },
  };
}
