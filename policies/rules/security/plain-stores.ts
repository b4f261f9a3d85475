/** Stores that accept connections without TLS, or check no certificate: PostgreSQL, ClickHouse and RabbitMQ by their settings. */
import type { Violation } from "../../engine/policy.ts";
import { holdsOneOf } from "../../resources/hint.ts";
import { rememberTexts } from "../../resources/last.ts";
import { hbaLines } from "../../resources/pg-hba.ts";
import { textMapAt, textsAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";
import { textsOf } from "../../resources/texts.ts";

const rejectsPlain = /^host(nossl)?\s+all\s+all\s+(all|0\.0\.0\.0\/0|::\/0)\s+reject\b/;
const oldProtocol = /^(SSLv|TLSv1$|TLSv1\.[01]$)/i;

export function plainStores(subject: Resource): Violation[] {
  const isCluster = subject.type.includes("postgresql.cnpg.io");
  const lines = hbaLines(subject)
    .filter(({ kind, method }) => /^host(nossl|nogssenc)?$/.test(kind) && method !== "reject")
    .map(({ text, path }) => ({
      path,
      value: text,
      message: `PostgreSQL lets connections in without TLS (${text}).`,
      remediation: "Use hostssl, and reject the others by hostnossl all all all reject.",
    }));
  return isCluster ? [...lines, ...clusterViolations(subject)] : [...lines, ...settingViolations(subject)];
}

function clusterViolations({ properties }: Resource): Violation[] {
  const violations: Violation[] = [];
  const rejected = textsAt(properties, "spec.postgresql.pg_hba").some(({ value }) =>
    rejectsPlain.test(value.trim()),
  );
  if (!rejected)
    violations.push({
      path: "spec.postgresql.pg_hba",
      message: "The operator's last rule lets connections in without TLS.",
      remediation: "Add hostnossl all all all reject.",
    });
  for (const [name, value] of textMapAt(properties, "spec.postgresql.parameters"))
    if (
      (name === "ssl" && /^(off|false|no|0)$/i.test(value)) ||
      (name === "ssl_min_protocol_version" && oldProtocol.test(value))
    )
      violations.push({
        path: `spec.postgresql.parameters.${name}`,
        value,
        message: `PostgreSQL's ${name} is ${value}.`,
        remediation: "Remove it, or set ssl_min_protocol_version to TLSv1.2.",
      });
  return violations;
}

/** By product, a setting that opens a plain port or checks no certificate. The first group is shown. */
const settings: readonly (readonly [sign: RegExp, what: string])[] = [
  [
    /^[ \t]*((?:http|tcp|mysql|postgresql|interserver_http|grpc)_port[ \t]*:[ \t]*["']?\d+)/m,
    "The time-series store listens without TLS",
  ],
  [
    /<((?:http|tcp|mysql|postgresql|interserver_http|grpc)_port>\s*\d+)/,
    "The time-series store listens without TLS",
  ],
  [
    /(verificationMode["']?\s*[:>]\s*["']?(?:none|relaxed)\b)/i,
    "The time-series store checks no certificate",
  ],
  [/(AcceptCertificateHandler)/, "The time-series store checks no certificate"],
  [/^[ \t-]*(secure[ \t]*:[ \t]*(?:0|false|no)\b)/m, "The time-series store's peers talk without TLS"],
  [/(verify_none)/, "The broker checks no certificate"],
  [
    /^[ \t]*(management\.ssl\.fail_if_no_peer_cert[ \t]*=[ \t]*false)/m,
    "The broker's management asks for no certificate",
  ],
  [
    /^[ \t]*([\w.]*ssl[\w.]*\.versions\.\d+[ \t]*=[ \t]*(?:sslv\d|tlsv1|tlsv1\.1)[ \t]*)$/m,
    "The broker speaks TLS before 1.2",
  ],
  [/^[ \t]*(ssl[ \t]*=[ \t]*["']?(?:off|false|no))\b/m, "PostgreSQL listens without TLS"],
  [
    /^[ \t]*(require_secure_transport[ \t]*=[ \t]*(?:off|0))\b/im,
    "The database lets connections in without TLS",
  ],
];
const hinted = holdsOneOf("_port", "verif", "AcceptCert", "secure", "peer_cert", "versions", "ssl");
/** `tcp_port` and `secure` are names in settings of many programs. */
const clickhouse = holdsOneOf(
  "clickhouse",
  "remote_servers",
  "listen_host",
  "openSSL",
  "<yandex>",
  "zookeeper:",
);

function settingViolations(subject: Resource): Violation[] {
  return textsOf(subject).flatMap((text): Violation[] => {
    const { value, section } = text;
    if (!isSettings(section)) return [];
    return plainSettings(value).map(({ found, what }) => ({
      path: text.path,
      value: found,
      message: `${what} (${found}).`,
      remediation: "Use the port with TLS, and check the certificate by the authority of the stack.",
    }));
  });
}

const isSettings = (section: string): boolean => section === "data" || section === "stringData";

const plainSettings = rememberTexts((value): readonly { readonly found: string; readonly what: string }[] => {
  if (!hinted(value)) return [];
  const isStore = clickhouse(value);
  return settings.flatMap(([sign, what]) => {
    if (what.startsWith("The time-series") && !isStore) return [];
    const found = sign.exec(value)?.[1]?.trim();
    return found === undefined ? [] : [{ found, what }];
  });
});

const hasRemotes = holdsOneOf("remote_servers", "user_directories");

/** ClickHouse as it is delivered lets every query read from, and write to, any address. */
export function openRemotes(subject: Resource): Violation[] {
  return textsOf(subject).flatMap((text): Violation | [] => {
    const { value, section } = text;
    if (!isSettings(section) || !hasRemotes(value)) return [];
    const names = value.includes("remote_url_allow_hosts");
    const any = /host_regexp["']?\s*[:>]\s*["']?\^?\.[*+]/.exec(value)?.[0];
    if (names && any === undefined) return [];
    return {
      path: text.path,
      ...(any !== undefined && { value: any }),
      message: "Queries of the time-series store may send data to any address (remote_url_allow_hosts).",
      remediation: "Set remote_url_allow_hosts with an empty list of hosts.",
    };
  });
}
