/**
 * Alert rules over the metrics of the parts, each with what it means and what to do. docs/alerts.md is generated from them.
 */

export interface Alert {
  readonly name: string;
  /** PromQL. */
  readonly expression: string;
  /** How long the expression must be true, as a Prometheus duration. */
  readonly lasting: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  /** What to do, in order. */
  readonly steps: readonly string[];
}

export interface AlertedStack {
  /** Every expression selects it. */
  readonly namespace: string;
  readonly brokers: number;
  readonly keepers: number;
  /** Whether the cluster runs PostgreSQL; a cloud's service has alarms of its own. */
  readonly postgres: boolean;
  readonly backups: boolean;
}

/** Where the guide says what to do. */
export const runbookOf = ({ name }: Pick<Alert, "name">): string => `docs/alerts.md#${name.toLowerCase()}`;

export function alerts(stack: AlertedStack): Alert[] {
  const here = `namespace="${stack.namespace}"`;
  return [
    ...flow(here, stack),
    ...timeSeries(here, stack),
    ...(stack.postgres ? relational(here) : []),
    ...(stack.backups ? backups(here, stack) : []),
    ...cluster(here, stack.namespace),
  ];
}

const majority = (count: number): number => Math.floor(count / 2) + 1;
/** PromQL for the number of a part's pods that answer; 0 where Prometheus knows none. */
const answering = (here: string, part: string): string =>
  `(count(up{${here}, pod=~"${part}-.*"} == 1) or vector(0))`;

function flow(here: string, { brokers }: AlertedStack): Alert[] {
  return [
    {
      name: "BrokerDown",
      expression: `${answering(here, "broker")} < ${majority(brokers)}`,
      lasting: "2m",
      severity: "critical",
      summary: "The brokers have no majority: machines get no acknowledgement and keep what they send.",
      steps: [
        "`kubectl -n <namespace> get pods -l app.kubernetes.io/name=broker -o wide` shows which brokers are missing, and in which zone.",
        "`kubectl describe pod` says why one does not start: its volume is in another zone, its node is gone, or its image is missing.",
        "A broker that waits for the others starts by itself once a majority is back. Never remove its volume: it may hold the only copy.",
      ],
    },
    {
      name: "BrokerAlarm",
      expression: `max(rabbitmq_alarms_memory_used_watermark{${here}} or rabbitmq_alarms_free_disk_space_watermark{${here}}) > 0`,
      lasting: "1m",
      severity: "critical",
      summary: "A broker is out of memory or disk and takes no message.",
      steps: [
        "See whether readings wait (ReadingsWait): then the cause is ingest or the time-series store.",
        "Where memory is short, give it more by `hosting.sizes.broker.memory` and run `rollout up`.",
        'Where disk is short, enlarge the volumes as "Larger disks" in docs/rolling-out.md says; `rollout up` alone can\'t.',
      ],
    },
    {
      name: "ReadingsWait",
      expression: `sum(rabbitmq_queue_messages_ready{${here}}) > 100000`,
      lasting: "15m",
      severity: "warning",
      summary: "More than 100,000 readings wait in the broker's queues.",
      steps: [
        "See whether ingest runs and whether its store takes inserts (IngestCannotStore).",
        "If ingest is at its largest number of replicas and its processors are busy, raise `hosting.sizes.ingest`.",
        "The queues hold six hours of readings; when they are full machines keep theirs. Nothing is lost.",
        "Never delete a queue or lower `hosting.sizes.broker.queues`: what waits there is acknowledged and stored nowhere else.",
      ],
    },
    {
      name: "IngestCannotStore",
      expression: `max(rollout_ingest_store_failing{${here}}) > 0`,
      lasting: "5m",
      severity: "critical",
      summary: "The time-series store refuses what ingest wants to store; readings wait in the broker.",
      steps: [
        "`kubectl -n <namespace> logs deployment/ingest` says what the store answers.",
        "See the store's replicas and keepers (TimeSeriesDown, TimeSeriesReadOnly, KeeperMajorityLost) and its volumes (VolumeFull).",
      ],
    },
    {
      name: "ReadingsRejected",
      expression: `sum(rate(rollout_ingest_rejected_total{${here}}[15m])) > 0.1 * (sum(rate(rollout_ingest_readings_total{${here}}[15m])) + sum(rate(rollout_ingest_rejected_total{${here}}[15m])))`,
      lasting: "30m",
      severity: "warning",
      summary: "More than a tenth of what machines send can't be used.",
      steps: [
        "The label `reason` says why; companies see their own on the page of their machines.",
        "After a change of the file's catalogue of channels, see whether machines still send names of the previous one.",
      ],
    },
    {
      name: "WebAppDown",
      expression: `sum(kube_deployment_status_replicas_available{${here}, deployment="diagnostic"}) == 0`,
      lasting: "3m",
      severity: "critical",
      summary: "The pages can't be reached, and no new machine can connect to the broker.",
      steps: [
        "`kubectl -n <namespace> describe pod -l app.kubernetes.io/name=diagnostic` and its log say why it is not ready.",
        "It is ready once the relational store answers: see RelationalDown.",
      ],
    },
    {
      name: "LoginNotEnded",
      expression: `max(rollout_diagnostic_oldest_login_to_end_seconds{${here}}) > 120`,
      lasting: "1m",
      severity: "warning",
      summary:
        "A machine's password was replaced or revoked, or its company removed, and what is connected with it is not disconnected yet.",
      steps: [
        "The web app's log says why (`kubectl -n <namespace> logs -l app.kubernetes.io/name=diagnostic`): usually no broker answers on port 15671.",
        "It tries again every few seconds. A restart of the brokers, one after the other, ends every connection.",
      ],
    },
  ];
}

function timeSeries(here: string, { keepers }: AlertedStack): Alert[] {
  return [
    {
      name: "TimeSeriesDown",
      expression: `min by (statefulset) (kube_statefulset_status_replicas_ready{${here}, statefulset=~"time-series-store-shard-.*"} - kube_statefulset_replicas{${here}, statefulset=~"time-series-store-shard-.*"}) < 0`,
      lasting: "5m",
      severity: "warning",
      summary: "A replica of the time-series store does not answer.",
      steps: [
        "With three replicas a shard continues without one; without two it stores no readings, which then wait in the broker.",
        "`kubectl describe pod` says why it does not start. A replica that comes back catches up by itself.",
      ],
    },
    {
      name: "TimeSeriesReadOnly",
      expression: `max(ClickHouseMetrics_ReadonlyReplica{${here}}) > 0`,
      lasting: "5m",
      severity: "critical",
      summary: "A replica of the time-series store accepts no writes.",
      steps: [
        "See whether the keepers run and have a majority (KeeperMajorityLost).",
        "Read the replica's log for `Table is in readonly mode`.",
      ],
    },
    {
      name: "TimeSeriesPartsLost",
      expression: `max(rollout_ingest_store_damaged_parts{${here}}) > 0 or increase(ClickHouseProfileEvents_ReplicatedDataLoss{${here}}[1h]) > 0`,
      lasting: "5m",
      severity: "critical",
      summary:
        "The time-series store has set parts aside as damaged, or has lost them: their readings are in no page and no new backup.",
      steps: [
        "The ministry's page and the log of `deployment/ingest` name the server, the table, the part and its month.",
        "Where another replica has the part, the server fetches it by itself; see the volume's and the node's disk errors.",
        "`rollout restore <file> --at <time>` brings back a backup from before the loss: docs/damage.md.",
        "Where the loss is accepted: `ALTER TABLE <table> DROP DETACHED PART '<part>' SETTINGS allow_drop_detached = 1` on that server ends the alert.",
      ],
    },
    {
      name: "TimeSeriesReplicaLate",
      expression: `max(ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{${here}}) > 300`,
      lasting: "10m",
      severity: "warning",
      summary: "A replica of the time-series store is more than five minutes late.",
      steps: ["See its processor, disk and network; a replica that was away catches up by itself."],
    },
    {
      name: "TimeSeriesInsertsRefused",
      expression: `sum(rate(ClickHouseProfileEvents_RejectedInserts{${here}}[5m])) > 0`,
      lasting: "10m",
      severity: "critical",
      summary: "The time-series store refuses inserts because it can't merge as fast as readings come.",
      steps: [
        "See its disk's throughput and its processors.",
        "Give it more by `hosting.sizes.timeSeries.cpu` and `.memory`, or another shard; keep `.storage` as it is.",
      ],
    },
    {
      name: "KeeperMajorityLost",
      expression: `${answering(here, "keeper")} < ${majority(keepers)}`,
      lasting: "2m",
      severity: "critical",
      summary: "The keepers have no majority: the time-series store accepts no writes.",
      steps: [
        "`kubectl describe pod` says why they do not start.",
        "Never remove a keeper's volume while another keeper is down.",
      ],
    },
  ];
}

function relational(here: string): Alert[] {
  return [
    {
      name: "RelationalDown",
      expression: `(max(cnpg_collector_up{${here}}) or vector(0)) < 1`,
      lasting: "2m",
      severity: "critical",
      summary: "No instance of the relational store answers.",
      steps: [
        "`kubectl -n <namespace> get cluster relational-store` says in one line what its operator waits for.",
        "`kubectl -n cnpg-system logs deployment/cloudnative-pg` shows the operator's own log.",
      ],
    },
    {
      name: "RelationalReplicaLate",
      expression: `max(cnpg_pg_replication_lag{${here}}) > 60`,
      lasting: "10m",
      severity: "warning",
      summary: "An instance of the relational store is more than a minute late.",
      steps: ["See its disk and network."],
    },
  ];
}

function backups(here: string, { postgres }: AlertedStack): Alert[] {
  return [
    {
      name: "TimeSeriesBackupLate",
      expression: `(max(kube_cronjob_status_last_successful_time{${here}, cronjob="time-series-backup"}) or max(kube_cronjob_created{${here}, cronjob="time-series-backup"})) < time() - 26 * 3600`,
      lasting: "10m",
      severity: "critical",
      summary: "The time-series store has had no backup for more than a day.",
      steps: [
        "`kubectl -n <namespace> get jobs -l app.kubernetes.io/name=time-series-backup`, then the log of the last one.",
        "See the destination's address, its Secret and `residency.endpoints`.",
        "`rollout backup <file>` makes one now.",
      ],
    },
    ...(postgres
      ? [
          {
            name: "RelationalBackupLate",
            expression: `max(barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{${here}}) < time() - 26 * 3600`,
            lasting: "10m",
            severity: "critical",
            summary: "The relational store has had no base backup for more than a day.",
            steps: [
              "`kubectl -n <namespace> get backups` shows the last ones and their errors.",
              "`rollout backup <file>` makes one now.",
            ],
          } satisfies Alert,
          {
            name: "RelationalArchiveFails",
            expression: `max(cnpg_pg_stat_archiver_seconds_since_last_archival{${here}}) > 1800 and max(cnpg_pg_stat_archiver_failed_count{${here}}) > 0`,
            lasting: "10m",
            severity: "critical",
            summary:
              "The write-ahead log has not been archived for half an hour: it can't be restored to now.",
            steps: [
              "`kubectl -n <namespace> logs relational-store-1 -c plugin-barman-cloud` says what the destination answers.",
              "See the destination's address, its Secret, and `residency.endpoints`.",
            ],
          } satisfies Alert,
        ]
      : []),
  ];
}

function cluster(here: string, namespace: string): Alert[] {
  return [
    {
      name: "VolumeFull",
      expression: `min by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${here}} / kubelet_volume_stats_capacity_bytes{${here}}) < 0.15`,
      lasting: "10m",
      severity: "critical",
      summary: "A volume is more than 85 % full.",
      steps: [
        'Enlarge it as "Larger disks" in docs/rolling-out.md says (the storage class must allow it); `rollout up` alone can\'t.',
        "Or shorten `telemetry.retention`, with `hosting.sizes.timeSeries.storage` set to what the volumes have now.",
        "After a restore the time-series store also holds the data from before: docs/backup.md says how to remove it.",
      ],
    },
    {
      name: "PodRestarts",
      expression: `max by (pod) (increase(kube_pod_container_status_restarts_total{${here}}[30m])) > 3`,
      lasting: "1m",
      severity: "warning",
      summary: "A pod starts again and again.",
      steps: ["`kubectl -n <namespace> logs --previous <pod>` shows its last lines."],
    },
    {
      name: "CertificateEnds",
      // Where the scraped pod's namespace takes the label `namespace`, Prometheus renames the certificate's to this.
      expression: `min by (name) (certmanager_certificate_expiration_timestamp_seconds{${here}} or certmanager_certificate_expiration_timestamp_seconds{exported_namespace="${namespace}"}) - time() < 604800`,
      lasting: "1h",
      severity: "critical",
      summary: "A certificate expires in less than a week and was not renewed.",
      steps: ["`kubectl -n <namespace> describe certificate <name>` and cert-manager's log say why."],
    },
  ];
}
