/** What the broker reads when it starts: rabbitmq.conf, its plugins, and definitions of its queues, users and limits. */
import { ports } from "./ports.ts";

export const brokerPlugins = [
  "rabbitmq_mqtt",
  "rabbitmq_auth_backend_cache",
  "rabbitmq_auth_backend_http",
  "rabbitmq_auth_mechanism_ssl",
  "rabbitmq_consistent_hash_exchange",
  "rabbitmq_management",
  "rabbitmq_prometheus",
] as const;

/** A larger MQTT packet ends the connection, as in the embedded broker. */
const maximumPacketBytes = 256 * 1024;
/** How long the web app's answer about a topic is used again, in milliseconds. */
const topicCacheMilliseconds = 60_000;

export interface BrokerSettings {
  readonly clusterName: string;
  /** Full names of the nodes, as `rabbit@…`. */
  readonly nodes: readonly string[];
  /** Host and port where the web app checks logins. */
  readonly loginChecks: { readonly host: string; readonly port: number };
  /** Folders with tls.crt, tls.key and ca.crt: of the certificate that machines see, and of the one for the stack's parts. */
  readonly certificates: { readonly public: string; readonly internal: string };
  /** MiB that a node may use. */
  readonly memory: number;
  /** GiB of a node's disk. */
  readonly storage: number;
}

/** A comment, or a setting with its value. */
type Line = string | readonly [setting: string, value: string | number | boolean];

export function rabbitmqConf(settings: BrokerSettings): string {
  const lines = [
    ...nodeLines(settings),
    ...listenerLines(settings),
    ...loginLines(settings),
    ...mqttLines,
    ...definitionLines,
    ...limitLines(settings),
    ...logLines,
  ];
  return `${lines.map((line) => (typeof line === "string" ? line : `${line[0]} = ${line[1]}`)).join("\n")}\n`;
}

const nodeLines = ({ clusterName, nodes }: BrokerSettings): Line[] => [
  "# Nodes of the cluster",
  ["cluster_name", clusterName],
  ["cluster_formation.peer_discovery_backend", "classic_config"],
  ...nodes.map((node, index) => [`cluster_formation.classic_config.nodes.${index + 1}`, node] as const),
  ["cluster_formation.target_cluster_size_hint", nodes.length],
  ["cluster_partition_handling", "pause_minority"],
];

const listenerLines = ({ certificates }: BrokerSettings): Line[] => [
  "# Listeners: TLS alone",
  ["listeners.tcp", "none"],
  ["listeners.ssl.default", ports.broker.amqps],
  ["mqtt.listeners.tcp", "none"],
  ["mqtt.listeners.ssl.default", ports.broker.mqtts],
  ["ssl_options.certfile", `${certificates.public}/tls.crt`],
  ["ssl_options.keyfile", `${certificates.public}/tls.key`],
  // A client's certificate must come from the stack's authority; machines show none and log in.
  ["ssl_options.cacertfile", `${certificates.internal}/ca.crt`],
  ["ssl_options.verify", "verify_peer"],
  ["ssl_options.fail_if_no_peer_cert", false],
  ["ssl_options.versions.1", "tlsv1.3"],
  ["ssl_options.versions.2", "tlsv1.2"],
  ["prometheus.tcp.port", ports.broker.metrics],
  // Prometheus has the statistics; the web app alone uses management, to end and count a login's connections.
  ["management_agent.disable_metrics_collector", true],
  ["management.ssl.port", ports.broker.management],
  ["management.ssl.certfile", `${certificates.internal}/tls.crt`],
  ["management.ssl.keyfile", `${certificates.internal}/tls.key`],
  ["management.ssl.cacertfile", `${certificates.internal}/ca.crt`],
  ["management.ssl.verify", "verify_peer"],
  ["management.ssl.fail_if_no_peer_cert", true],
  ["management.ssl.versions.1", "tlsv1.3"],
  ["management.ssl.versions.2", "tlsv1.2"],
];

function loginLines({ certificates, loginChecks }: BrokerSettings): Line[] {
  const checks = `https://${loginChecks.host}:${loginChecks.port}/broker`;
  return [
    "# Who may in: the stack's parts by certificate, machines by asking the web app",
    ["auth_mechanisms.1", "PLAIN"],
    ["auth_mechanisms.2", "EXTERNAL"],
    ["ssl_cert_login_from", "common_name"],
    ["auth_backends.1", "internal"],
    // A password is asked about at each connect: one that was replaced must not come back from a cache.
    ["auth_backends.2.authn", "http"],
    ["auth_backends.2.authz", "cache"],
    ["auth_cache.cached_backend", "http"],
    ["auth_cache.cache_ttl", topicCacheMilliseconds],
    ["auth_http.http_method", "post"],
    ["auth_http.user_path", `${checks}/user`],
    ["auth_http.vhost_path", `${checks}/vhost`],
    ["auth_http.resource_path", `${checks}/resource`],
    ["auth_http.topic_path", `${checks}/topic`],
    ["auth_http.ssl_options.cacertfile", `${certificates.internal}/ca.crt`],
    ["auth_http.ssl_options.certfile", `${certificates.internal}/tls.crt`],
    ["auth_http.ssl_options.keyfile", `${certificates.internal}/tls.key`],
    ["auth_http.ssl_options.verify", "verify_peer"],
    ["auth_http.ssl_options.sni", loginChecks.host],
    ["anonymous_login_user", "none"],
  ];
}

const mqttLines: readonly Line[] = [
  "# MQTT",
  ["mqtt.allow_anonymous", false],
  ["mqtt.vhost", "/"],
  ["mqtt.exchange", "amq.topic"],
  ["mqtt.durable_queue_type", "quorum"],
  // The store has the latest values, and no rule of retention would delete a retained message.
  ["mqtt.retained_message_store", "rabbit_mqtt_retained_msg_store_noop"],
  ["mqtt.max_session_expiry_interval_seconds", 86_400],
  ["mqtt.max_packet_size_unauthenticated", 16 * 1024],
  ["mqtt.max_packet_size_authenticated", maximumPacketBytes],
  ["max_message_size", maximumPacketBytes],
];

const definitionLines: readonly Line[] = [
  "# Definitions",
  // Otherwise the node that declares the queues would be the leader of all of them.
  ["queue_leader_locator", "balanced"],
  ["definitions.import_backend", "local_filesystem"],
  ["definitions.local.path", "/etc/rabbitmq/definitions.json"],
  ["definitions.skip_if_unchanged", true],
];

const limitLines = ({ memory, storage }: BrokerSettings): Line[] => [
  "# Limits",
  ["vm_memory_high_watermark.absolute", `${Math.floor(memory * 0.6)}MiB`],
  ["disk_free_limit.absolute", `${Math.max(1, Math.floor(storage * 0.1))}GiB`],
  // A consumer keeps its messages while it waits for its store to come back.
  ["consumer_timeout", 6 * 3_600_000],
];

/** Places in the broker's pod: its settings, its disk, and the settings that are only known once the disk is there. */
export interface BrokerPlaces {
  readonly settings: string;
  readonly data: string;
  readonly ownSettings: string;
}

/**
 * Shell commands that write the limit of free disk once more, to a tenth of the real disk where that is smaller than planned: a
 * file with larger disks does not enlarge those that exist, and every broker would refuse messages at once.
 */
export const diskLimitCommands = ({ settings, data, ownSettings }: BrokerPlaces): string =>
  [
    `planned=$(sed -n 's/^disk_free_limit.absolute = \\([0-9]*\\)GiB$/\\1/p' ${settings}/rabbitmq.conf)`,
    `mkdir -p ${ownSettings}`,
    `df -Pk ${data} | (read -r head; read -r device size rest`,
    "  limit=$((planned * 1048576))",
    '  [ "$limit" -le $((size / 10)) ] || limit=$((size / 10))',
    `  echo "disk_free_limit.absolute = $((limit * 1024))" >${ownSettings}/disk.conf)`,
  ].join("\n");

const logLines: readonly Line[] = [
  "# Log",
  ["log.console", true],
  ["log.console.level", "info"],
  ["log.console.formatter", "json"],
  ["log.file", false],
];

/**
 * How nodes connect to each other: by TLS, each with the stack's certificate that contains its own name. Erlang reads the
 * files again for each new connection.
 * @param certificates folder with tls.crt, tls.key and ca.crt.
 */
export function peerTlsConfig(certificates: string): string {
  const options = [
    `{cacertfile, "${certificates}/ca.crt"}`,
    `{certfile, "${certificates}/tls.crt"}`,
    `{keyfile, "${certificates}/tls.key"}`,
    "{verify, verify_peer}",
    "{secure_renegotiate, true}",
  ].join(", ");
  return `[{server, [${options}, {fail_if_no_peer_cert, true}]}, {client, [${options}]}].\n`;
}

/** Erlang's arguments for a node, and for the commands that connect to it. @param file with the text of `peerTlsConfig`. */
export const peerTlsArguments = (file: string): string => `-proto_dist inet_tls -ssl_dist_optfile ${file}`;

export interface BrokerDefinitions {
  /** Name in the certificate of the part that takes the readings. */
  readonly consumer: string;
  readonly queues: number;
  /** Bytes that all queues together may hold. */
  readonly queueBytes: number;
  /** Copies of each queue, on different nodes. */
  readonly copies: number;
  /** The most connections. */
  readonly connections: number;
}

/**
 * The broker's definitions, without a password: the only user logs in by its certificate.
 *
 * Readings are spread over the queues by series, so that the readings of a series stay in order and one consumer gets them all.
 */
export function brokerDefinitions(wanted: BrokerDefinitions): string {
  const names = Array.from({ length: wanted.queues }, (_, index) => `readings-${index + 1}`);
  const definitions = {
    users: [
      {
        name: wanted.consumer,
        password_hash: "",
        hashing_algorithm: "rabbit_password_hashing_sha256",
        tags: [],
      },
    ],
    vhosts: [{ name: vhost }],
    permissions: [{ user: wanted.consumer, vhost, configure: "^$", write: "^$", read: "^readings-[0-9]+$" }],
    parameters: [
      {
        component: "vhost-limits",
        name: "limits",
        vhost,
        value: { "max-connections": wanted.connections, "max-queues": wanted.connections + wanted.queues },
      },
    ],
    policies: [readingsPolicy(wanted), sessionsPolicy],
    exchanges: [
      {
        name: "readings",
        vhost,
        type: "x-consistent-hash",
        durable: true,
        auto_delete: false,
        internal: true,
        arguments: {},
      },
    ],
    queues: names.map((name) => queue(name, wanted.copies)),
    bindings: [
      {
        source: "amq.topic",
        vhost,
        destination: "readings",
        destination_type: "exchange",
        routing_key: "sme.v1.#",
        arguments: {},
      },
      ...names.map(binding),
    ],
  };
  return `${JSON.stringify(definitions, null, 2)}\n`;
}

const vhost = "/";

const readingsPolicy = ({ queueBytes, queues, copies }: BrokerDefinitions) => ({
  name: "readings",
  vhost,
  pattern: "^readings-[0-9]+$",
  "apply-to": "quorum_queues",
  priority: 10,
  definition: {
    // When a queue is full the broker stops acknowledging, so that machines keep their messages and no old one is dropped.
    "max-length-bytes": Math.ceil(queueBytes / queues),
    overflow: "reject-publish",
    // A message is kept until it is stored, even if consumers fail with it again and again.
    "delivery-limit": -1,
    "target-group-size": copies,
  },
});

const sessionsPolicy = {
  name: "sessions",
  vhost,
  pattern: "^mqtt-subscription-",
  "apply-to": "queues",
  priority: 0,
  definition: { "max-length": 1000, "message-ttl": 3_600_000 },
};

const queue = (name: string, copies: number) => ({
  name,
  vhost,
  durable: true,
  auto_delete: false,
  arguments: {
    "x-queue-type": "quorum",
    "x-quorum-initial-group-size": copies,
    "x-single-active-consumer": true,
  },
});

const binding = (destination: string) => ({
  source: "readings",
  vhost,
  destination,
  destination_type: "queue",
  // The weight of the queue.
  routing_key: "1",
  arguments: {},
});
