/** Databases and brokers of AWS keep what they confirmed, and run. */
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import {
  parameterGroups,
  unwanted,
  unwantedParameters,
  type WantedByType,
  type WantedParameter,
} from "../../engine/wanted-settings.ts";
import { textAt } from "../../resources/properties.ts";
import type { Resource } from "../../resources/resource.ts";

const off = /^(0|off|false|no|local|remote_write)$/i;
const lost = "What it confirmed may be lost when it stops";
const text = "Answers and passwords stand in its log";

const parameters: readonly WantedParameter[] = [
  ...["fsync", "full_page_writes", "synchronous_commit", "autovacuum"].map((name) => ({
    name,
    wrong: off,
    message: name === "autovacuum" ? "It stops when it runs out of transaction numbers" : lost,
    remediation: "Set it to on.",
  })),
  ...["innodb_flush_log_at_trx_commit", "sync_binlog"].map((name) => ({
    name,
    wrong: /^(0|2)$/,
    message: lost,
    remediation: "Set it to 1.",
  })),
  { name: "log_statement", wrong: /^(all|mod)$/i, message: text, remediation: "Set it to none or ddl." },
  {
    name: "log_min_duration_statement",
    wrong: /^0$/,
    message: text,
    remediation: "Set it to -1, or longer.",
  },
  { name: "general_log", wrong: /^(1|on)$/i, message: text, remediation: "Set it to 0." },
  {
    name: "rds.logical_replication",
    wrong: /^(1|on)$/i,
    message: "Whoever may replicate reads every change of it",
    remediation: "Set it to 0, or add a waiver that names the reader.",
  },
  {
    name: "audit_logs",
    wrong: /^disabled$/i,
    message: "Nobody learns who read it",
    remediation: "Set it to enabled.",
  },
];

const none = "Nothing runs, so what is sent is lost.";
const switches: WantedByType = {
  "aws:autoscaling/group:Group": [{ path: "maxSize", wanted: 1, orAbsent: true, message: none }],
  "aws:eks/nodeGroup:NodeGroup": [
    { path: "scalingConfig.maxSize", wanted: 1, orAbsent: true, message: none },
  ],
  "aws:ecs/service:Service": [{ path: "desiredCount", wanted: 1, orAbsent: true, message: none }],
  "aws:appautoscaling/target:Target": [{ path: "maxCapacity", wanted: 1, orAbsent: true, message: none }],
  "aws:kms/key:Key": [
    {
      path: "isEnabled",
      wanted: true,
      orAbsent: true,
      message: "What it encrypts can't be read while it is disabled.",
    },
  ],
};

/** Settings of Kafka's brokers, one a line. */
const ofKafka: readonly (readonly [setting: RegExp, message: string])[] = [
  [
    /^\s*unclean\.leader\.election\.enable\s*=\s*true/im,
    "A broker that missed readings may lead, and they are lost.",
  ],
  [/^\s*min\.insync\.replicas\s*=\s*[01]\s*$/im, "A reading counts as kept when one broker has it."],
  [/^\s*default\.replication\.factor\s*=\s*1\s*$/im, "One broker alone keeps each reading."],
  [
    /^\s*(log|default)\.retention\.(ms\s*=\s*\d{1,7}|minutes\s*=\s*\d{1,3}|hours\s*=\s*\d)\s*$/im,
    "Readings are deleted within hours.",
  ],
];

export const databaseDurability: ResourcePolicy = {
  id: "database-durability",
  area: "security",
  scope: "resource",
  title: "Managed databases and brokers keep what they confirmed, run, and log no answers.",
  risk: "A switch that makes a database faster loses the last answers when a machine stops; a switch that helps to find a fault writes them into logs.",
  types: [...parameterGroups, ...Object.keys(switches), "aws:msk/configuration:Configuration"],
  severity: "medium",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry"],
  controls: { iso27001: ["A.8.14", "A.8.13", "A.8.9"], nist80053: ["CP-9", "CP-10", "CM-6"] },
  remediation: "Take the product's own setting, which keeps what it confirmed.",
  check: (subject) => [
    ...unwanted(subject, switches),
    ...unwantedParameters(subject, parameters),
    ...kafka(subject),
  ],
  examples: {
    passing: [
      {
        pulumi: `
accounts: { type: aws:rds/parameterGroup:ParameterGroup,
  properties: { family: postgres18, parameters: [{ name: log_statement, value: none }] } }`,
      },
    ],
    failing: [
      {
        pulumi: `
accounts: { type: aws:rds/parameterGroup:ParameterGroup,
  properties: { family: postgres18, parameters: [{ name: synchronous_commit, value: "off" }] } }`,
        findings: `ParameterGroup/accounts parameters[0].value: What it confirmed may be lost when it stops (synchronous_commit=off). Set it to on.`,
      },
      {
        pulumi: `
readings: { type: aws:msk/configuration:Configuration,
  properties: { serverProperties: "min.insync.replicas=1" } }`,
        findings: `Configuration/readings serverProperties: A reading counts as kept when one broker has it. Remove the line, or set what keeps the readings.`,
      },
      {
        pulumi:
          "nodes: { type: aws:eks/nodeGroup:NodeGroup, properties: { scalingConfig: { minSize: 0, maxSize: 0 } } }",
        findings: `NodeGroup/nodes scalingConfig.maxSize: Nothing runs, so what is sent is lost. Set scalingConfig.maxSize to 1 or more.`,
      },
    ],
  },
};

function kafka({ type, properties }: Resource): Violation[] {
  if (!type.endsWith(":Configuration")) return [];
  const settings = textAt(properties, "serverProperties") ?? "";
  return ofKafka.flatMap(([setting, message]): Violation | [] => {
    const found = setting.exec(settings)?.[0];
    if (found === undefined) return [];
    return {
      path: "serverProperties",
      value: found.trim(),
      message,
      remediation: "Remove the line, or set what keeps the readings.",
    };
  });
}
