/** What the broker reads at its start: rabbitmq.conf, its plugins, and the queues, users and limits it is to have. */
import { ports } from "./ports.ts";

export const brokerPlugins = [
  "rabbitmq_mqtt",
  "rabbitmq_auth_backend_cache",
  "rabbitmq_auth_backend_http",
  "rabbitmq_auth_mechanism_ssl",
  "rabbitmq_consistent_hash_exchange",
  "rabbitmq_prometheus",
] as const;

/** Larger MQTT packets end the connection, as in the embedded broker. */
const maximumPacketBytes = 256 * 1024;
/** How long a login that the web app confirmed is not asked about again, in milliseconds. */
const loginCacheMilliseconds = 60_000;

export interface BrokerSettings {
  readonly clusterName: string;
  /** Full names of the nodes, as `rabbit@…`. */
  readonly nodes: readonly string[];
  /** Host and port where the web app checks logins. */
  readonly loginChecks: { readonly host: string; readonly port: number };
  /** Folders that hold tls.crt, tls.key and ca.crt: what machines see, and what the stack's parts know the broker by. */
  readonly certificates: { readonly public: string; readonly internal: string };
  /** MiB that a node may use. */
  readonly memory: number;
  /** GiB of a node's disk. */
  readonly storage: number;
}

export function rabbitmqConf(settings: BrokerSettings): string {
  const { certificates, loginChecks } = settings;
  const checks = `https://${loginChecks.host}:${loginChecks.port}/broker`;
  const lines: (readonly [string, string | number | boolean] | string)[] = [
    "# Nodes of the cluster",
    ["cluster_name", settings.clusterName],
    ["cluster_formation.peer_discovery_backend", "classic_config"],
    ...settings.nodes.map(
      (node, index) => [`cluster_formation.classic_config.nodes.${index + 1}`, node] as const,
    ),
    ["cluster_formation.target_cluster_size_hint", settings.nodes.length],
    ["cluster_partition_handling", "pause_minority"],
    "# Listeners: TLS alone",
    ["listeners.tcp", "none"],
    ["listeners.ssl.default", ports.broker.amqps],
    ["mqtt.listeners.tcp", "none"],
    ["mqtt.listeners.ssl.default", ports.broker.mqtts],
    ["ssl_options.certfile", `${certificates.public}/tls.crt`],
    ["ssl_options.keyfile", `${certificates.public}/tls.key`],
    // Who shows a certificate must have it from the stack's authority; machines show none and log in.
    ["ssl_options.cacertfile", `${certificates.internal}/ca.crt`],
    ["ssl_options.verify", "verify_peer"],
    ["ssl_options.fail_if_no_peer_cert", false],
    ["ssl_options.versions.1", "tlsv1.3"],
    ["ssl_options.versions.2", "tlsv1.2"],
    ["prometheus.tcp.port", ports.broker.metrics],
    "# Who may in: the stack's parts by certificate, machines by asking the web app",
    ["auth_mechanisms.1", "PLAIN"],
    ["auth_mechanisms.2", "EXTERNAL"],
    ["ssl_cert_login_from", "common_name"],
    ["auth_backends.1", "internal"],
    ["auth_backends.2", "cache"],
    ["auth_cache.cached_backend", "http"],
    ["auth_cache.cache_ttl", loginCacheMilliseconds],
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
    "# MQTT",
    ["mqtt.allow_anonymous", false],
    ["mqtt.vhost", "/"],
    ["mqtt.exchange", "amq.topic"],
    ["mqtt.durable_queue_type", "quorum"],
    // The store has the latest values, and a retained message would be kept by no rule of retention.
    ["mqtt.retained_message_store", "rabbit_mqtt_retained_msg_store_noop"],
    ["mqtt.max_session_expiry_interval_seconds", 86_400],
    ["mqtt.max_packet_size_unauthenticated", 16 * 1024],
    ["mqtt.max_packet_size_authenticated", maximumPacketBytes],
    ["max_message_size", maximumPacketBytes],
    "# Definitions",
    // Whichever node declares the queues would else lead them all.
    ["queue_leader_locator", "balanced"],
    ["definitions.import_backend", "local_filesystem"],
    ["definitions.local.path", "/etc/rabbitmq/definitions.json"],
    ["definitions.skip_if_unchanged", true],
    "# Limits",
    ["vm_memory_high_watermark.absolute", `${Math.floor(settings.memory * 0.6)}MiB`],
    ["disk_free_limit.absolute", `${Math.max(1, Math.floor(settings.storage * 0.1))}GiB`],
    // A consumer that waits for its store to come back keeps its messages.
    ["consumer_timeout", 6 * 3_600_000],
    "# Log",
    ["log.console", true],
    ["log.console.level", "info"],
    ["log.console.formatter", "json"],
    ["log.file", false],
  ];
  return `${lines.map((line) => (typeof line === "string" ? line : `${line[0]} = ${line[1]}`)).join("\n")}\n`;
}

/**
 * How nodes speak to each other: by TLS, each showing the stack's certificate with its own name in it. Erlang reads the
 * files anew for new connections.
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

/** Arguments of Erlang for a node, and for the commands that speak to it. @param file that holds `peerTlsConfig`. */
export const peerTlsArguments = (file: string): string => `-proto_dist inet_tls -ssl_dist_optfile ${file}`;

export interface BrokerDefinitions {
  /** Name in the certificate of the part that takes the readings. */
  readonly consumer: string;
  readonly queues: number;
  /** Bytes that all queues hold together. */
  readonly queueBytes: number;
  /** Of each queue, on different nodes. */
  readonly copies: number;
  /** Connections at most. */
  readonly connections: number;
}

/**
 * The broker's definitions, without a password: the one user logs in by certificate.
 *
 * Readings are spread over the queues by series, so that those of one series stay in order and one consumer sees them.
 */
export function brokerDefinitions(wanted: BrokerDefinitions): string {
  const names = Array.from({ length: wanted.queues }, (_, index) => `readings-${index + 1}`);
  const vhost = "/";
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
    policies: [
      {
        name: "readings",
        vhost,
        pattern: "^readings-[0-9]+$",
        "apply-to": "quorum_queues",
        priority: 10,
        definition: {
          // Full: the broker stops acknowledging and machines keep their messages, rather than that old ones are dropped.
          "max-length-bytes": Math.ceil(wanted.queueBytes / wanted.queues),
          overflow: "reject-publish",
          // A message is kept until it is stored, however often a consumer dies with it.
          "delivery-limit": -1,
          "target-group-size": wanted.copies,
        },
      },
      {
        name: "sessions",
        vhost,
        pattern: "^mqtt-subscription-",
        "apply-to": "queues",
        priority: 0,
        definition: { "max-length": 1000, "message-ttl": 3_600_000 },
      },
    ],
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
    queues: names.map((name) => ({
      name,
      vhost,
      durable: true,
      auto_delete: false,
      arguments: {
        "x-queue-type": "quorum",
        "x-quorum-initial-group-size": wanted.copies,
        "x-single-active-consumer": true,
      },
    })),
    bindings: [
      {
        source: "amq.topic",
        vhost,
        destination: "readings",
        destination_type: "exchange",
        routing_key: "sme.v1.#",
        arguments: {},
      },
      ...names.map((destination) => ({
        source: "readings",
        vhost,
        destination,
        destination_type: "queue",
        // Its weight.
        routing_key: "1",
        arguments: {},
      })),
    ],
  };
  return `${JSON.stringify(definitions, null, 2)}\n`;
}
