/** No part accepts connections without a login. */
import { isPortable, matches } from "../../cel/cel.ts";
import { everyText, longTexts } from "../../cel/kinds.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { documentsOf } from "../../resources/documents.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { rememberSettings } from "../../resources/last.ts";
import { hbaLines } from "../../resources/pg-hba.ts";
import { workloads } from "../../resources/pods.ts";
import { isObject, type Resource } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

const signs: readonly (readonly [sign: RegExp, what: string])[] = [
  [/^[ \t]*mqtt\.allow_anonymous\s*=\s*true/m, "RabbitMQ's MQTT"],
  [/^[ \t]*anonymous_login_user\s*=\s*(?!none\b)\S+/m, "RabbitMQ"],
  [/^[ \t]*loopback_users(\.guest)?\s*=\s*(none|false)/m, "RabbitMQ's guest"],
  [/^[ \t]*allow_anonymous\s+true/m, "Mosquitto"],
  [/^[ \t]*auth_mechanisms(\.\d+)?\s*=\s*ANONYMOUS/m, "RabbitMQ"],
  [/no_password\s*[:=>]/, "a ClickHouse user without a password"],
  [/<password\s*\/>|<password>\s*<\/password>/, "a ClickHouse user with an empty password"],
  [/GF_AUTH_ANONYMOUS_ENABLED[\s"'=:]+true|\[auth\.anonymous\][\s\S]{0,40}?enabled\s*=\s*true/, "Grafana"],
  [/ALLOW_EMPTY_PASSWORD[\s"'=:]+(yes|true|1)|POSTGRES_HOST_AUTH_METHOD[\s"'=:]+trust/i, "the database"],
  [/(ALLOW_ANONYMOUS(_LOGIN)?|DISABLE_SECURITY_PLUGIN)[\s"'=:]+(yes|true|1)/, "the broker or store"],
  [/xpack\.security\.enabled[\s"'=:]+false/, "Elasticsearch"],
  [/^[ \t]*default_pass\s*=\s*guest\b/m, "RabbitMQ's guest"],
  [/RABBITMQ_DEFAULT_PASS[\s"'=:]+guest\b/, "RabbitMQ's guest"],
  [/protected-mode\s+no/, "Redis"],
];

/** Each sign has one of these words; most texts have none of them. */
const hinted = holdsOneOf(
  "nonymous",
  "ANONYMOUS",
  "loopback_users",
  "default_pass",
  "SECURITY_PLUGIN",
  "xpack",
  "trust",
  "no_password",
  "<password",
  "EMPTY_PASSWORD",
  "AUTH_METHOD",
  "DEFAULT_PASS",
  "protected-mode",
);

/** What a setting opens to everybody. */
const openBy = rememberSettings(
  (key, value) => signs.find(([sign]) => sign.test(value) || sign.test(`${key}=${value}`))?.[1],
);

export const anonymousLogin: ResourcePolicy = {
  id: "anonymous-login",
  area: "security",
  scope: "resource",
  title: "No broker, database or dashboard accepts connections without a login.",
  risk: "Any pod or machine on the network can read every company's readings, or write false ones.",
  types: [
    ...workloads,
    "kubernetes:core/*:ConfigMap",
    "kubernetes:core/*:Secret",
    "kubernetes:postgresql.cnpg.io/*:Cluster",
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.5", "A.5.16"], nist80053: ["AC-14", "IA-2", "IA-9"] },
  remediation: "Switch anonymous access off and give each part its own login or certificate.",
  check: (subject) => [
    ...trusted(subject),
    ...usersWithoutLogin(subject),
    ...textsOf(subject).flatMap((text): Violation | [] => {
      const { key, value, section } = text;
      if (section === "metadata" || !(hinted(value) || hinted(key))) return [];
      const what = openBy(key, value);
      if (what === undefined || text.path.endsWith(".name")) return [];
      return {
        path: text.path,
        message: `${what} accepts connections without a login.`,
        remediation: "Switch it off and give each part its own login or certificate.",
      };
    }),
  ],
  admission: {
    types: [...workloads, "kubernetes:core/*:ConfigMap"],
    rules: () =>
      signs
        .filter(([sign]) => isPortable(sign))
        .map(([sign, what]) => ({
          expression: everyText(`!${matches("text", sign)}`),
          message: `${what} accepts connections without a login.`,
        })),
    misses: `RabbitMQ's anonymous_login_user, PostgreSQL's pg_hba, users of ClickHouse and ${longTexts} are not checked.`,
    lets: ({ message }) => /^(PostgreSQL \(|The time-series store's user)/.test(message),
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
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, postgresql: { pg_hba: ["hostssl all all 10.0.0.0/8 trust"] } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: store, namespace: rollout }
data:
  users.yaml: |
    users:
      reports: { profile: reading }
      app: { ssl_certificates: { common_name: app } }`,
        findings: `
rollout/Cluster/accounts spec.postgresql.pg_hba[0]: PostgreSQL (trust) accepts connections without a login. Switch it off and give each part its own login or certificate.
rollout/ConfigMap/store data["users.yaml"]: The time-series store's user reports accepts connections without a login. Switch it off and give each part its own login or certificate.`,
      },
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

const remediation = "Switch it off and give each part its own login or certificate.";

/** Lines of pg_hba.conf that ask for nothing, or believe what the client says. */
function trusted(subject: Resource): Violation[] {
  return hbaLines(subject)
    .filter(({ method }) => method === "trust" || method === "ident")
    .map(({ text, method, path }) => ({
      path,
      value: text,
      message: `PostgreSQL (${method}) accepts connections without a login.`,
      remediation,
    }));
}

const logins =
  /^(password|password_sha256_hex|password_double_sha1_hex|password_scram_sha256_hex|ssl_certificates|ssh_keys|ldap|kerberos|http_authentication|jwt|auth_methods|@remove)$/;

/** Users of ClickHouse's settings with no way to log in, which lets everybody in. */
function usersWithoutLogin(subject: Resource): Violation[] {
  return documentsOf(subject).flatMap(({ value, path }) => {
    const users = isObject(value) && isObject(value.users) ? value.users : {};
    return Object.entries(users).flatMap(([name, user]): Violation | [] => {
      if (
        !isObject(user) ||
        !(user.profile !== undefined || user.networks !== undefined || user.grants !== undefined)
      )
        return [];
      if (Object.entries(user).some(([key, given]) => logins.test(key) && given !== "" && given !== null))
        return [];
      return {
        path,
        value: name,
        message: `The time-series store's user ${name} accepts connections without a login.`,
        remediation,
      };
    });
  });
}
