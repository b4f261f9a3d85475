/**
 * The daily backup of the time-series store, by the engine's own BACKUP: a full one at the start of each week, then every day
 * what is new since the full one. Backups older than the retention are deleted: in a cloud's bucket by its lifecycle rule,
 * elsewhere by the kit.
 */
import type { types } from "@pulumi/kubernetes";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { configuration } from "./configuration.ts";
import { metadata } from "./part.ts";
import { container, podTemplate, type StackContext, scratch, secretVolume } from "./pod.ts";
import { ports } from "./ports.ts";
import { dailyCron } from "./schedule.ts";
import { backupDisk, clusterName, databaseName } from "./time-series-settings.ts";

export interface TimeSeriesBackupArgs {
  readonly context: StackContext;
  readonly host: string;
  /** Folder of the backups on the disk `backups`. */
  readonly folder: string;
  /** Time of day in `timezone`. */
  readonly at: string;
  readonly timezone: string;
  /** Secret with the login that deletes old backups; absent where a cloud's bucket deletes them itself. */
  readonly credentialsSecret?: string;
}

const part = "time-series-backup";
/** Of the job's container: the folder of the backups. */
export const folderVariable = "BACKUP_FOLDER";

/**
 * The first backup of a week is a full one, `<week>/<day>-full/`; those of the later days, `<week>/<day>/`, build on it. A
 * backup that this store has finished is not made again, so the job may be repeated. Its environment has the folder.
 */
export const backupScript = `set -eu
today=$(date -u +%Y-%m-%d)
week=$(date -u +%G-W%V)
weekday=$(date -u +%u)
place() { echo "$BACKUP_FOLDER/$week/$1/"; }
query() { clickhouse-client --config-file=/etc/clickhouse-client/config.yaml --query "$1"; }
# How many backups of a state there are at a place, of all replicas; not each replica's share of one.
count() {
  query "SELECT count() FROM clusterAllReplicas('${clusterName}', $1) WHERE status = '$2' AND id NOT LIKE 'internal-%' AND position(name, '$(place "$3")') > 0"
}
refuse() {
  echo "$1 Nothing was backed up." >&2
  exit 1
}
# Prints what the store said; 1: what it builds on is not there.
backup() {
  until said=$(query "BACKUP DATABASE ${databaseName} ON CLUSTER '${clusterName}' TO Disk('${backupDisk}', '$(place "$1")') SETTINGS $2 allow_s3_native_copy = 0" 2>&1); do
    case $said in
      *BACKUP_ALREADY_EXISTS*) ;;
      *BACKUP_NOT_FOUND*) return 1 ;;
      *) echo "$said" >&2; exit 1 ;;
    esac
    finished=$(count "merge('system', '^backup(s|_log)$')" BACKUP_CREATED "$1") || exit 1
    if [ "$finished" -gt 0 ]; then
      echo "$3"
      return 0
    fi
    running=$(count system.backups CREATING_BACKUP "$1") || exit 1
    if [ "$running" -eq 0 ]; then
      case $said in
        *"being written"*) refuse "$(place "$1") holds a backup that was never finished, because the store stopped meanwhile. Delete this folder in the bucket, and run the job again." ;;
        *) refuse "$(place "$1") holds a backup that this store did not make. If another stack writes there, give each its own hosting.backup.destination.folder; otherwise delete this folder in the bucket, and run the job again." ;;
      esac
    fi
    sleep 20
  done
  echo "$said"
}
before=$((weekday - 1))
while [ "$before" -gt 0 ]; do
  day=$(date -u -d "$today - $before days" +%Y-%m-%d)
  if backup "$today" "base_backup = Disk('${backupDisk}', '$(place "$day-full")')," "today's backup exists"; then exit 0; fi
  before=$((before - 1))
done
backup "$today-full" "" "today's full backup exists"
`;

const certificateFolder = "/run/certificates";

export class TimeSeriesBackup extends ComponentResource {
  constructor(name: string, args: TimeSeriesBackupArgs, options: ComponentResourceOptions) {
    super("rollout:components:TimeSeriesBackup", name, {}, options);
    const inside = { parent: this };
    const { namespace } = args.context;
    const settings = configuration(
      `${name}-settings`,
      {
        namespace,
        part,
        objectName: "time-series-backup-settings",
        files: { "config.yaml": clientConfig(args.host), "backup.sh": backupScript },
      },
      inside,
    );
    new CronJob(
      name,
      { metadata: metadata(namespace, part, part), spec: cronJobSpec(args, settings.name) },
      inside,
    );
    this.registerOutputs();
  }
}

function cronJobSpec(args: TimeSeriesBackupArgs, settings: string): types.input.batch.v1.CronJobSpec {
  return {
    schedule: dailyCron(args.at),
    timeZone: args.timezone,
    concurrencyPolicy: "Forbid",
    startingDeadlineSeconds: 6 * 3600,
    successfulJobsHistoryLimit: 3,
    failedJobsHistoryLimit: 3,
    jobTemplate: {
      spec: {
        backoffLimit: 3,
        activeDeadlineSeconds: 20 * 3600,
        template: podTemplate(args.context, {
          part,
          image: "time-series-store",
          replicas: 1,
          restartPolicy: "Never",
          ...steps(args),
          volumes: [
            scratch("temporary", 64),
            { name: "settings", configMap: { name: settings } },
            secretVolume("certificate", certificateSecretOf(part)),
            ...(args.credentialsSecret === undefined
              ? []
              : [
                  { name: "localisation", configMap: { name: "localisation" } },
                  { name: "connections", configMap: { name: "connections" } },
                  secretVolume("destination", args.credentialsSecret),
                ]),
          ],
        }),
      },
    },
  };
}

/** Makes the backup, and then deletes old ones where the kit has to do it. */
function steps({ context, folder, credentialsSecret }: TimeSeriesBackupArgs) {
  const backup = container(context, {
    name: part,
    image: "time-series-store",
    amounts: { cpu: 100, memory: 256 },
    command: ["sh", "/etc/clickhouse-client/backup.sh"],
    env: [
      { name: "HOME", value: "/tmp" },
      { name: folderVariable, value: folder },
    ],
    volumeMounts: [
      { name: "settings", mountPath: "/etc/clickhouse-client", readOnly: true },
      { name: "certificate", mountPath: certificateFolder, readOnly: true },
      { name: "temporary", mountPath: "/tmp" },
    ],
  });
  if (credentialsSecret === undefined) return { containers: [backup] };
  const expiry = container(context, {
    name: "backup-expiry",
    image: "application",
    amounts: { cpu: 100, memory: 256 },
    args: ["run", "backup-expiry"],
    volumeMounts: [
      { name: "localisation", mountPath: "/etc/rollout/localisation", readOnly: true },
      { name: "connections", mountPath: "/etc/rollout/connections", readOnly: true },
      { name: "destination", mountPath: "/run/secrets/backup-destination", readOnly: true },
      { name: "temporary", mountPath: "/tmp" },
    ],
  });
  return { initContainers: [backup], containers: [expiry] };
}

function clientConfig(host: string): string {
  return `host: ${host}
port: ${ports.timeSeriesStore.native}
secure: true
user: ${part}
openSSL:
  client:
    certificateFile: ${certificateFolder}/tls.crt
    privateKeyFile: ${certificateFolder}/tls.key
    caConfig: ${certificateFolder}/ca.crt
    loadDefaultCAFile: false
    verificationMode: strict
`;
}
