/** Databases, caches and brokers of AWS accept no connection without TLS. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import {
  parameterGroups,
  unwanted,
  unwantedParameters,
  type WantedByType,
  type WantedParameter,
} from "../../engine/wanted-settings.ts";
import { objectsAt, textAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

const off = /^(0|off|false|disabled|no)$/i;
const open = "It accepts connections without TLS";
const on = (value: string) => `Set it to ${value}.`;

const parameters: readonly WantedParameter[] = [
  { name: "rds.force_ssl", wrong: off, message: open, remediation: on("1") },
  { name: "ssl", wrong: off, message: open, remediation: on("1") },
  { name: "require_secure_transport", wrong: off, message: open, remediation: on("ON") },
  { name: "neptune_enforce_ssl", wrong: off, message: open, remediation: on("1") },
  { name: "tls", wrong: off, message: open, remediation: on("enabled") },
  { name: "require_ssl", wrong: off, message: open, remediation: on("true") },
  {
    name: "ssl_min_protocol_version",
    wrong: /^(|ssl.*|tlsv1(\.[01])?)$/i,
    message: "It accepts an old version of TLS",
    remediation: on("TLSv1.2"),
  },
  {
    name: "tls_version",
    wrong: /tlsv1(\.[01])?(,|$)/i,
    message: "It accepts an old version of TLS",
    remediation: on("TLSv1.2,TLSv1.3"),
  },
  {
    name: "rds.accepted_password_auth_method",
    wrong: /md5/i,
    message: "It accepts weak hashes of passwords",
    remediation: on("scram"),
  },
  {
    name: "password_encryption",
    wrong: /md5/i,
    message: "It stores weak hashes of passwords",
    remediation: on("scram-sha-256"),
  },
];

const switches: WantedByType = {
  "aws:elasticache/replicationGroup:ReplicationGroup": [
    { path: "transitEncryptionEnabled", wanted: true, message: `${open}.` },
    { path: "transitEncryptionMode", wanted: ["required"], orAbsent: true, message: `${open}.` },
  ],
  "aws:memorydb/cluster:Cluster": [{ path: "tlsEnabled", wanted: true, orAbsent: true, message: `${open}.` }],
  "aws:msk/cluster:Cluster": [
    {
      path: "encryptionInfo.encryptionInTransit.clientBroker",
      wanted: ["TLS"],
      orAbsent: true,
      message: `${open}.`,
    },
    {
      path: "encryptionInfo.encryptionInTransit.inCluster",
      wanted: true,
      orAbsent: true,
      message: "Its brokers copy readings among each other without TLS.",
    },
    {
      path: "clientAuthentication.unauthenticated",
      wanted: false,
      orAbsent: true,
      message: "It lets clients in without a login.",
    },
  ],
  "aws:opensearch/domain:Domain": [
    { path: "domainEndpointOptions.enforceHttps", wanted: true, orAbsent: true, message: `${open}.` },
    {
      path: "nodeToNodeEncryption.enabled",
      wanted: true,
      orAbsent: true,
      message: "Its nodes copy data among each other without TLS.",
    },
  ],
  "aws:rds/proxy:Proxy": [{ path: "requireTls", wanted: true, message: `${open}.` }],
  "aws:dms/endpoint:Endpoint": [
    {
      path: "sslMode",
      wanted: ["require", "verify-ca", "verify-full"],
      orAbsent: true,
      message: "It moves data without TLS.",
    },
  ],
};

/** From this version on, PostgreSQL of RDS asks for TLS by itself. */
const tlsByDefault = 15;

export const databaseWithoutTls: ResourcePolicy = {
  id: "database-without-tls",
  area: "security",
  scope: "resource",
  title: "Managed databases, caches and brokers accept connections with TLS only.",
  risk: "Whoever reads the network sees passwords and answers, and a client that forgets TLS is not refused.",
  types: [...parameterGroups, ...Object.keys(switches)],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.24", "A.8.20"], nist80053: ["SC-8", "SC-8(1)"] },
  remediation: "Switch the setting that asks for TLS on.",
  check: (subject) => [
    ...unwanted(subject, switches),
    ...unwantedParameters(subject, parameters),
    ...plainByDefault(subject),
  ],
  examples: {
    passing: [
      {
        pulumi: `
accounts: { type: aws:rds/parameterGroup:ParameterGroup,
  properties: { family: postgres18, parameters: [{ name: rds.force_ssl, value: "1" }] } }`,
      },
    ],
    failing: [
      {
        pulumi: `
accounts: { type: aws:rds/parameterGroup:ParameterGroup,
  properties: { family: postgres18, parameters: [{ name: rds.force_ssl, value: "0" }] } }`,
        findings: `ParameterGroup/accounts parameters[0].value: It accepts connections without TLS (rds.force_ssl=0). Set it to 1.`,
      },
      {
        pulumi:
          "accounts: { type: aws:rds/parameterGroup:ParameterGroup, properties: { family: postgres14 } }",
        findings: `ParameterGroup/accounts parameters: It accepts connections without TLS, as postgres14 does where rds.force_ssl is absent. Set rds.force_ssl to 1.`,
      },
      {
        pulumi: `
readings: { type: aws:msk/cluster:Cluster,
  properties: { encryptionInfo: { encryptionInTransit: { clientBroker: TLS_PLAINTEXT } } } }`,
        findings: `Cluster/readings encryptionInfo.encryptionInTransit.clientBroker: It accepts connections without TLS. Set encryptionInfo.encryptionInTransit.clientBroker to TLS.`,
      },
    ],
  },
};

function plainByDefault({ type, properties }: Resource): Violation[] {
  if (!type.startsWith("aws:rds/")) return [];
  const [family, version] =
    /^(?:aurora-)?postgres(?:ql)?(\d+)/.exec(textAt(properties, "family") ?? "") ?? [];
  if (version === undefined || Number(version) >= tlsByDefault) return [];
  if (objectsAt(properties, "parameters").some(({ value }) => value.name === "rds.force_ssl")) return [];
  return [
    {
      path: "parameters",
      value: "absent",
      message: `It accepts connections without TLS, as ${family} does where rds.force_ssl is absent.`,
      remediation: "Set rds.force_ssl to 1.",
    },
  ];
}
