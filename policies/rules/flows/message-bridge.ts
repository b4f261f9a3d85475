/** Brokers forward no messages to other brokers. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { rememberTexts } from "../../resources/last.ts";
import { workloads } from "../../resources/pods.ts";
import { type SettingsText, settingsTexts } from "../../resources/program-settings.ts";
import { objectAt, textAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

const signs: readonly (readonly [sign: RegExp, what: string])[] = [
  [/"component"\s*:\s*"shovel"/, "a shovel"],
  [
    /"component"\s*:\s*"federation-upstream(-set)?"|"federation-upstream(-set|-pattern)?"\s*:/,
    "a federation upstream",
  ],
  [
    /\bset_parameter\s+(-\S+\s+\S+\s+)?["']?(shovel|federation)/,
    "a command that makes a shovel or federation",
  ],
  [
    /\/api\/parameters\/(shovel|federation)|\brabbitmqadmin\b[^\n]{0,200}\b(shovel|federation)/,
    "a command that makes a shovel or federation",
  ],
  [/\brabbitmq_(shovel|federation)(_management)?\b/, "the plugin for shovels or federation"],
  [/^[ \t]*(connection\s+\S+|bridge_\w+\s)/m, "a bridge of Mosquitto"],
  [/^[ \t]*bridges?\s*[.{:]/m, "a bridge"],
  [/\bmirror\.?maker|org\.apache\.kafka\.connect\.mirror/i, "MirrorMaker"],
  [/^[ \t]*(?:[\w.-]{1,100}->[\w-]{1,100})\.(enabled|topics)\s*=/m, "MirrorMaker"],
  [/\bvmq_bridge\b/, "a bridge of VerneMQ"],
  [
    /^[ \t]*(connectors|actions)[ \t]*[.={:]?[ \t]*\{?\s*(mqtt|kafka\w*|http|gcp\w*|aws\w*|azure\w*|confluent\w*|pulsar|rabbitmq|s3|snowflake)\b/m,
    "a connector of EMQX",
  ],
  [/^[ \t]*(cluster\.links|links)[ \t]*[=:][ \t]*\[/m, "a cluster link of EMQX"],
  [
    /<(networkConnector|broker-connections?|amqp-connection|federation)[\s>]|<bridges?>|<bridge\s+name=/,
    "a bridge of ActiveMQ or Artemis",
  ],
  [/^[ \t]*(replicaof|slaveof)[ \t]+[\w-]{1,60}\.[\w.-]{1,200}[ \t]+\d+/m, "a replica of another Redis"],
  [
    /\bcluster\.link(\.mode|\.local)?\b|\bkafka-cluster-links\b|\breplicationClusters?\b|\bpulsar-admin\b[^\n]{0,200}set-clusters/,
    "a link to another cluster",
  ],
  [/^[ \t]*(leafnodes|gateway)\s*[:{]/m, "a leaf node or gateway of NATS"],
];

/** Each sign has one of these words. */
const hinted = rememberTexts(
  holdsOneOf(
    "shovel",
    "federation",
    "connection ",
    "bridge",
    "irror",
    "leafnodes",
    "gateway:",
    "gateway {",
    "gateway{",
    "->",
    "connectors",
    "actions",
    "links",
    "etworkConnector",
    "amqp-connection",
    "replicaof",
    "slaveof",
    "cluster.link",
    "cluster-link",
    "replicationCluster",
    "set-clusters",
  ),
);

const signOf = rememberTexts((text: string) => signs.find(([sign]) => sign.test(text))?.[1]);

const objects = /:(SchemaReplication|Shovel|Federation|KafkaMirrorMaker2?|KafkaBridge|Bridge)$/;

export const messageBridge: ResourcePolicy = {
  id: "message-bridge",
  area: "flows",
  scope: "resource",
  title: "Brokers forward no messages to other brokers.",
  risk: "A shovel, federation or MQTT bridge copies every machine's readings to another broker; a few lines of settings are enough.",
  types: [
    "kubernetes:core/*:ConfigMap",
    "kubernetes:core/*:Secret",
    "kubernetes:rabbitmq.com/*:Shovel",
    "kubernetes:rabbitmq.com/*:Federation",
    "kubernetes:rabbitmq.com/*:RabbitmqCluster",
    "kubernetes:rabbitmq.com/*:SchemaReplication",
    "kubernetes:rabbitmq.com/*:Policy",
    "kubernetes:rabbitmq.com/*:OperatorPolicy",
    "kubernetes:rabbitmq.com/*:Exchange",
    ...workloads,
    "kubernetes:kafka.strimzi.io/*:KafkaMirrorMaker2",
    "kubernetes:kafka.strimzi.io/*:KafkaBridge",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["machineTelemetry"],
  controls: { iso27001: ["A.5.14", "A.8.12"], nist80053: ["AC-4", "CA-3", "SC-7(10)"] },
  remediation: "Remove the bridge; only aggregates may leave.",
  check(subject) {
    const remediation = "Remove it; only aggregates may leave.";
    const kind = objects.exec(subject.type)?.[1];
    if (kind !== undefined)
      return [{ path: "", value: kind, message: `${kind} copies messages to another place.`, remediation }];
    const applied = federationOf(subject);
    if (applied !== undefined)
      return [{ path: applied, message: "It sends what it applies to through a federation.", remediation }];
    return bridgeTexts(subject).flatMap((text): Violation[] => {
      const what = signOf(text.value);
      return what === undefined
        ? []
        : [{ path: text.path, message: `The settings hold ${what}.`, remediation }];
    });
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker-settings, namespace: rollout }
data: { enabled_plugins: "[rabbitmq_mqtt,rabbitmq_prometheus].", rabbitmq.conf: "mqtt.allow_anonymous = false" }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: rabbitmq.com/v1beta1
kind: Policy
metadata: { name: copy, namespace: rollout }
spec: { name: copy, pattern: ".*", applyTo: queues, definition: { federation-upstream-set: all } }`,
        findings: `rollout/Policy/copy spec.definition.federation-upstream-set: It sends what it applies to through a federation. Remove it; only aggregates may leave.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker-settings, namespace: rollout }
data: { enabled_plugins: "[rabbitmq_mqtt,rabbitmq_shovel]." }`,
        findings: `rollout/ConfigMap/broker-settings data.enabled_plugins: The settings hold the plugin for shovels or federation. Remove it; only aggregates may leave.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: mosquitto, namespace: rollout }
data:
  mosquitto.conf: |
    connection head-office
    address 10.20.0.9`,
        findings: `rollout/ConfigMap/mosquitto data["mosquitto.conf"]: The settings hold a bridge of Mosquitto. Remove it; only aggregates may leave.`,
      },
      {
        manifests: `
apiVersion: rabbitmq.com/v1beta1
kind: Shovel
metadata: { name: copy, namespace: rollout }
spec: { uriSecret: { name: other } }`,
        findings: `rollout/Shovel/copy: Shovel copies messages to another place. Remove it; only aggregates may leave.`,
      },
    ],
  },
};

/** Where a policy or exchange of RabbitMQ uses a federation. */
function federationOf({ type, properties }: Resource): string | undefined {
  if (!/:(Operator)?Policy$|:Exchange$/.test(type)) return undefined;
  const used = ["spec.definition", "spec.arguments"].flatMap((path) =>
    Object.keys(objectAt(properties, path) ?? {})
      .filter((key) => /federation|shovel|upstream/i.test(key))
      .map((key) => `${path}.${key}`),
  );
  return used[0] ?? (/federation/.test(textAt(properties, "spec.type") ?? "") ? "spec.type" : undefined);
}

/** Annotations and pods' own fields use the same words for other things. */
const bridgeTexts = (subject: Resource): SettingsText[] =>
  settingsTexts(subject).filter(
    (text) =>
      (/^(data|stringData|binaryData)$/.test(text.section) ||
        /^(args|command|[A-Z][A-Z0-9_]+)$/.test(text.key) ||
        (text.section === "spec" && hinted(text.value) && text.path.startsWith("spec.rabbitmq"))) &&
      hinted(text.value),
  );
