/** Settings name no address that is used without TLS. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { hostsOf } from "../../resources/hosts.ts";
import { rememberTexts } from "../../resources/last.ts";
import { workloads } from "../../resources/pods.ts";
import { textsOf } from "../../resources/texts.ts";
import { plainStores } from "./plain-stores.ts";

/** Schemes without TLS, with the one to use. */
const plainSchemes = new Map([
  ["http", "https"],
  ["ws", "wss"],
  ["mqtt", "mqtts"],
  ["tcp", "mqtts or tls"],
  ["amqp", "amqps"],
  ["redis", "rediss"],
  ["ftp", "sftp"],
  ["smtp", "smtps"],
  ["ldap", "ldaps"],
]);
const tlsOff =
  /sslmode=(?:disable|allow|prefer)\b|tlsInsecure=true|ssl=false|NODE_TLS_REJECT_UNAUTHORIZED|insecure_?skip_?verify[\s"':=]+true|rejectUnauthorized[\s"':=]+false/i;
const hinted = holdsOneOf(
  "sslmode",
  "tlsInsecure",
  "ssl=",
  "NODE_TLS",
  "SkipVerify",
  "skip_verify",
  "rejectUnauthorized",
);
const tlsOffIn = rememberTexts((value) => tlsOff.exec(value)?.[0]);
const rejectOff = /^(NODE_TLS_REJECT_UNAUTHORIZED)$/;
const plainMode = /^(disable|allow|prefer)$/;

export const plaintextAddress: ResourcePolicy = {
  id: "plaintext-address",
  area: "security",
  scope: "resource",
  title: "All connections use TLS, with certificates checked.",
  risk: "Even inside a cluster, an attacker on the network can read passwords and readings or impersonate a database.",
  types: [
    ...workloads,
    "kubernetes:core/*:ConfigMap",
    "kubernetes:core/*:Secret",
    "kubernetes:postgresql.cnpg.io/*:Cluster",
  ],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "keys"],
  controls: { iso27001: ["A.8.24", "A.8.20"], nist80053: ["SC-8", "SC-8(1)"] },
  remediation: "Use the scheme with TLS and check the server's certificate.",
  check(subject) {
    const plain = hostsOf(subject).flatMap(({ scheme, host, path }): Violation | [] => {
      const better = scheme === undefined ? undefined : plainSchemes.get(scheme);
      if (better === undefined || /^(localhost|127\.|\[?::1)/.test(host) || /metadata\./.test(path))
        return [];
      return {
        path,
        value: `${scheme}://${host}`,
        message: `${host} is used without TLS (${scheme}).`,
        remediation: `Use ${better}.`,
      };
    });
    const off = textsOf(subject).flatMap((text): Violation | [] => {
      const { key, value } = text;
      if (!hinted(value) && !rejectOff.test(key) && key !== "PGSSLMODE") return [];
      const found =
        (key === "PGSSLMODE" && plainMode.test(value) ? `PGSSLMODE=${value}` : undefined) ??
        tlsOffIn(value) ??
        (rejectOff.test(key) && value === "0" ? key : undefined);
      if (found === undefined || /metadata\.|\.name$/.test(text.path)) return [];
      return {
        path: text.path,
        value: found,
        message: `TLS, or the check of the server's certificate, is off (${found}).`,
        remediation: "Remove the setting and provide the authority's certificate instead.",
      };
    });
    return [...plain, ...off, ...plainStores(subject)];
  },
  examples: {
    passing: [
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: app, namespace: rollout }
data: { STORE_URL: "https://time-series-store:8443", HEALTH: "http://localhost:9000" }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata: { name: accounts, namespace: rollout }
spec: { instances: 3, postgresql: { pg_hba: ["host all all all scram-sha-256"], parameters: { ssl_min_protocol_version: TLSv1 } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: stores, namespace: rollout }
data:
  config.yaml: |
    listen_host: "::"
    http_port: 8123
  rabbitmq.conf: |
    ssl_options.verify = verify_none`,
        findings: `
rollout/Cluster/accounts spec.postgresql.pg_hba[0]: PostgreSQL lets connections in without TLS (host all all all scram-sha-256). Use hostssl, and reject the others by hostnossl all all all reject.
rollout/Cluster/accounts spec.postgresql.pg_hba: The operator's last rule lets connections in without TLS. Add hostnossl all all all reject.
rollout/Cluster/accounts spec.postgresql.parameters.ssl_min_protocol_version: PostgreSQL's ssl_min_protocol_version is TLSv1. Remove it, or set ssl_min_protocol_version to TLSv1.2.
rollout/ConfigMap/stores data["config.yaml"]: The time-series store listens without TLS (http_port: 8123). Use the port with TLS, and check the certificate by the authority of the stack.
rollout/ConfigMap/stores data["rabbitmq.conf"]: The broker checks no certificate (verify_none). Use the port with TLS, and check the certificate by the authority of the stack.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: app, namespace: rollout }
data:
  STORE_URL: http://time-series-store:8123
  DATABASE_URL: postgres://accounts:5432/app?sslmode=disable`,
        findings: `
rollout/ConfigMap/app data.STORE_URL: time-series-store is used without TLS (http). Use https.
rollout/ConfigMap/app data.DATABASE_URL: TLS, or the check of the server's certificate, is off (sslmode=disable). Remove the setting and provide the authority's certificate instead.`,
      },
    ],
  },
};
