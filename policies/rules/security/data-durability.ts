/** What a store or the broker has taken is on disk, and is dropped only by a rule of the file. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { rememberSettings } from "../../resources/last.ts";
import { workloads } from "../../resources/pods.ts";
import { booleanAt } from "../../resources/properties.ts";
import { textsOf } from "../../resources/texts.ts";
import { queueViolations } from "./dropped-messages.ts";

const off = "[\"']?\\s*[=:>]\\s*[\"']?(?:off|false|no|0)\\b";

/** Settings by which a server confirms what it may lose, by product. */
const signs: readonly (readonly [sign: RegExp, what: string])[] = [
  [
    new RegExp(`\\b((?:fsync|full_page_writes|archive_mode|data_sync_retry)${off})`, "i"),
    "PostgreSQL may lose or damage data when a machine fails",
  ],
  [
    /\b(synchronous_commit["']?\s*[=:]\s*["']?(?:off|local|false|0))\b/i,
    "PostgreSQL confirms a write before a second instance has it",
  ],
  [
    /\b((?:zero_damaged_pages|ignore_checksum_failure)["']?\s*[=:]\s*["']?(?:on|true|1))\b/i,
    "PostgreSQL hides damaged data",
  ],
  [/\b(wal_level["']?\s*[=:]\s*["']?minimal)\b/i, "PostgreSQL writes too little for a replica or an archive"],
  [
    new RegExp(
      `\\b((?:fsync_metadata|fsync_after_insert|wait_for_async_insert|insert_distributed_sync|distributed_foreground_insert|insert_quorum|force_sync)${off})`,
    ),
    "The time-series store confirms an insert that it may lose",
  ],
  [
    /^[ \t]*(cluster_partition_handling\s*=\s*(?:ignore|autoheal))\b/m,
    "After a split of its network the broker throws messages away",
  ],
  [/^[ \t]*(persistence\s+false)\b/m, "The broker keeps messages in memory alone"],
  [/\b(unclean\.leader\.election\.enable\s*=\s*true)\b/, "The broker may lose messages when a machine fails"],
  [/\b(unsafe-no-fsync(?:=true)?)\b/, "etcd may lose data when a machine fails"],
  [
    /\b(innodb_flush_log_at_trx_commit\s*=\s*[02]|sync_binlog\s*=\s*0)\b/,
    "The database confirms a write that it may lose",
  ],
  [
    /\b((?:DROP|TRUNCATE)\s+(?:TABLE|DATABASE|SCHEMA)\s+(?!IF EXISTS\s+(?:tmp|temp))[\w.`"]+)/i,
    "A command deletes a table",
  ],
  [
    /\b(DELETE\s+WHERE\s+(?:1|true)\b|DELETE\s+FROM\s+[\w.`"]+\s*(?:;|WHERE\s+(?:1|true)\b)|DROP\s+PARTITION\b|MODIFY\s+TTL\s[^;]{1,120}?INTERVAL\s+(?:\d+\s+(?:SECOND|MINUTE|HOUR)|\d{1,2}\s+DAY))/i,
    "A command deletes rows of a table",
  ],
  [
    /\b(rabbitmqctl\s[^\n]{0,60}?(?:force_reset|reset|purge_queue|delete_queue)|pg_resetwal|dropdb)\b/,
    "A command deletes what a store holds",
  ],
  [
    /(\brm\s+-\w*r\w*\s+(?:--\s+)?\/var\/lib\/(?:clickhouse|rabbitmq|postgresql)(?![\w-])(?:\/(?:\*|data|store|mnesia|metadata|pgdata|\d)\S*|\/?(?=[\s"';&]|$)))/,
    "A command deletes a store's files",
  ],
  [
    /(\b(?:mc\s+r[bm]|aws\s+s3\s+r[bm]|s3cmd\s+(?:rb|del)|rclone\s+(?:purge|delete))\b[^\n]{0,80}(?:--force|--recursive|-r\b|purge|delete))/,
    "A command deletes backups",
  ],
];
const hinted = holdsOneOf(
  "sync",
  "full_page_writes",
  "archive_mode",
  "checksum",
  "damaged_pages",
  "wal_level",
  "quorum",
  "foreground_insert",
  "async_insert",
  "partition_handling",
  "persistence",
  "unclean",
  "innodb",
  "DROP",
  "drop",
  "TRUNCATE",
  "truncate",
  "DELETE",
  "delete",
  "PARTITION",
  "partition",
  " TTL",
  " ttl",
  "rabbitmqctl",
  "pg_resetwal",
  "dropdb",
  "rm -",
  "mc r",
  "s3 r",
  "s3cmd",
  "rclone",
);

/** Words of each sign, in its order: a search for a word is many times faster than a pattern. */
const words: readonly (readonly string[])[] = [
  ["sync", "full_page_writes", "archive_mode"],
  ["synchronous_commit"],
  ["damaged_pages", "checksum_failure"],
  ["wal_level"],
  ["fsync", "async_insert", "distributed", "quorum", "force_sync"],
  ["partition_handling"],
  ["persistence"],
  ["unclean"],
  ["no-fsync"],
  ["innodb", "sync_binlog"],
  ["DROP ", "TRUNCATE ", "drop ", "truncate "],
  ["DELETE ", "delete ", " PARTITION", " partition", " TTL", " ttl"],
  ["rabbitmqctl", "pg_resetwal", "dropdb"],
  ["/var/lib/"],
  ["mc r", "s3 r", "s3cmd", "rclone"],
];

/** What RabbitMQ does in a cluster unless its settings say otherwise. */
const clustered = /^[ \t]*cluster_formation\./m;
const partitions = /^[ \t]*cluster_partition_handling\s*=/m;

const remediation = "Remove the setting; a store of the country keeps what it has confirmed.";

/** What a setting loses, each without its path. */
const faultsOf = rememberSettings((key, value): readonly Omit<Violation, "path">[] => {
  const setting = value.includes("\n") || value.length > 100 ? value : `${key}=${value}`;
  const isClustered = value.includes("cluster_formation.") && clustered.test(value);
  if (!hinted(setting) && !isClustered) return [];
  const faults = signs.flatMap(([sign, what], index): Omit<Violation, "path"> | [] => {
    if (!words[index]?.some((word) => setting.includes(word))) return [];
    const named = sign.exec(setting)?.[1]?.trim();
    return named === undefined ? [] : { value: named, message: `${what} (${named}).`, remediation };
  });
  if (isClustered && !partitions.test(value))
    faults.push({
      message: "After a split of its network the broker keeps both sides, and one side's messages are lost.",
      remediation: "Set cluster_partition_handling = pause_minority.",
    });
  return faults;
});

export const dataDurability: ResourcePolicy = {
  id: "data-durability",
  area: "security",
  scope: "resource",
  title: "Stores confirm what they have on disk, and the broker drops no message that nobody has read.",
  risk: "A power failure, a full queue or a lifetime of a second loses readings and answers, and no backup has them.",
  types: [
    ...workloads,
    "kubernetes:core/*:ConfigMap",
    "kubernetes:core/*:Secret",
    "kubernetes:postgresql.cnpg.io/*:Cluster",
    "kubernetes:rabbitmq.com/*:Policy",
    "kubernetes:rabbitmq.com/*:OperatorPolicy",
    "kubernetes:rabbitmq.com/*:Queue",
    "kubernetes:rabbitmq.com/*:RabbitmqCluster",
  ],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.13", "A.8.14"], nist80053: ["CP-9", "CP-10", "SI-12"] },
  remediation,
  check: (subject) => {
    const found = textsOf(subject).flatMap((text): Violation[] => {
      const { value, key, section } = text;
      if (section === "metadata" || section === "status") return [];
      const wrong = faultsOf(key, value);
      if (wrong.length === 0) return [];
      const { path } = text;
      return path.endsWith(".name") ? [] : wrong.map((fault) => ({ path, ...fault }));
    });
    if (booleanAt(subject.properties, "spec.bootstrap.initdb.dataChecksums") === false)
      found.push({
        path: "spec.bootstrap.initdb.dataChecksums",
        value: "false",
        message: "PostgreSQL does not notice damaged data.",
        remediation: "Set dataChecksums to true.",
      });
    return [...found, ...queueViolations(subject)];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data:
  rabbitmq.conf: |
    cluster_formation.classic_config.nodes.1 = rabbit@broker-0
    cluster_partition_handling = pause_minority
  definitions.json: |
    { "vhosts": [{ "name": "/" }],
      "queues": [{ "name": "readings-1", "durable": true, "auto_delete": false, "arguments": { "x-queue-type": "quorum" } }],
      "policies": [
        { "name": "readings", "pattern": "^readings-", "definition": { "max-length-bytes": 1000000, "overflow": "reject-publish" } },
        { "name": "sessions", "pattern": "^mqtt-subscription-", "definition": { "message-ttl": 3600000 } }] }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data:
  rabbitmq.conf: cluster_formation.classic_config.nodes.1 = rabbit@broker-0
  definitions.json: |
    { "vhosts": [{ "name": "/" }],
      "queues": [{ "name": "readings-1", "durable": true, "auto_delete": false, "arguments": {} }],
      "policies": [{ "name": "readings", "pattern": "^readings-", "definition": { "message-ttl": 1000, "max-length": 10 } }] }`,
        findings: `
rollout/ConfigMap/broker data["rabbitmq.conf"]: After a split of its network the broker keeps both sides, and one side's messages are lost. Set cluster_partition_handling = pause_minority.
rollout/ConfigMap/broker data["definitions.json"]: The policy readings drops messages that nobody has read (message-ttl 1000). Remove message-ttl, or keep it from queues of readings.
rollout/ConfigMap/broker data["definitions.json"]: The policy readings drops messages that nobody has read (max-length 10 without overflow reject-publish). Set overflow to reject-publish.
rollout/ConfigMap/broker data["definitions.json"]: The queue readings-1 is on one machine (x-queue-type classic). Use a quorum queue.`,
      },
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, postgresql: { parameters: { fsync: "off" } } }
---
apiVersion: batch/v1
kind: Job
metadata: { name: clean, namespace: rollout }
spec: { template: { spec: { containers: [{ name: clean, image: client:1, args: [--query, TRUNCATE TABLE rollout.raw] }] } } }`,
        findings: `
rollout/Cluster/accounts spec.postgresql.parameters.fsync: PostgreSQL may lose or damage data when a machine fails (fsync=off). Remove the setting; a store of the country keeps what it has confirmed.
rollout/Job/clean spec.template.spec.containers[0].args[1]: A command deletes a table (TRUNCATE TABLE rollout.raw). Remove the setting; a store of the country keeps what it has confirmed.`,
      },
    ],
  },
};
