/** Brokers forward no messages to other brokers. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import type { Resource } from "../../resources/resource.ts";
import { type Text, textsOf } from "../../resources/texts.ts";

const signs: readonly (readonly [sign: RegExp, what: string])[] = [
  [/"component"\s*:\s*"shovel"/, "a shovel"],
  [/"component"\s*:\s*"federation-upstream(-set)?"/, "a federation upstream"],
  [/\brabbitmq_(shovel|federation)(_management)?\b/, "the plugin for shovels or federation"],
  [/^[ \t]*(connection\s+\S+|bridge_\w+\s)/m, "a bridge of Mosquitto"],
  [/^[ \t]*bridges?\s*[.{:]/m, "a bridge"],
  [/\bmirror\.?maker|org\.apache\.kafka\.connect\.mirror/i, "MirrorMaker"],
  [/^[ \t]*(leafnodes|gateway)\s*[:{]/m, "a leaf node or gateway of NATS"],
];

/** Each sign has one of these words. */
const hinted = holdsOneOf(
  "shovel",
  "federation",
  "connection ",
  "bridge",
  "irror",
  "leafnodes",
  "gateway:",
  "gateway {",
  "gateway{",
);

const objects = /:(Shovel|Federation|KafkaMirrorMaker2?|KafkaBridge|Bridge)$/;

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
    return settingsOf(subject).flatMap((text): Violation[] => {
      const what = signs.find(([sign]) => sign.test(text.value))?.[1];
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

/** Annotations and pods' own fields use the same words for other things. */
const settingsOf = (subject: Resource): Text[] =>
  textsOf(subject).filter(
    ({ value, section, path }) =>
      hinted(value) && (/^(data|stringData|binaryData)$/.test(section) || path.startsWith("spec.rabbitmq")),
  );
