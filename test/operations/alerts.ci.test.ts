/** The alert rules as Prometheus' own tool reads and runs them: each is quiet while all is well, and fires when it should. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { alerts } from "../../components/alerts.ts";

const cached = join(homedir(), ".cache", "prometheus-bin", "promtool");
const promtool = existsSync(cached) ? cached : "promtool";
const hasTool = spawnSync(promtool, ["--version"]).status === 0;
if (!hasTool)
  console.log("Skipped: no promtool here (go install github.com/prometheus/prometheus/cmd/promtool@latest).");

const all = alerts({ namespace: "sme", brokers: 3, keepers: 3, postgres: true, backups: true });
const hours = (count: number) => count * 3600;

/** What shows while all is well, by the series' labels; each value holds. */
const well: Readonly<Record<string, string>> = {
  'up{namespace="sme", pod="broker-0"}': "1",
  'up{namespace="sme", pod="broker-1"}': "1",
  'up{namespace="sme", pod="broker-2"}': "1",
  'up{namespace="sme", pod="keeper-1"}': "1",
  'up{namespace="sme", pod="keeper-2"}': "1",
  'up{namespace="sme", pod="keeper-3"}': "1",
  'rabbitmq_alarms_memory_used_watermark{namespace="sme", pod="broker-0"}': "0",
  'rabbitmq_alarms_free_disk_space_watermark{namespace="sme", pod="broker-0"}': "0",
  'rabbitmq_queue_messages_ready{namespace="sme", pod="broker-0"}': "20",
  'rollout_ingest_store_failing{namespace="sme", pod="ingest-a"}': "0",
  'rollout_ingest_store_damaged_parts{namespace="sme", pod="ingest-a"}': "0",
  'ClickHouseProfileEvents_ReplicatedDataLoss{namespace="sme", pod="time-series-store-shard-1-0"}': "3",
  'rollout_ingest_readings_total{namespace="sme", pod="ingest-a"}': "0+60000",
  'rollout_ingest_rejected_total{namespace="sme", pod="ingest-a", reason="channel"}': "0+60",
  'kube_deployment_status_replicas_available{namespace="sme", deployment="diagnostic"}': "2",
  'kube_statefulset_status_replicas_ready{namespace="sme", statefulset="time-series-store-shard-1"}': "3",
  'kube_statefulset_replicas{namespace="sme", statefulset="time-series-store-shard-1"}': "3",
  'ClickHouseMetrics_ReadonlyReplica{namespace="sme", pod="time-series-store-shard-1-0"}': "0",
  'ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{namespace="sme", pod="time-series-store-shard-1-0"}': "2",
  'ClickHouseProfileEvents_RejectedInserts{namespace="sme", pod="time-series-store-shard-1-0"}': "0",
  'cnpg_collector_up{namespace="sme", pod="relational-store-1"}': "1",
  'cnpg_pg_replication_lag{namespace="sme", pod="relational-store-2"}': "0.1",
  'kube_cronjob_created{namespace="sme", cronjob="time-series-backup"}': String(-hours(1000)),
  'kube_cronjob_status_last_successful_time{namespace="sme", cronjob="time-series-backup"}': String(
    -hours(20),
  ),
  'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace="sme", pod="relational-store-1"}':
    String(-hours(20)),
  'cnpg_pg_stat_archiver_seconds_since_last_archival{namespace="sme", pod="relational-store-1"}': "120",
  'cnpg_pg_stat_archiver_failed_count{namespace="sme", pod="relational-store-1"}': "3",
  'kubelet_volume_stats_available_bytes{namespace="sme", persistentvolumeclaim="data-broker-0"}': "50",
  'kubelet_volume_stats_capacity_bytes{namespace="sme", persistentvolumeclaim="data-broker-0"}': "100",
  'kube_pod_container_status_restarts_total{namespace="sme", pod="ingest-a"}': "1",
  'certmanager_certificate_expiration_timestamp_seconds{namespace="cert-manager", exported_namespace="sme", name="web-certificate"}':
    String(hours(24 * 30)),
};

/** What makes each alert fire: series of `well` that change; undefined is a series that is gone. */
const ill: Readonly<Record<string, readonly Readonly<Record<string, string | undefined>>[]>> = {
  BrokerDown: [
    { 'up{namespace="sme", pod="broker-0"}': "0", 'up{namespace="sme", pod="broker-1"}': undefined },
    Object.fromEntries([0, 1, 2].map((index) => [`up{namespace="sme", pod="broker-${index}"}`, undefined])),
  ],
  BrokerAlarm: [
    { 'rabbitmq_alarms_memory_used_watermark{namespace="sme", pod="broker-0"}': "1" },
    { 'rabbitmq_alarms_free_disk_space_watermark{namespace="sme", pod="broker-1"}': "1" },
  ],
  ReadingsWait: [{ 'rabbitmq_queue_messages_ready{namespace="sme", pod="broker-0"}': "150000" }],
  IngestCannotStore: [{ 'rollout_ingest_store_failing{namespace="sme", pod="ingest-a"}': "1" }],
  ReadingsRejected: [
    { 'rollout_ingest_rejected_total{namespace="sme", pod="ingest-a", reason="channel"}': "0+9000" },
  ],
  LoginNotEnded: [
    { 'rollout_diagnostic_oldest_login_to_end_seconds{namespace="sme", pod="diagnostic-a"}': "300" },
  ],
  WebAppDown: [
    { 'kube_deployment_status_replicas_available{namespace="sme", deployment="diagnostic"}': "0" },
  ],
  TimeSeriesDown: [
    {
      'kube_statefulset_status_replicas_ready{namespace="sme", statefulset="time-series-store-shard-1"}': "2",
    },
  ],
  TimeSeriesReadOnly: [
    { 'ClickHouseMetrics_ReadonlyReplica{namespace="sme", pod="time-series-store-shard-1-0"}': "2" },
  ],
  TimeSeriesPartsLost: [
    { 'rollout_ingest_store_damaged_parts{namespace="sme", pod="ingest-a"}': "2" },
    {
      'ClickHouseProfileEvents_ReplicatedDataLoss{namespace="sme", pod="time-series-store-shard-1-0"}': "0+1",
    },
  ],
  TimeSeriesReplicaLate: [
    {
      'ClickHouseAsyncMetrics_ReplicasMaxAbsoluteDelay{namespace="sme", pod="time-series-store-shard-1-0"}':
        "900",
    },
  ],
  TimeSeriesInsertsRefused: [
    { 'ClickHouseProfileEvents_RejectedInserts{namespace="sme", pod="time-series-store-shard-1-0"}': "0+10" },
  ],
  KeeperMajorityLost: [
    { 'up{namespace="sme", pod="keeper-1"}': "0", 'up{namespace="sme", pod="keeper-2"}': "0" },
  ],
  RelationalDown: [
    { 'cnpg_collector_up{namespace="sme", pod="relational-store-1"}': "0" },
    { 'cnpg_collector_up{namespace="sme", pod="relational-store-1"}': undefined },
  ],
  RelationalReplicaLate: [{ 'cnpg_pg_replication_lag{namespace="sme", pod="relational-store-2"}': "300" }],
  TimeSeriesBackupLate: [
    {
      'kube_cronjob_status_last_successful_time{namespace="sme", cronjob="time-series-backup"}': String(
        -hours(30),
      ),
    },
    { 'kube_cronjob_status_last_successful_time{namespace="sme", cronjob="time-series-backup"}': undefined },
  ],
  RelationalBackupLate: [
    {
      'barman_cloud_cloudnative_pg_io_last_available_backup_timestamp{namespace="sme", pod="relational-store-1"}':
        String(-hours(30)),
    },
  ],
  RelationalArchiveFails: [
    {
      'cnpg_pg_stat_archiver_seconds_since_last_archival{namespace="sme", pod="relational-store-1"}': "4000",
    },
  ],
  VolumeFull: [
    { 'kubelet_volume_stats_available_bytes{namespace="sme", persistentvolumeclaim="data-broker-0"}': "10" },
  ],
  PodRestarts: [{ 'kube_pod_container_status_restarts_total{namespace="sme", pod="ingest-a"}': "0+1" }],
  CertificateEnds: [
    {
      'certmanager_certificate_expiration_timestamp_seconds{namespace="cert-manager", exported_namespace="sme", name="web-certificate"}':
        String(hours(24 * 3)),
    },
    {
      'certmanager_certificate_expiration_timestamp_seconds{namespace="sme", name="mqtt-certificate"}':
        String(hours(24)),
    },
  ],
};

describe.skipIf(!hasTool)("the alert rules", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "rollout-alerts-"));
    const rules = all.map(({ name, expression, lasting }) => ({
      alert: name,
      expr: expression,
      for: lasting,
    }));
    writeFileSync(join(folder, "rules.yaml"), stringify({ groups: [{ name: "stack", rules }] }));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (...parameters: string[]) => {
    const { status, stdout, stderr } = spawnSync(promtool, parameters, { encoding: "utf8", cwd: folder });
    return { status, said: stdout + stderr };
  };

  test("are rules", () => {
    expect(run("check", "rules", "--lint=all", "--lint-fatal", "rules.yaml")).toMatchObject({ status: 0 });
  });

  test("have an example each", () => {
    expect(Object.keys(ill).sort()).toEqual(all.map(({ name }) => name).sort());
  });

  /** Two hours of series, asked at their end: which alerts fire? */
  function firing(series: Readonly<Record<string, string | undefined>>, expected: readonly string[]) {
    const test = {
      interval: "1m",
      input_series: Object.entries(series).flatMap(([name, value]) =>
        value === undefined ? [] : [{ series: name, values: `${value}x120` }],
      ),
      promql_expr_test: [
        {
          expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
          eval_time: "2h",
          exp_samples: expected.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
        },
      ],
    };
    writeFileSync(
      join(folder, "test.yaml"),
      stringify({ rule_files: ["rules.yaml"], evaluation_interval: "1m", tests: [test] }),
    );
    return run("test", "rules", "test.yaml");
  }

  test("are quiet while all is well", () => {
    expect(firing(well, [])).toMatchObject({ status: 0 });
  });

  test.each(
    Object.entries(ill).flatMap(([name, cases]) =>
      cases.map((changes, index) => [name, index + 1, changes] as const),
    ),
  )("%s fires when it should, and alone (%i)", (name, _, changes) => {
    const { status, said } = firing({ ...well, ...changes }, [name]);
    expect(status, said).toBe(0);
  });
});
