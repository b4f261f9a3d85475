/**
 * Settings of ClickHouse and its Keeper, as the YAML that both read: addresses, certificates, users with least rights, and the
 * macros by which one set of migrations makes replicated and distributed tables.
 */
import { stringify } from "yaml";
import { ports } from "./ports.ts";

/** The cluster's name in `ON CLUSTER` and `Distributed`. */
export const clusterName = "rollout";
export const databaseName = "rollout";
export const backupDisk = "backups";
/** User that restores a backup, and the database that keeps what was there before. */
export const restoreUser = "time-series-restore";
export const formerDatabase = `${databaseName}_before_restore`;
/** Database that is made to see whether a backup exists, and deleted again. */
export const probeDatabase = `${databaseName}_probe`;
const certificateFolder = "/run/certificates";
const dataFolder = "/var/lib/clickhouse";

const fromEnvironment = (name: string) => ({ "@from_env": name });

/** Both ends of a connection show a certificate of the stack's authority. */
const server = {
  certificateFile: `${certificateFolder}/tls.crt`,
  privateKeyFile: `${certificateFolder}/tls.key`,
  caConfig: `${certificateFolder}/ca.crt`,
  loadDefaultCAFile: false,
  verificationMode: "strict",
  cacheSessions: true,
  disableProtocols: "sslv2,sslv3,tlsv1,tlsv1_1",
  preferServerCiphers: true,
};
const client = { ...server, invalidCertificateHandler: { name: "RejectCertificateHandler" } };

/**
 * One client side serves replicas, keepers and the store of the backups, whose certificate is of another authority. The engine
 * adds those of the image, in /etc/ssl/certs, and of the file that this variable names. The server side trusts none of them:
 * a certificate's name is a user there.
 */
const backupClient = { ...client, loadDefaultCAFile: true };
export const authorityVariable = "SSL_CERT_FILE";

/**
 * Where backups go. `secret`: an S3-compatible store, by an access key; it encrypts with a key that each request carries.
 * `role`: a bucket of the cloud, by the rights that the cloud gives the pod; the bucket has a key of its own.
 */
export type BackupDestination = {
  /** The store's name for its region, where it needs one. */
  readonly region?: string;
} & (
  | {
      readonly access: "secret";
      /** Address of the store, with the bucket: `https://s3.example.gov.za/bucket/`. */
      readonly address: string;
    }
  /** Its address is known only once the bucket exists: the pod has it in its environment. */
  | { readonly access: "role" }
);

export interface TimeSeriesSettings {
  /** Hosts of each shard's replicas. */
  readonly shards: readonly (readonly string[])[];
  readonly keepers: readonly string[];
  /** MiB that a server may use. */
  readonly memory: number;
  readonly backup?: BackupDestination;
}

export function timeSeriesConfig(settings: TimeSeriesSettings): string {
  const { timeSeriesStore } = ports;
  return stringify({
    logger: { level: "information", console: true, formatting: { type: "json" } },
    path: `${dataFolder}/`,
    tmp_path: `${dataFolder}/tmp/`,
    user_files_path: `${dataFolder}/user_files/`,
    format_schema_path: `${dataFolder}/format_schemas/`,
    // No listener without TLS.
    https_port: timeSeriesStore.https,
    tcp_port_secure: timeSeriesStore.native,
    interserver_https_port: timeSeriesStore.replication,
    interserver_http_host: fromEnvironment("REPLICA_HOST"),
    interserver_http_credentials: { user: "replication", password: fromEnvironment("REPLICATION_PASSWORD") },
    listen_host: "::",
    listen_try: true,
    openSSL: { server, client: settings.backup === undefined ? client : backupClient },
    user_directories: { users_xml: { path: "users.yaml" } },
    default_profile: "default",
    default_database: "default",
    timezone: "UTC",
    max_server_memory_usage: Math.floor(settings.memory * 0.85) * 2 ** 20,
    mark_cache_size: Math.floor(settings.memory * 0.1) * 2 ** 20,
    max_concurrent_queries: 200,
    // Queries can't read a URL of another host.
    remote_url_allow_hosts: { host: [] },
    macros: { shard: fromEnvironment("SHARD"), replica: fromEnvironment("REPLICA"), cluster: clusterName },
    default_replica_path: "/clickhouse/tables/{uuid}/{shard}",
    default_replica_name: "{replica}",
    distributed_ddl: { path: "/clickhouse/task_queue/ddl" },
    ...clusterConfig(settings),
    prometheus: {
      endpoint: "/metrics",
      port: timeSeriesStore.metrics,
      metrics: true,
      events: true,
      asynchronous_metrics: true,
    },
    query_log: systemLog("query_log", 30),
    part_log: systemLog("part_log", 14),
    metric_log: { "@remove": "1" },
    trace_log: { "@remove": "1" },
    send_crash_reports: { enabled: false },
    ...(settings.backup && backupConfig(settings.backup)),
  });
}

const clusterConfig = ({ keepers, shards }: TimeSeriesSettings) => ({
  zookeeper: {
    node: keepers.map((host) => ({ host, port: ports.keeper.clients, secure: 1 })),
    session_timeout_ms: 30_000,
  },
  remote_servers: {
    "@replace": "1",
    [clusterName]: {
      secret: fromEnvironment("CLUSTER_SECRET"),
      shard: shards.map((hosts) => ({
        internal_replication: true,
        replica: hosts.map((host) => ({ host, port: ports.timeSeriesStore.native, secure: 1 })),
      })),
    },
  },
});

const backupConfig = (backup: BackupDestination) => ({
  storage_configuration: {
    disks: {
      [backupDisk]: {
        type: "s3_plain",
        // About two minutes. The engine's 500 would keep a backup to a store that can't be reached from failing for an hour.
        s3_retry_attempts: 30,
        ...(backup.region !== undefined && { region: backup.region }),
        ...(backup.access === "role"
          ? { endpoint: fromEnvironment("BACKUP_ADDRESS"), use_environment_credentials: true }
          : {
              endpoint: backup.address,
              access_key_id: fromEnvironment("BACKUP_ACCESS_KEY_ID"),
              secret_access_key: fromEnvironment("BACKUP_SECRET_ACCESS_KEY"),
              // The store encrypts with this key and does not keep it: the bucket alone is unreadable.
              server_side_encryption_customer_key_base64: fromEnvironment("BACKUP_KEY"),
            }),
      },
    },
  },
  backups: { allowed_disk: backupDisk },
  // By it the daily job tells a backup that this store finished from one that it finds.
  backup_log: systemLog("backup_log", 60),
});

const systemLog = (table: string, days: number) => ({
  database: "system",
  table,
  partition_by: "toYYYYMM(event_date)",
  ttl: `event_date + INTERVAL ${days} DAY DELETE`,
  flush_interval_milliseconds: 7500,
});

interface TimeSeriesUser {
  readonly profile: "ingest" | "reading" | "analytics" | "administration";
  readonly grants: readonly string[];
}

/** A distributed table inserts into the local tables of all shards as the same user. */
const insertOn = (...tables: readonly string[]): string[] =>
  tables.flatMap((table) => [table, `${table}_local`]).map((table) => `INSERT ON ${databaseName}.${table}`);

/** Users by the common name of their certificate: none has a password. */
const users: Readonly<Record<string, TimeSeriesUser>> = {
  ingest: {
    profile: "ingest",
    grants: [
      `SELECT ON ${databaseName}.*`,
      ...insertOn("raw", "rejected", "rollup_minute", "rollup_hour", "rollup_day"),
      // To wait for running inserts and late replicas, before it looks for what is stored.
      `SYSTEM SYNC REPLICA ON ${databaseName}.*`,
      "CLUSTER, REMOTE ON *.*",
      "SELECT ON system.processes",
      // To see parts that were set aside, and replicas that have lost some.
      ...["detached_parts", "parts", "replicas"].map((table) => `SELECT ON system.${table}`),
    ],
  },
  analytics: {
    profile: "analytics",
    grants: [
      `SELECT ON ${databaseName}.*`,
      ...insertOn("kpi_shift", "kpi_left_out", "analytics_progress"),
      "SELECT ON system.clusters",
      // Deletes key figures of shifts that the country's file no longer has, and all data of a company that left.
      `ALTER DELETE ON ${databaseName}.*`,
      "CLUSTER ON *.*",
    ],
  },
  // Shows a company which topics of its machines were refused.
  diagnostic: {
    profile: "reading",
    grants: [`SELECT ON ${databaseName}.*`, ...insertOn("rejected")],
  },
  migration: {
    profile: "administration",
    grants: [
      `CREATE, ALTER, DROP, SELECT, INSERT, OPTIMIZE ON ${databaseName}.*`,
      // A distributed table counts as a remote source.
      "CLUSTER, REMOTE, TABLE ENGINE ON *.*",
      "SELECT ON system.*",
    ],
  },
  "time-series-backup": {
    profile: "administration",
    grants: [
      `BACKUP, SELECT ON ${databaseName}.*`,
      // It asks every replica which backups it made.
      "CLUSTER, REMOTE, CREATE TEMPORARY TABLE ON *.*",
      "SELECT ON system.*",
    ],
  },
  // Its certificate exists only while `rollout restore` runs.
  [restoreUser]: {
    profile: "administration",
    grants: [
      ...[databaseName, formerDatabase, probeDatabase].map(
        (database) => `CREATE, DROP, ALTER, SELECT, INSERT, TRUNCATE, BACKUP ON ${database}.*`,
      ),
      "CLUSTER, REMOTE, TABLE ENGINE ON *.*",
      "SELECT ON system.*",
    ],
  },
};

export function timeSeriesUsers(memory: number): string {
  const memoryOf = (share: number) => Math.floor(memory * share) * 2 ** 20;
  return stringify({
    profiles: {
      default: { readonly: 1 },
      ingest: {
        // An insert is acknowledged once two replicas have it on disk.
        insert_quorum: "auto",
        insert_quorum_parallel: 1,
        insert_quorum_timeout: 60_000,
        // Everyone reads and writes the same replica of a shard while it is up: another may not have yet what a quorum has.
        load_balancing: "in_order",
        prefer_localhost_replica: 0,
        fsync_metadata: 1,
        insert_distributed_sync: 1,
        max_memory_usage: memoryOf(0.4),
      },
      reading: { max_execution_time: 20, max_memory_usage: memoryOf(0.2), max_threads: 2 },
      analytics: {
        // It records its progress after its results: both must survive the loss of a server.
        insert_quorum: "auto",
        insert_quorum_parallel: 1,
        insert_quorum_timeout: 60_000,
        // It reads the last five minutes again: it would miss what a replica shows later than that.
        max_replica_delay_for_distributed_queries: 60,
        fallback_to_stale_replicas_for_distributed_queries: 0,
        insert_distributed_sync: 1,
        max_execution_time: 600,
        max_memory_usage: memoryOf(0.4),
      },
      administration: { distributed_ddl_task_timeout: 300, max_memory_usage: memoryOf(0.4) },
    },
    quotas: { default: { interval: { duration: 3600, queries: 0 } } },
    users: Object.fromEntries(
      Object.entries(users).map(([name, { profile, grants }]) => [
        name,
        {
          ssl_certificates: { common_name: name },
          networks: { ip: "::/0" },
          profile,
          quota: "default",
          grants: { query: grants.map((grant) => `GRANT ${grant}`) },
        },
      ]),
    ),
  });
}

/** @param hosts of the keepers, in the order of their numbers, which start at 1. */
export function keeperConfig(hosts: readonly string[]): string {
  const { keeper } = ports;
  return stringify({
    logger: { level: "information", console: true },
    listen_host: "::",
    openSSL: { server, client },
    keeper_server: {
      tcp_port_secure: keeper.clients,
      server_id: fromEnvironment("KEEPER_ID"),
      log_storage_path: "/var/lib/clickhouse-keeper/coordination/log",
      snapshot_storage_path: "/var/lib/clickhouse-keeper/coordination/snapshots",
      coordination_settings: {
        operation_timeout_ms: 10_000,
        session_timeout_ms: 30_000,
        raft_logs_level: "warning",
        force_sync: true,
      },
      raft_configuration: {
        secure: true,
        server: hosts.map((hostname, index) => ({ id: index + 1, hostname, port: keeper.raft })),
      },
      four_letter_word_white_list: "ruok,mntr",
    },
    prometheus: {
      endpoint: "/metrics",
      port: keeper.metrics,
      metrics: true,
      events: true,
      asynchronous_metrics: true,
    },
  });
}
