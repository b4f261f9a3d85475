/** Names of metrics that the parts and the cluster expose, for the tests that hold alerts and dashboards to them. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../base/package-root.ts";
import { openTimeSeriesStore } from "../../stores/time-series/store.ts";

/** RabbitMQ's, compared with a real node in broker-cluster.ci.test.ts. */
export const brokerMetrics = [
  "rabbitmq_alarms_free_disk_space_watermark",
  "rabbitmq_alarms_memory_used_watermark",
  "rabbitmq_connections",
  "rabbitmq_global_messages_received_total",
  "rabbitmq_identity_info",
  "rabbitmq_queue_messages_ready",
];

/** https://github.com/cloudnative-pg/cloudnative-pg/blob/main/config/manager/default-monitoring.yaml and docs/src/monitoring.md */
const cloudNativePg = [
  "cnpg_collector_up",
  "cnpg_pg_replication_lag",
  "cnpg_pg_stat_archiver_failed_count",
  "cnpg_pg_stat_archiver_seconds_since_last_archival",
  // https://cloudnative-pg.io/plugin-barman-cloud/docs/observability
  "barman_cloud_cloudnative_pg_io_last_available_backup_timestamp",
];

const cluster = [
  // Prometheus itself.
  "up",
  // https://kubernetes.io/docs/reference/instrumentation/metrics/
  "kubelet_volume_stats_available_bytes",
  "kubelet_volume_stats_capacity_bytes",
  // https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics/workload
  "kube_cronjob_created",
  "kube_cronjob_status_last_successful_time",
  "kube_deployment_status_replicas_available",
  "kube_pod_container_status_restarts_total",
  "kube_statefulset_replicas",
  "kube_statefulset_status_replicas_ready",
  // https://cert-manager.io/docs/devops-tips/prometheus-metrics/
  "certmanager_certificate_expiration_timestamp_seconds",
];

/** The engine in the process has none of these. https://clickhouse.com/docs/operations/system-tables/asynchronous_metrics */
const asynchronous = ["ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay"];

/** All of them; ClickHouse's as its engine says them, the programs' as their sources do. */
export async function exposedMetrics(): Promise<Set<string>> {
  return new Set([
    ...brokerMetrics,
    ...cloudNativePg,
    ...cluster,
    ...asynchronous,
    ...(await engineMetrics()),
    ...programMetrics(),
  ]);
}

async function engineMetrics(): Promise<string[]> {
  const store = await openTimeSeriesStore();
  try {
    const result = await store.reader.query({
      query: `SELECT 'ClickHouseMetrics_' || metric AS name FROM system.metrics
              UNION ALL SELECT 'ClickHouseProfileEvents_' || event FROM system.events
              SETTINGS system_events_show_zero_values = 1`,
      format: "JSONEachRow",
    });
    return (await result.json<{ name: string }>()).map(({ name }) => name);
  } finally {
    await store.close();
  }
}

/** Each program writes the names of its metrics whole. */
function programMetrics(): string[] {
  return globSync("apps/*/*.ts", { cwd: packageRoot }).flatMap((file) =>
    [...readFileSync(join(packageRoot, file), "utf8").matchAll(/\b[a-z]+\(\s*"(rollout_[a-z_]+)"/g)].map(
      ([, name]) => name!,
    ),
  );
}
