/**
 * The daily backup of the time-series store, by the engine's own BACKUP: a full one at the start of a week, then each day what
 * is new since it. After it, backups past the retention go: on a cloud's bucket by its lifecycle rule, elsewhere by the kit.
 */
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { configuration } from "./configuration.ts";
import { metadata } from "./part.ts";
import { container, podTemplate, type StackContext, scratch } from "./pod.ts";
import { ports } from "./ports.ts";
import { dailyCron } from "./schedule.ts";
import { backupDisk, clusterName, databaseName } from "./time-series-settings.ts";

export interface TimeSeriesBackupArgs {
  readonly context: StackContext;
  readonly host: string;
  /** Time of day in `timezone`. */
  readonly at: string;
  readonly timezone: string;
  /** Secret by which old backups are removed; a cloud's bucket does it itself. */
  readonly credentialsSecret?: string;
}

const part = "time-series-backup";

/** Where a day's backup stands on the disk of backups. */
export const backupFolder = "time-series-store";

/**
 * A week's first backup is the full one, `<week>/<day>-full/`; each later day's, `<week>/<day>/`, builds on it. What exists is
 * not made again, so that a job may be repeated.
 */
export const backupScript = `set -eu
today=$(date -u +%Y-%m-%d)
week=$(date -u +%G-W%V)
weekday=$(date -u +%u)
at() { echo "Disk('${backupDisk}', '${backupFolder}/$week/$1/')"; }
# Prints what the store said; 1: there is one already, 2: what it builds on is not there.
backup() {
  if said=$(clickhouse-client --config-file=/etc/clickhouse-client/config.yaml --query "BACKUP DATABASE ${databaseName} ON CLUSTER '${clusterName}' TO $1 SETTINGS $2 allow_s3_native_copy = 0" 2>&1); then
    echo "$said"
    return 0
  fi
  case $said in
    *BACKUP_ALREADY_EXISTS*) return 1 ;;
    *BACKUP_NOT_FOUND*) return 2 ;;
  esac
  echo "$said" >&2
  exit 1
}
before=$((weekday - 1))
while [ "$before" -gt 0 ]; do
  day=$(date -u -d "$today - $before days" +%Y-%m-%d)
  code=0
  backup "$(at "$today")" "base_backup = $(at "$day-full")," || code=$?
  case $code in
    0) exit 0 ;;
    1) echo "today's backup exists"; exit 0 ;;
  esac
  before=$((before - 1))
done
backup "$(at "$today-full")" "" || echo "today's full backup exists"
`;

const certificateFolder = "/run/certificates";

export class TimeSeriesBackup extends ComponentResource {
  constructor(name: string, args: TimeSeriesBackupArgs, options: ComponentResourceOptions) {
    super("rollout:components:TimeSeriesBackup", name, {}, options);
    const { context } = args;
    const { namespace } = context;
    const settings = configuration(this, namespace, part, "time-series-backup-settings", {
      "config.yaml": clientConfig(args.host),
      "backup.sh": backupScript,
    });
    new CronJob(
      part,
      {
        metadata: metadata(namespace, part, part),
        spec: {
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
              template: podTemplate(context, {
                part,
                image: "time-series-store",
                replicas: 1,
                restartPolicy: "Never",
                ...steps(args),
                volumes: [
                  scratch("temporary", 64),
                  { name: "settings", configMap: { name: settings.name } },
                  {
                    name: "certificate",
                    secret: { secretName: certificateSecretOf(part), defaultMode: 0o440 },
                  },
                  ...(args.credentialsSecret === undefined
                    ? []
                    : [
                        { name: "localisation", configMap: { name: "localisation" } },
                        { name: "connections", configMap: { name: "connections" } },
                        {
                          name: "destination",
                          secret: { secretName: args.credentialsSecret, defaultMode: 0o440 },
                        },
                      ]),
                ],
              }),
            },
          },
        },
      },
      { parent: this },
    );
    this.registerOutputs();
  }
}

/** The backup and, where the kit has to do it, the removal of old ones after it. */
function steps({ context, credentialsSecret }: TimeSeriesBackupArgs) {
  const backup = container(context, {
    name: part,
    image: "time-series-store",
    amounts: { cpu: 100, memory: 256 },
    command: ["sh", "/etc/clickhouse-client/backup.sh"],
    env: [{ name: "HOME", value: "/tmp" }],
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
