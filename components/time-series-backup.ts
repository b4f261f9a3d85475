/**
 * The daily backup of the time-series store, by the engine's own BACKUP: a full one at the start of a week, then what is
 * new since it. The bucket's lifecycle rule ends what is older than the retention.
 */
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import { certificateSecretOf } from "./certificates.ts";
import { configuration } from "./configuration.ts";
import { metadata } from "./part.ts";
import { container, podTemplate, type Surroundings, scratch } from "./pod.ts";
import { ports } from "./ports.ts";
import { dailyCron } from "./schedule.ts";
import { backupDisk, clusterName, databaseName } from "./time-series-settings.ts";

export interface TimeSeriesBackupArgs {
  readonly surroundings: Surroundings;
  readonly host: string;
  /** Time of day in `timezone`. */
  readonly at: string;
  readonly timezone: string;
}

const part = "time-series-backup";

/** A day's backup builds on its week's full one; the week's first is the full one. What exists is not made again. */
const script = `set -eu
week=$(date -u +%G-W%V)
day=$(date -u +%Y-%m-%d)
query() { clickhouse-client --config-file=/etc/clickhouse-client/config.yaml --query "$1"; }
full="Disk('${backupDisk}', 'time-series-store/$week/full/')"
backup() {
  if said=$(query "BACKUP DATABASE ${databaseName} ON CLUSTER '${clusterName}' TO $1 SETTINGS $2 allow_s3_native_copy = 0" 2>&1); then
    echo "$said"
    return 0
  fi
  case $said in *BACKUP_ALREADY_EXISTS*) return 1 ;; esac
  echo "$said" >&2
  exit 1
}
backup "$full" "" || backup "Disk('${backupDisk}', 'time-series-store/$week/$day/')" "base_backup = $full," || echo "today's backup exists"
`;

const certificateFolder = "/run/certificates";

export class TimeSeriesBackup extends ComponentResource {
  constructor(name: string, args: TimeSeriesBackupArgs, options: ComponentResourceOptions) {
    super("rollout:components:TimeSeriesBackup", name, {}, options);
    const { surroundings } = args;
    const { namespace } = surroundings;
    const settings = configuration(this, namespace, part, "time-series-backup-settings", {
      "config.yaml": clientConfig(args.host),
      "backup.sh": script,
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
              template: podTemplate(surroundings, {
                part,
                image: "time-series-store",
                replicas: 1,
                restartPolicy: "Never",
                containers: [
                  container(surroundings, {
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
                  }),
                ],
                volumes: [
                  scratch("temporary", 64),
                  { name: "settings", configMap: { name: settings.name } },
                  {
                    name: "certificate",
                    secret: { secretName: certificateSecretOf(part), defaultMode: 0o440 },
                  },
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
