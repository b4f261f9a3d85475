/**
 * The MQTT broker: a RabbitMQ cluster whose quorum queues hold every reading on a majority of its nodes before a machine
 * gets its PUBACK. Machines come in by TLS alone and log in through the web app; ingest takes the readings by AMQP with
 * its certificate.
 */
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";
import {
  brokerDefinitions,
  brokerPlugins,
  peerTlsArguments,
  peerTlsConfig,
  rabbitmqConf,
} from "./broker-settings.ts";
import { certificateSecretOf } from "./certificates.ts";
import { configuration } from "./configuration.ts";
import { storeMetadata } from "./data-classes.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { GeneratedSecret } from "./generated-secret.ts";
import { metadata, selectorLabels } from "./part.ts";
import { container, podTemplate, type StackContext, scratch, volumeClaim } from "./pod.ts";
import { ports } from "./ports.ts";
import type { StackSize } from "./sizing.ts";
import { queueCopies } from "./sizing-assumptions.ts";

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
const peerTlsFile = "peers.config";

/** DNS names of a cluster's nodes, each of which its certificate holds: Erlang takes no wildcard. */
export function brokerNodeHosts(namespace: string, replicas: number): string[] {
  return Array.from(
    { length: replicas },
    (_, index) => `${part}-${index}.${peerService}.${namespace}.svc.cluster.local`,
  );
}

/** Time for a node to hand over its connections and leaders before it stops, in seconds. */
const drainSeconds = 600;

/**
 * A node hands over its connections and leaders first, and stops once the others are a majority of every queue without
 * it. Where they all leave, as when the stack is taken down, none waits for the others.
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

export class Broker extends ComponentResource {
  /** Service by which parts inside the cluster reach it. */
  readonly host: string;

  constructor(name: string, args: BrokerArgs, options: ComponentResourceOptions) {
    super("rollout:components:Broker", name, {}, options);
    const { context, size } = args;
    const { namespace } = context;
    const nodeDomain = `${peerService}.${namespace}.svc.cluster.local`;

    const settings = configuration(this, namespace, part, "broker-settings", {
      "rabbitmq.conf": rabbitmqConf({
        clusterName: namespace,
        nodes: brokerNodeHosts(namespace, size.replicas).map((host) => `rabbit@${host}`),
        loginChecks: args.loginChecks,
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
        connections: args.machines * 2 + 1000,
      }),
    });
    const secret = new GeneratedSecret(
      "broker-secrets",
      { namespace, part, values: { "erlang-cookie": "password" } },
      { parent: this },
    );

    new Service(
      peerService,
      {
        metadata: metadata(namespace, peerService, part),
        spec: {
          clusterIP: "None",
          // Nodes find each other before they are ready: they become ready together.
          publishNotReadyAddresses: true,
          selector: selectorLabels(part),
          ports: [
            { name: "peer-directory", port: ports.broker.peerDirectory },
            { name: "peers", port: ports.broker.peers },
          ],
        },
      },
      { parent: this },
    );
    new Service(
      part,
      {
        metadata: metadata(namespace, part, part),
        spec: {
          selector: selectorLabels(part),
          ports: [
            { name: "amqps", port: ports.broker.amqps, targetPort: "amqps" },
            { name: "metrics", port: ports.broker.metrics, targetPort: "metrics" },
          ],
        },
      },
      { parent: this },
    );
    disruptionBudget(part, { namespace, part }, this);

    const peerTls = peerTlsArguments(`${settingsFolder}/${peerTlsFile}`);
    const cookie = `${home}/.erlang.cookie`;
    const homeMount = { name: "home", mountPath: home };
    new StatefulSet(
      part,
      {
        metadata: storeMetadata(namespace, part, part),
        spec: {
          serviceName: peerService,
          replicas: size.replicas,
          podManagementPolicy: "Parallel",
          minReadySeconds: 30,
          selector: { matchLabels: selectorLabels(part) },
          updateStrategy: { type: "RollingUpdate" },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
          volumeClaimTemplates: [volumeClaim(context, part, "data", size.storage)],
          template: podTemplate(context, {
            part,
            image: "broker",
            replicas: size.replicas,
            annotations: settings.annotations,
            metricsPort: ports.broker.metrics,
            terminationGracePeriodSeconds: drainSeconds + 60,
            initContainers: [
              container(context, {
                // Erlang takes a cookie that only its owner can read, and a mounted Secret is readable by its group.
                name: "cookie",
                image: "broker",
                amounts: { cpu: 50, memory: 64 },
                command: ["sh", "-c", `umask 377 && cp -f /run/secrets/broker/erlang-cookie ${cookie}`],
                volumeMounts: [
                  homeMount,
                  { name: "secrets", mountPath: "/run/secrets/broker", readOnly: true },
                ],
              }),
            ],
            containers: [
              container(context, {
                name: part,
                image: "broker",
                amounts: size,
                env: [
                  {
                    name: "POD_NAME",
                    valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
                  },
                  { name: "RABBITMQ_USE_LONGNAME", value: "true" },
                  { name: "RABBITMQ_NODENAME", value: `rabbit@$(POD_NAME).${nodeDomain}` },
                  { name: "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", value: peerTls },
                  { name: "RABBITMQ_CTL_ERL_ARGS", value: peerTls },
                ],
                ports: [
                  { name: "mqtts", containerPort: ports.broker.mqtts },
                  { name: "amqps", containerPort: ports.broker.amqps },
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
                lifecycle: {
                  preStop: {
                    exec: {
                      command: ["sh", "-c", leaveCluster],
                    },
                  },
                },
                volumeMounts: [
                  homeMount,
                  { name: "data", mountPath: `${home}/mnesia` },
                  { name: "settings", mountPath: settingsFolder, readOnly: true },
                  { name: "public-certificate", mountPath: certificates.public, readOnly: true },
                  { name: "internal-certificate", mountPath: certificates.internal, readOnly: true },
                  { name: "temporary", mountPath: "/tmp" },
                ],
              }),
            ],
            volumes: [
              scratch("home", 64),
              scratch("temporary", 64),
              { name: "settings", configMap: { name: settings.name } },
              { name: "secrets", secret: { secretName: secret.secretName, defaultMode: 0o440 } },
              { name: "public-certificate", secret: { secretName: args.mqttSecret, defaultMode: 0o440 } },
              {
                name: "internal-certificate",
                secret: { secretName: certificateSecretOf(part), defaultMode: 0o440 },
              },
            ],
          }),
        },
      },
      { parent: this },
    );
    this.host = `${part}.${namespace}.svc.cluster.local`;
    this.registerOutputs({ host: this.host });
  }
}
