/**
 * The MQTT broker: a RabbitMQ cluster whose quorum queues store every reading on a majority of its nodes before a machine
 * gets its PUBACK. Machines connect by TLS only, and the web app checks their logins; ingest takes the readings by AMQP and
 * identifies itself by its certificate.
 */
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import {
  brokerDefinitions,
  brokerPlugins,
  diskLimitCommands,
  peerTlsArguments,
  peerTlsConfig,
  rabbitmqConf,
} from "./broker-settings.ts";
import { certificateSecretOf } from "./certificates.ts";
import { type Configuration, configuration } from "./configuration.ts";
import { GeneratedSecret } from "./generated-secret.ts";
import { type Container, container, fieldVariable, type StackContext, scratch, secretVolume } from "./pod.ts";
import { ports } from "./ports.ts";
import { headlessService, partService } from "./service.ts";
import type { StackSize } from "./sizing.ts";
import { queueCopies } from "./sizing-assumptions.ts";
import { statefulPods } from "./stateful-set.ts";

export interface BrokerArgs {
  readonly context: StackContext;
  readonly size: StackSize["broker"];
  /** Machines that may be connected at once. */
  readonly machines: number;
  /** Secret with the certificate that machines see. */
  readonly mqttSecret: string;
  /** Host and port at which the web app checks logins. */
  readonly loginChecks: { readonly host: string; readonly port: number };
}

const part = "broker";
const peerService = "broker-nodes";
const home = "/var/lib/rabbitmq";
const certificates = { public: "/run/certificates/public", internal: "/run/certificates/internal" };

const settingsFolder = "/etc/rabbitmq";
const ownSettings = `${home}/conf.d`;
const dataFolder = `${home}/mnesia`;
const peerTlsFile = "peers.config";

/** DNS names of the cluster's nodes. The certificate lists each of them, because Erlang accepts no wildcard. */
export function brokerNodeHosts(namespace: string, replicas: number): string[] {
  return Array.from(
    { length: replicas },
    (_, index) => `${part}-${index}.${peerService}.${namespace}.svc.cluster.local`,
  );
}

/** Time that a node has to hand over its connections and leaders before it stops, in seconds. */
const drainSeconds = 600;

/**
 * A node first hands over its connections and leaders, and stops once the other nodes hold a majority of every queue. When
 * all nodes stop together, as in `rollout down`, none waits for the others.
 */
const leaveCluster = [
  "rabbitmq-upgrade drain -t 60",
  `end=$(($(date +%s) + ${drainSeconds - 60}))`,
  "until rabbitmq-diagnostics -q check_if_node_is_quorum_critical",
  "do",
  '  [ "$(date +%s)" -lt "$end" ] || exit 1',
  "  rabbitmq-diagnostics -q cluster_status | grep -q 'status: not under maintenance' || exit 0",
  "  sleep 2",
  "done",
].join("\n");

const peerTls = peerTlsArguments(`${settingsFolder}/${peerTlsFile}`);
const homeMount = { name: "home", mountPath: home };
const settingsMount = { name: "settings", mountPath: settingsFolder, readOnly: true };

export class Broker extends ComponentResource {
  /** Host name of the Service by which parts inside the cluster reach it. */
  readonly host: string;

  constructor(name: string, args: BrokerArgs, options: ComponentResourceOptions) {
    super("rollout:components:Broker", name, {}, options);
    const inside = { parent: this };
    const { context, size, loginChecks, machines, mqttSecret } = args;
    const { namespace } = args.context;
    const settings = createSettings();
    const secret = createSecret();
    createServices();
    createNodes();
    this.host = `${part}.${namespace}.svc.cluster.local`;
    this.registerOutputs({ host: this.host });

    function createSettings(): Configuration {
      const { namespace } = context;
      const files = {
        "rabbitmq.conf": rabbitmqConf({
          clusterName: namespace,
          nodes: brokerNodeHosts(namespace, size.replicas).map((host) => `rabbit@${host}`),
          loginChecks,
          certificates,
          memory: size.memory,
          storage: size.storage,
        }),
        [peerTlsFile]: peerTlsConfig(certificates.internal),
        enabled_plugins: `[${brokerPlugins.join(",")}].\n`,
        "definitions.json": brokerDefinitions({
          consumer: "ingest",
          queues: size.queues,
          queueBytes: size.queueBytes,
          copies: Math.min(queueCopies, size.replicas),
          connections: machines * 2 + 1000,
        }),
      };
      return configuration(
        `${name}-settings`,
        {
          namespace,
          part,
          objectName: "broker-settings",
          files,
        },
        inside,
      );
    }

    function createSecret(): GeneratedSecret {
      const { namespace } = args.context;
      return new GeneratedSecret(
        `${name}-secrets`,
        { namespace, part, secretName: "broker-secrets", values: { "erlang-cookie": "password" } },
        inside,
      );
    }

    function createServices(): void {
      const { namespace } = args.context;
      headlessService(
        `${name}-nodes`,
        {
          namespace,
          part,
          objectName: peerService,
          ports: [
            { name: "peer-directory", port: ports.broker.peerDirectory },
            { name: "peers", port: ports.broker.peers },
          ],
        },
        inside,
      );
      partService(
        name,
        {
          namespace,
          part,
          ports: [
            { name: "amqps", port: ports.broker.amqps, targetPort: "amqps" },
            { name: "management", port: ports.broker.management, targetPort: "management" },
            { name: "metrics", port: ports.broker.metrics, targetPort: "metrics" },
          ],
        },
        inside,
      );
    }

    function createNodes(): void {
      statefulPods(
        name,
        {
          context,
          part,
          size,
          serviceName: peerService,
          minReadySeconds: 30,
          pod: {
            annotations: settings.annotations,
            metricsPort: ports.broker.metrics,
            terminationGracePeriodSeconds: drainSeconds + 60,
            initContainers: [preparingContainer(context)],
            containers: [nodeContainer(args)],
            volumes: [
              scratch("home", 64),
              scratch("temporary", 64),
              { name: "settings", configMap: { name: settings.name } },
              secretVolume("secrets", secret.secretName),
              secretVolume("public-certificate", mqttSecret),
              secretVolume("internal-certificate", certificateSecretOf(part)),
            ],
          },
        },
        inside,
      );
    }
  }
}

/**
 * Erlang takes only a cookie that its owner alone can read; a mounted Secret can be read by its group too. And the limit of free
 * disk follows the disk that the pod got.
 */
function preparingContainer(context: StackContext): Container {
  const commands = [
    "set -eu",
    diskLimitCommands({ settings: settingsFolder, data: dataFolder, ownSettings }),
    `umask 377 && cp -f /run/secrets/broker/erlang-cookie ${home}/.erlang.cookie`,
  ];
  return container(context, {
    name: "prepare",
    image: "broker",
    amounts: { cpu: 50, memory: 64 },
    command: ["sh", "-c", commands.join("\n")],
    volumeMounts: [
      homeMount,
      { name: "data", mountPath: dataFolder },
      settingsMount,
      { name: "secrets", mountPath: "/run/secrets/broker", readOnly: true },
    ],
  });
}

function nodeContainer({ context, size }: BrokerArgs): Container {
  const nodeDomain = `${peerService}.${context.namespace}.svc.cluster.local`;
  return container(context, {
    name: part,
    image: "broker",
    amounts: size,
    env: [
      fieldVariable("POD_NAME", "metadata.name"),
      { name: "RABBITMQ_USE_LONGNAME", value: "true" },
      { name: "RABBITMQ_NODENAME", value: `rabbit@$(POD_NAME).${nodeDomain}` },
      { name: "RABBITMQ_CONFIG_FILES", value: `${ownSettings}/*.conf` },
      { name: "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", value: peerTls },
      { name: "RABBITMQ_CTL_ERL_ARGS", value: peerTls },
    ],
    ports: [
      { name: "mqtts", containerPort: ports.broker.mqtts },
      { name: "amqps", containerPort: ports.broker.amqps },
      { name: "management", containerPort: ports.broker.management },
      { name: "metrics", containerPort: ports.broker.metrics },
      { name: "peer-directory", containerPort: ports.broker.peerDirectory },
      { name: "peers", containerPort: ports.broker.peers },
    ],
    startupProbe: { tcpSocket: { port: "amqps" }, periodSeconds: 5, failureThreshold: 120 },
    readinessProbe: { tcpSocket: { port: "mqtts" }, periodSeconds: 10, timeoutSeconds: 5 },
    livenessProbe: {
      exec: { command: ["rabbitmq-diagnostics", "-q", "ping"] },
      periodSeconds: 60,
      timeoutSeconds: 20,
      failureThreshold: 5,
    },
    lifecycle: { preStop: { exec: { command: ["sh", "-c", leaveCluster] } } },
    volumeMounts: [
      homeMount,
      { name: "data", mountPath: dataFolder },
      settingsMount,
      { name: "public-certificate", mountPath: certificates.public, readOnly: true },
      { name: "internal-certificate", mountPath: certificates.internal, readOnly: true },
      { name: "temporary", mountPath: "/tmp" },
    ],
  });
}
