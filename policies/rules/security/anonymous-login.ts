/** No part accepts connections without a login. */
import { isPortable, matches } from "../../cel/cel.ts";
import { everyText, longTexts } from "../../cel/kinds.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { workloads } from "../../resources/pods.ts";
import { textsOf } from "../../resources/texts.ts";

const signs: readonly (readonly [sign: RegExp, what: string])[] = [
  [/^[ \t]*mqtt\.allow_anonymous\s*=\s*true/m, "RabbitMQ's MQTT"],
  [/^[ \t]*anonymous_login_user\s*=\s*(?!none\b)\S+/m, "RabbitMQ"],
  [/^[ \t]*loopback_users(\.guest)?\s*=\s*(none|false)/m, "RabbitMQ's guest"],
  [/^[ \t]*allow_anonymous\s+true/m, "Mosquitto"],
  [/^[ \t]*host(ssl|nossl)?\s+\S+\s+\S+\s+\S+\s+trust\b/m, "PostgreSQL (trust)"],
  [/no_password\s*[:=>]/, "a ClickHouse user without a password"],
  [/<password\s*\/>|<password>\s*<\/password>/, "a ClickHouse user with an empty password"],
  [/GF_AUTH_ANONYMOUS_ENABLED[\s"'=:]+true|\[auth\.anonymous\][\s\S]{0,40}?enabled\s*=\s*true/, "Grafana"],
  [/ALLOW_EMPTY_PASSWORD[\s"'=:]+(yes|true|1)|POSTGRES_HOST_AUTH_METHOD[\s"'=:]+trust/i, "the database"],
  [/RABBITMQ_DEFAULT_PASS[\s"'=:]+guest\b/, "RabbitMQ's guest"],
  [/protected-mode\s+no/, "Redis"],
];

/** Each sign has one of these words; most texts have none of them. */
const hinted = holdsOneOf(
  "nonymous",
  "ANONYMOUS",
  "loopback_users",
  "trust",
  "no_password",
  "<password",
  "EMPTY_PASSWORD",
  "AUTH_METHOD",
  "DEFAULT_PASS",
  "protected-mode",
);

export const anonymousLogin: ResourcePolicy = {
  id: "anonymous-login",
  area: "security",
  scope: "resource",
  title: "No broker, database or dashboard accepts connections without a login.",
  risk: "Any pod or machine on the network can read every company's readings, or write false ones.",
  types: [...workloads, "kubernetes:core/*:ConfigMap"],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.5", "A.5.16"], nist80053: ["AC-14", "IA-2", "IA-9"] },
  remediation: "Switch anonymous access off and give each part its own login or certificate.",
  check: (subject) =>
    textsOf(subject).flatMap((text): Violation | [] => {
      const { key, value, section } = text;
      if (section === "metadata" || !(hinted(value) || hinted(key))) return [];
      const what = text.path.endsWith(".name")
        ? undefined
        : signs.find(([sign]) => sign.test(value) || sign.test(`${key}=${value}`))?.[1];
      if (what === undefined) return [];
      return {
        path: text.path,
        message: `${what} accepts connections without a login.`,
        remediation: "Switch it off and give each part its own login or certificate.",
      };
    }),
  admission: {
    rules: () =>
      signs
        .filter(([sign]) => isPortable(sign))
        .map(([sign, what]) => ({
          expression: everyText(`!${matches("text", sign)}`),
          message: `${what} accepts connections without a login.`,
        })),
    misses: `RabbitMQ's anonymous_login_user and ${longTexts} are not checked.`,
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data: { rabbitmq.conf: "mqtt.allow_anonymous = false\\nanonymous_login_user = none" }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: broker, namespace: rollout }
data:
  mosquitto.conf: |
    listener 8883
    allow_anonymous true`,
        findings: `rollout/ConfigMap/broker data["mosquitto.conf"]: Mosquitto accepts connections without a login. Switch it off and give each part its own login or certificate.`,
      },
      {
        manifests: `
apiVersion: v1
kind: Pod
metadata: { name: database, namespace: rollout }
spec: { containers: [{ name: database, image: postgres:18, env: [{ name: POSTGRES_HOST_AUTH_METHOD, value: trust }] }] }`,
        findings: `rollout/Pod/database spec.containers[0].env[0].value: the database accepts connections without a login. Switch it off and give each part its own login or certificate.`,
      },
    ],
  },
};
