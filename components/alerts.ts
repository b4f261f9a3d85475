/** What somebody must be told: alert rules over the metrics of the parts, each with what it means and what to do. */

export interface Alert {
  readonly name: string;
  /** PromQL. */
  readonly expression: string;
  /** Prometheus duration for which it must hold. */
  readonly lasting: string;
  readonly severity: "critical" | "warning";
  readonly summary: string;
  readonly cure: string;
}

/**
 * @param namespace of the stack, to which every expression is held.
 * @param keepers how many there are.
 */
export function alerts(namespace: string, keepers: number): Alert[] {
  const here = `namespace="${namespace}"`;
  return [
    {
      name: "BrokerDown",
      expression: `count(up{${here}, pod=~"broker-.*"} == 1) < 2`,
      lasting: "2m",
      severity: "critical",
      summary: "Fewer than two brokers run: machines get no acknowledgement.",
      cure: "See why the pods do not start: kubectl describe pod, zones, volumes.",
    },
    {
      name: "ReadingsWait",
      expression: `sum(rabbitmq_queue_messages_ready{${here}}) > 100000`,
      lasting: "15m",
      severity: "warning",
      summary: "More than 100,000 readings wait in the broker's queues.",
      cure: "See whether ingest and the time-series store run, and whether ingest is at its largest number of replicas.",
    },
    {
      name: "BrokerAlarm",
      expression: `max(rabbitmq_alarms_memory_used_watermark{${here}} or rabbitmq_alarms_free_disk_space_watermark{${here}}) > 0`,
      lasting: "1m",
      severity: "critical",
      summary: "A broker is out of memory or disk and takes no message.",
      cure: "Give it more under hosting.sizes.broker; see why readings wait.",
    },
    {
      name: "TimeSeriesReadOnly",
      expression: `max(ClickHouseMetrics_ReadonlyReplica{${here}}) > 0`,
      lasting: "5m",
      severity: "critical",
      summary: "A replica of the time-series store takes no writes.",
      cure: "See whether the keepers run and have a majority.",
    },
    {
      name: "TimeSeriesReplicaLate",
      expression: `max(ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{${here}}) > 300`,
      lasting: "10m",
      severity: "warning",
      summary: "A replica of the time-series store is more than five minutes late.",
      cure: "See its processor, disk and network; a replica that was away catches up by itself.",
    },
    {
      name: "KeeperMajorityLost",
      expression: `(count(up{${here}, pod=~"keeper-.*"} == 1) or vector(0)) < ${Math.floor(keepers / 2) + 1}`,
      lasting: "2m",
      severity: "critical",
      summary: "The keepers have no majority: the time-series store takes no writes.",
      cure: "See why the pods do not start.",
    },
    {
      name: "RelationalReplicaLate",
      expression: `max(cnpg_pg_replication_lag{${here}}) > 60`,
      lasting: "10m",
      severity: "warning",
      summary: "An instance of the relational store is more than a minute late.",
      cure: "See its disk and network.",
    },
    {
      name: "RelationalArchiveFails",
      expression: `max(cnpg_pg_stat_archiver_seconds_since_last_archival{${here}}) > 1800 and max(cnpg_pg_stat_archiver_failed_count{${here}}) > 0`,
      lasting: "10m",
      severity: "critical",
      summary: "The write-ahead log has not been archived for half an hour: it can't be restored to now.",
      cure: "See the backup destination's address, its Secret, and residency.endpoints.",
    },
    {
      name: "VolumeFull",
      expression: `min by (persistentvolumeclaim) (kubelet_volume_stats_available_bytes{${here}} / kubelet_volume_stats_capacity_bytes{${here}}) < 0.15`,
      lasting: "10m",
      severity: "critical",
      summary: "A volume is more than 85 % full.",
      cure: "Enlarge it under hosting.sizes, or shorten telemetry.retention.",
    },
    {
      name: "PodRestarts",
      expression: `max by (pod) (increase(kube_pod_container_status_restarts_total{${here}}[30m])) > 3`,
      lasting: "1m",
      severity: "warning",
      summary: "A pod starts again and again.",
      cure: "Read its last log: kubectl logs --previous.",
    },
    {
      name: "CertificateEnds",
      expression: `min by (name) (certmanager_certificate_expiration_timestamp_seconds{${here}} - time()) < 604800`,
      lasting: "1h",
      severity: "critical",
      summary: "A certificate ends in less than a week and was not renewed.",
      cure: "See cert-manager's log and the Certificate's events.",
    },
  ];
}
