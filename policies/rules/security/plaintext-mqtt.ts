/** Machines reach the broker over TLS only. */
import { field, literal, matches, portable } from "../../cel/cel.ts";
import { everyText } from "../../cel/kinds.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
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
const listener =
  /^[ \t]*(?:mqtt\.listeners\.tcp(?:\.\w+)?|listeners\.tcp(?:\.\w+)?)\s*=\s*(?!none\b)(\S+)|^[ \t]*listener\s+(1883)\b/m;

/** The same for RE2, which has no look-ahead: a second pattern leaves out a listener that is `none`. */
const listenerLine =
  /^[ \t]*(mqtt\.listeners\.tcp(\.\w+)?|listeners\.tcp(\.\w+)?)\s*=\s*\S+|^[ \t]*listener\s+1883\b/m;

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
      return textsOf(subject).flatMap((text): Violation | [] => {
        const { value, section } = text;
        const found = section === "data" && value.includes("listener") ? listener.exec(value) : null;
        if (found === null) return [];
        return {
          path: text.path,
          value: found[0].trim(),
          message: `The broker listens without TLS (${found[0].trim()}).`,
          remediation: "Set the plain listener to none.",
        };
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
