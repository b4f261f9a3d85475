/** Machines reach the broker over TLS only. */
import { field, literal, matches, portable } from "../../cel/cel.ts";
import { everyText } from "../../cel/kinds.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { numberAt, objectsAt, textAt } from "../../resources/properties.ts";
import { textsOf } from "../../resources/texts.ts";

/** MQTT, AMQP, STOMP, RabbitMQ's management, and MQTT over plain WebSockets, without TLS. */
const plainPorts = new Map([
  [1883, "MQTT"],
  [5672, "AMQP"],
  [61613, "STOMP"],
  [15672, "the broker's management"],
  [15675, "MQTT over WebSockets"],
  [9092, "Kafka"],
]);
const names =
  "(?:(?:mqtt|stomp|stream)\\.)?listeners?\\.tcp(?:\\.\\w+)?|(?:management|web_mqtt|web_stomp)\\.(?:tcp\\.)?(?:port|listener\\.port)";
const listener = new RegExp(
  `^[ \\t]*(?:${names})\\s*=\\s*(?!none\\b)(\\S+)|^[ \\t]*(?:listener|port)[ \\t]+(1883)\\b|^[^%\\n]{0,200}\\{\\s*tcp_listeners\\s*,\\s*\\[\\s*[^\\]\\s]`,
  "m",
);

/** The same for RE2, which has no look-ahead: a second pattern leaves out a listener that is `none`. */
const listenerLine = new RegExp(
  `^[ \\t]*(${names.replaceAll("(?:", "(")})\\s*=\\s*\\S+|^[ \\t]*listener\\s+1883\\b`,
  "m",
);

/** What RabbitMQ opens, or allows, unless its settings say otherwise. */
const defaults: readonly (readonly [where: RegExp, wanted: RegExp, what: string, setting: string])[] = [
  [
    /^[ \t]*(listeners\.ssl|cluster_formation\.)/m,
    /^[ \t]*listeners\.tcp\s*=\s*none/m,
    "The broker listens without TLS by default",
    "listeners.tcp = none",
  ],
  [
    /^[ \t]*mqtt\.listeners\.ssl/m,
    /^[ \t]*mqtt\.listeners\.tcp\s*=\s*none/m,
    "The broker listens for MQTT without TLS by default",
    "mqtt.listeners.tcp = none",
  ],
  [
    /^[ \t]*mqtt\.listeners\.ssl/m,
    /^[ \t]*mqtt\.allow_anonymous\s*=\s*false/m,
    "The broker lets machines in without a login by default",
    "mqtt.allow_anonymous = false",
  ],
];

const hinted = holdsOneOf("listener", "management.", "web_mqtt", "web_stomp");

export const plaintextMqtt: ResourcePolicy = {
  id: "plaintext-mqtt",
  area: "security",
  scope: "resource",
  title: "The broker listens with TLS only, and only TLS ports are reachable from outside.",
  risk: "A machine's password and readings cross the plant's and the operator's network in plain text.",
  types: ["kubernetes:core/*:Service", "kubernetes:core/*:ConfigMap"],
  severity: "high",
  level: "mandatory",
  dataClasses: ["machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.24", "A.8.21"], nist80053: ["SC-8", "SC-8(1)"] },
  remediation: "Listen on 8883 with TLS; set the plain listeners to none.",
  check(subject) {
    if (subject.type.endsWith(":ConfigMap"))
      return textsOf(subject).flatMap((text): Violation[] => {
        const { value, section } = text;
        if (section !== "data" || !hinted(value)) return [];
        const missing = defaults
          .filter(([where, wanted]) => where.test(value) && !wanted.test(value))
          .map(([, , what, setting]) => ({
            path: text.path,
            message: `${what}.`,
            remediation: `Set ${setting}.`,
          }));
        const found = listener.exec(value);
        if (found === null) return missing;
        const open = {
          path: text.path,
          value: found[0].trim(),
          message: `The broker listens without TLS (${found[0].trim()}).`,
          remediation: "Set the plain listener to none.",
        };
        return [open, ...missing.filter(({ message }) => !message.includes("listens"))];
      });
    const type = textAt(subject.properties, "spec.type");
    if (type !== "LoadBalancer" && type !== "NodePort") return [];
    return objectsAt(subject.properties, "spec.ports").flatMap(({ value, path }): Violation | [] => {
      const port = [numberAt(value, "port"), numberAt(value, "targetPort")].find(
        (number) => number !== undefined && plainPorts.has(number),
      );
      if (port === undefined) return [];
      return {
        path: `${path}.port`,
        value: String(port),
        message: `Port ${port} (${plainPorts.get(port)} without TLS) is reachable from outside.`,
        remediation: "Remove the port; machines use 8883.",
      };
    });
  },
  admission: {
    misses: "What RabbitMQ opens where its settings say nothing is not checked.",
    lets: ({ message }) => / by default\.$|tcp_listeners|\(port 1883\)/.test(message),
    rules: () => {
      const ports = `[${[...plainPorts.keys()].join(", ")}]`;
      return [
        {
          expression: `object.kind != "Service" || !(${field("object", "spec.type", '""')} in ["LoadBalancer", "NodePort"]) || ${field("object", "spec.ports", "[]")}.all(port, !(port.port in ${ports}) && !(${field("port", "targetPort", "0")} in ${ports}))`,
          message: "A port without TLS is reachable from outside.",
        },
        {
          expression: `object.kind != "ConfigMap" || ${everyText(`text.findAll(${literal(portable(listenerLine))}).all(line, ${matches("line", /=\s*none$/)})`)}`,
          message: "The broker listens without TLS.",
        },
      ];
    },
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: rollout }
spec: { type: LoadBalancer, ports: [{ name: mqtts, port: 8883 }] }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data: { rabbitmq.conf: "mqtt.listeners.tcp = none" }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data: { rabbitmq.conf: "mqtt.listeners.ssl.default = 8883\\nmqtt.allow_anonymous = false\\nmanagement.tcp.port = 15672" }`,
        findings: `rollout/ConfigMap/broker data["rabbitmq.conf"]: The broker listens without TLS (management.tcp.port = 15672). Set the plain listener to none.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data: { rabbitmq.conf: "listeners.ssl.default = 5671\\nmqtt.listeners.ssl.default = 8883\\nmqtt.listeners.tcp = none" }`,
        findings: `
rollout/ConfigMap/broker data["rabbitmq.conf"]: The broker listens without TLS by default. Set listeners.tcp = none.
rollout/ConfigMap/broker data["rabbitmq.conf"]: The broker lets machines in without a login by default. Set mqtt.allow_anonymous = false.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Service
metadata: { name: machines, namespace: rollout }
spec: { type: LoadBalancer, ports: [{ name: mqtt, port: 1883 }] }`,
        findings: `rollout/Service/machines spec.ports[0].port: Port 1883 (MQTT without TLS) is reachable from outside. Remove the port; machines use 8883.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data: { rabbitmq.conf: "mqtt.listeners.tcp.default = 1883" }`,
        findings: `rollout/ConfigMap/broker data["rabbitmq.conf"]: The broker listens without TLS (mqtt.listeners.tcp.default = 1883). Set the plain listener to none.`,
      },
    ],
  },
};
