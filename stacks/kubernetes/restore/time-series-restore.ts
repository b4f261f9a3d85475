/**
 * What brings the time-series store back in a cluster: a Job that runs the engine's RESTORE, with a certificate that exists
 * only for it. The Job is the daily backup's, as it stands in the cluster, with another script.
 */
import { weekOf } from "../../../base/calendar.ts";
import { certificateSecretOf } from "../../../components/certificates.ts";
import { metadata } from "../../../components/part.ts";
import { backupFolder } from "../../../components/time-series-backup.ts";
import {
  backupDisk,
  clusterName,
  databaseName,
  formerDatabase,
  probeDatabase,
  restoreUser,
} from "../../../components/time-series-settings.ts";
import type { ClusterObject } from "./cluster-object.ts";

/** How far back a backup is looked for, in days. */
const daysBack = 14;

/**
 * Folders of the backups that may be the last one by a moment, newest first: of each day the one that builds on its week's
 * full one, and the full one.
 * @param at the last daily backup that began by then is wanted.
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
 * Its arguments are the candidates. It may be repeated: what was there before the first run is set aside once, and never
 * touched again. Views are dropped before, since they would go on taking in what reaches the new tables of the same name.
 */
export const restoreScript = `set -eu
query() { clickhouse-client --config-file=/etc/clickhouse-client/config.yaml --query "$1"; }
each="ON CLUSTER '${clusterName}'"
found=
for candidate in "$@"; do
  backup="Disk('${backupDisk}', '${backupFolder}/$candidate/')"
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

/** The daily backup's CronJob as far as it is read here. */
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
  readonly volumeMounts?: readonly { readonly name: string }[];
}
interface Volume {
  readonly name: string;
}

/** The container that speaks to the store; another may follow it, which removes old backups. */
export function backupContainer({ spec }: PodTemplate): Container {
  const [first] = [...(spec.initContainers ?? []), ...spec.containers];
  if (first === undefined) throw new Error("The daily backup's Job has no container.");
  return first;
}

/** @param stamp tells this restore's objects from those of others. */
export function timeSeriesRestore(
  namespace: string,
  { spec }: BackupCronJob,
  clientConfig: string,
  candidates: readonly string[],
  stamp: string,
): { readonly before: ClusterObject[]; readonly job: ClusterObject } {
  const { template } = spec.jobTemplate.spec;
  const name = `time-series-restore-${stamp}`;
  const secretName = certificateSecretOf("time-series-backup").replace("time-series-backup", restoreUser);
  const client = backupContainer(template);
  const mounts = new Set(client.volumeMounts?.map((mount) => mount.name));
  return {
    before: [
      {
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
      },
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
        // A failed one is looked at by a person, and may be run again.
        backoffLimit: 0,
        activeDeadlineSeconds: 24 * 3600,
        template: {
          ...template,
          spec: {
            ...template.spec,
            initContainers: [],
            containers: [
              {
                ...client,
                name: "restore",
                command: ["sh", "/etc/clickhouse-client/restore.sh", ...candidates],
              },
            ],
            volumes: template.spec.volumes
              .filter((volume) => mounts.has(volume.name))
              .map((volume) => {
                if (volume.name === "settings") return { name: volume.name, configMap: { name } };
                if (volume.name === "certificate")
                  return { name: volume.name, secret: { secretName, defaultMode: 0o440 } };
                return volume;
              }),
          },
        },
      },
    },
  };
}
