/**
 * Restores the time-series store in a cluster: a Job runs the engine's RESTORE, with a certificate that exists only for it. The
 * Job is the daily backup's, as it is in the cluster, with another script.
 */
import { weekOf } from "../../../base/calendar.ts";
import { certificateSecretOf } from "../../../components/certificates.ts";
import { metadata } from "../../../components/part.ts";
import { folderVariable } from "../../../components/time-series-backup.ts";
import {
  backupDisk,
  clusterName,
  databaseName,
  formerDatabase,
  probeDatabase,
  restoreUser,
} from "../../../components/time-series-settings.ts";
import type { ClusterObject } from "./cluster-object.ts";

/** How many days back a backup is searched for. */
const daysBack = 14;

/**
 * Folders in which the last backup before a point in time may be, newest first: for each day the backup that builds on its
 * week's full one, and the full one.
 * @param at the last daily backup that began at or before it is wanted.
 * @param dailyStart hour and minute in UTC at which the daily backup begins.
 */
export function backupCandidates(
  at: Date,
  dailyStart: { readonly hour: number; readonly minute: number },
): string[] {
  const first = new Date(at);
  const begun = at.getUTCHours() * 60 + at.getUTCMinutes() >= dailyStart.hour * 60 + dailyStart.minute;
  if (!begun) first.setUTCDate(first.getUTCDate() - 1);
  return Array.from({ length: daysBack }, (_, back) => {
    const day = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth(), first.getUTCDate() - back));
    const name = day.toISOString().slice(0, 10);
    return [`${weekOf(day)}/${name}`, `${weekOf(day)}/${name}-full`];
  }).flat();
}

/**
 * Its arguments are the candidates, and its environment has the folder. It may be repeated: the first run renames the database that
 * was there, and later runs never change it. Its views are dropped first, because they would continue to read from the new tables
 * of the same name.
 */
export const restoreScript = `set -eu
query() { clickhouse-client --config-file=/etc/clickhouse-client/config.yaml --query "$1"; }
each="ON CLUSTER '${clusterName}'"
found=
for candidate in "$@"; do
  backup="Disk('${backupDisk}', '$BACKUP_FOLDER/$candidate/')"
  query "DROP DATABASE IF EXISTS ${probeDatabase} $each SYNC" >/dev/null
  if said=$(query "RESTORE DATABASE ${databaseName} AS ${probeDatabase} $each FROM $backup SETTINGS structure_only = 1" 2>&1); then
    found=$candidate
    break
  fi
  case $said in
    *BACKUP_NOT_FOUND*) ;;
    *) echo "$said" >&2; exit 1 ;;
  esac
done
query "DROP DATABASE IF EXISTS ${probeDatabase} $each SYNC" >/dev/null
if [ -z "$found" ]; then
  echo "No backup was found for that moment." >&2
  exit 1
fi
echo "Backup $found"
if [ "$(query "EXISTS DATABASE ${formerDatabase}")" = 0 ] && [ "$(query "EXISTS DATABASE ${databaseName}")" = 1 ]; then
  echo "The views as they were, should you want to go back:"
  query "SELECT create_table_query || ';' FROM system.tables WHERE database = '${databaseName}' AND engine = 'MaterializedView' FORMAT TSVRaw"
  for view in $(query "SELECT name FROM system.tables WHERE database = '${databaseName}' AND engine = 'MaterializedView'"); do
    query "DROP VIEW ${databaseName}.$view $each SYNC" >/dev/null
  done
  query "RENAME DATABASE ${databaseName} TO ${formerDatabase} $each" >/dev/null
fi
query "DROP DATABASE IF EXISTS ${databaseName} $each SYNC" >/dev/null
query "RESTORE DATABASE ${databaseName} $each FROM $backup"
query "SELECT 'Readings: ' || count() FROM ${databaseName}.raw"
`;

/** The fields that are read of the daily backup's CronJob. */
export interface BackupCronJob {
  readonly spec: {
    readonly jobTemplate: { readonly spec: { readonly template: PodTemplate } };
  };
}
export interface PodTemplate {
  readonly metadata?: object;
  readonly spec: {
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes: readonly Volume[];
  };
}
interface Container {
  readonly name: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly { readonly name: string }[];
}
interface Volume {
  readonly name: string;
}

/** The container that connects to the store; one that deletes old backups may follow it. */
export function backupContainer({ spec }: PodTemplate): Container {
  const [first] = [...(spec.initContainers ?? []), ...spec.containers];
  if (first === undefined) throw new Error("The daily backup's Job has no container.");
  return first;
}

export interface WantedBackup {
  /** Of the store's backups in the bucket. */
  readonly folder: string;
  readonly candidates: readonly string[];
}

/**
 * @param stamp distinguishes the objects of this restore from those of others.
 * @returns what must exist before the Job, and the Job.
 */
export function timeSeriesRestore(
  namespace: string,
  { spec }: BackupCronJob,
  clientConfig: string,
  { folder, candidates }: WantedBackup,
  stamp: string,
): { readonly before: ClusterObject[]; readonly job: ClusterObject } {
  const name = `time-series-restore-${stamp}`;
  const secretName = certificateSecretOf("time-series-backup").replace("time-series-backup", restoreUser);
  return {
    before: [
      certificate(namespace, secretName),
      {
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: metadata(namespace, name),
        data: {
          "config.yaml": clientConfig.replace(/^user: .*$/m, `user: ${restoreUser}`),
          "restore.sh": restoreScript,
        },
      },
    ],
    job: {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: metadata(namespace, name, "time-series-backup"),
      spec: {
        // After a failure a person reads why, and may run it again.
        backoffLimit: 0,
        activeDeadlineSeconds: 24 * 3600,
        template: restorePod(spec.jobTemplate.spec.template, name, secretName, { folder, candidates }),
      },
    },
  };
}

const certificate = (namespace: string, secretName: string): ClusterObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: metadata(namespace, secretName),
  spec: {
    secretName,
    issuerRef: { name: "internal-authority", kind: "Issuer", group: "cert-manager.io" },
    commonName: restoreUser,
    usages: ["client auth"],
    duration: "24h0m0s",
    renewBefore: "1h0m0s",
    privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
  },
});

/** The daily backup's pod, with the script, settings and certificate of the restore. */
function restorePod(
  template: PodTemplate,
  settings: string,
  secretName: string,
  { folder, candidates }: WantedBackup,
): PodTemplate {
  const client = backupContainer(template);
  const mounts = new Set(client.volumeMounts?.map((mount) => mount.name));
  const volumes = template.spec.volumes.filter(({ name }) => mounts.has(name));
  const restore = {
    ...client,
    name: "restore",
    command: ["sh", "/etc/clickhouse-client/restore.sh", ...candidates],
    // The file's folder, which may be another than the one that today's backups go to.
    env: [
      ...(client.env ?? []).filter(({ name }) => name !== folderVariable),
      { name: folderVariable, value: folder },
    ],
  };
  return {
    ...template,
    spec: {
      ...template.spec,
      initContainers: [],
      containers: [restore],
      volumes: volumes.map((volume) => {
        if (volume.name === "settings") return { name: volume.name, configMap: { name: settings } };
        if (volume.name === "certificate")
          return { name: volume.name, secret: { secretName, defaultMode: 0o440 } };
        return volume;
      }),
    },
  };
}
