/** Replicas and automated backups of databases stay in the region of their source. */

import { regionName } from "../../engine/place-names.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { arnOf } from "../../resources/arn.ts";
import { rememberTexts } from "../../resources/last.ts";
import { workloads } from "../../resources/pods.ts";
import { settingsTexts } from "../../resources/program-settings.ts";
import { booleanAt, objectsAt, textAt, textsAt } from "../../resources/properties.ts";
import { effectiveRegion } from "../../resources/region.ts";
import type { Resource } from "../../resources/resource.ts";

const sourcePaths = ["replicateSourceDb", "replicationSourceIdentifier", "sourceDbInstanceArn", "sourceArn"];

export const databaseReplica: ResourcePolicy = {
  id: "database-replica",
  area: "copies",
  scope: "resource",
  title:
    "Database replicas and automated backups stay in the region of their source, and no tables are published to subscribers.",
  risk: "A read replica in another region is a live copy of the whole database; so are replicated automated backups.",
  types: [
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
    "aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication",
    "aws:rds/integration:Integration",
    "kubernetes:postgresql.cnpg.io/*:Cluster",
    "kubernetes:postgresql.cnpg.io/*:Publication",
    "kubernetes:postgresql.cnpg.io/*:Subscription",
    "kubernetes:postgresql.cnpg.io/*:Database",
    "kubernetes:core/*:ConfigMap",
    "kubernetes:core/*:Secret",
    ...workloads,
  ],
  severity: "critical",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "backups"],
  controls: { iso27001: ["A.5.23", "A.8.14"], nist80053: ["SA-9(5)", "CP-9"] },
  remediation: "Replicate between zones of the region.",
  check(subject, context) {
    if (subject.type.startsWith("kubernetes:")) return violationsOfCluster(subject);
    const sources = sourcePaths.flatMap((path): Violation | [] => {
      const source = arnOf(textAt(subject.properties, path));
      if (source === undefined || source.region === effectiveRegion(subject)) return [];
      return {
        path,
        value: source.text,
        message: `It replicates ${source.text} from ${regionName(source.region)} to ${regionName(effectiveRegion(subject))}.`,
        remediation: "Replicate within one region.",
      };
    });
    const backups = textsAt(subject.properties, "replicaRegions")
      .filter(({ value }) => !context.isAllowedRegion(value))
      .map(({ value, path }) => ({
        path,
        value,
        message: `It replicates to ${regionName(value)}.`,
        remediation: `Use ${context.allowedRegions || "the country"} only.`,
      }));
    return [...sources, ...backups];
  },
  examples: {
    passing: [
      {
        pulumi: `
accounts-reader: { type: aws:rds/instance:Instance,
  properties: { replicateSourceDb: arn:aws:rds:af-south-1:123456789012:db:accounts } }`,
      },
    ],
    failing: [
      {
        manifests: `
apiVersion: postgresql.cnpg.io/v1
kind: Publication
metadata: { name: all, namespace: rollout }
spec: { cluster: { name: accounts }, dbname: app, name: all, target: { allTables: true } }`,
        findings: `rollout/Publication/all: Publication copies tables to or from another database. Remove it; only aggregates may leave.`,
      },
      {
        manifests: `
apiVersion: v1
kind: ConfigMap
metadata: { name: migrations, namespace: rollout }
data: { 1.sql: "CREATE PUBLICATION everything FOR ALL TABLES;" }`,
        findings: `rollout/ConfigMap/migrations data["1.sql"]: It holds a publication or subscription of PostgreSQL. Remove it; only aggregates may leave.`,
      },
      {
        region: "eu-west-1",
        pulumi: `
accounts: { type: aws:rds/instanceAutomatedBackupsReplication:InstanceAutomatedBackupsReplication,
  properties: { sourceDbInstanceArn: arn:aws:rds:af-south-1:123456789012:db:accounts } }`,
        findings: `InstanceAutomatedBackupsReplication/accounts sourceDbInstanceArn: It replicates arn:aws:rds:af-south-1:123456789012:db:accounts from af-south-1 (Cape Town, South Africa) to eu-west-1 (Dublin, Ireland). Replicate within one region.`,
      },
    ],
  },
};

const remediation = "Remove it; only aggregates may leave.";

/** Statements and programs that copy a database elsewhere. */
const copies: readonly (readonly [sign: RegExp, what: string])[] = [
  [/\bcreate\s+(publication|subscription)\b/i, "a publication or subscription of PostgreSQL"],
  [
    /\bpg_create_(logical|physical)_replication_slot\b|\b(pg_recvlogical|pg_receivewal)\b/i,
    "a replication slot of PostgreSQL",
  ],
  [
    /\bcreate\s+server\b[\s\S]{0,200}\bforeign\s+data\s+wrapper\b|\bdblink(_connect|_exec)?\s*\(/i,
    "a foreign server of PostgreSQL",
  ],
  [/\bcopy\b[^;]{0,500}\bto\s+program\b/i, "a COPY to a program"],
  [/\bpglogical\b|\bspock\.\w|\bbdr\.\w/i, "logical replication"],
  [
    /io\.debezium\.connector|\bwal2json\b|\bdecoderbufs\b|debezium\.sink\.type/,
    "change data capture by Debezium",
  ],
  [
    /\b(airbyte|fivetran|stitch|hevo)[\w-]{0,60}(source|destination|api)|\bmeltano\s+run\b/i,
    "a service that copies databases",
  ],
];
const hints =
  /publication|subscription|replication_slot|recvlogical|receivewal|foreign|dblink|program|pglogical|spock|\bbdr\b|debezium|wal2json|decoderbufs|airbyte|fivetran|stitch|hevo|meltano/i;

const copyIn = rememberTexts((text: string) =>
  hints.test(text) ? copies.find(([sign]) => sign.test(text))?.[1] : undefined,
);

function violationsOfCluster(subject: Resource): Violation[] {
  const kind = /:(Publication|Subscription)$/.exec(subject.type)?.[1];
  if (kind !== undefined)
    return [
      { path: "", value: kind, message: `${kind} copies tables to or from another database.`, remediation },
    ];
  const { properties } = subject;
  const servers = objectsAt(properties, "spec.servers").map(
    ({ path }): Violation => ({
      path,
      message: "The database reads and writes tables of another server.",
      remediation,
    }),
  );
  const roles = objectsAt(properties, "spec.managed.roles")
    .filter(({ value }) => booleanAt(value, "replication") === true)
    .map(
      ({ path }): Violation => ({
        path: `${path}.replication`,
        message: "The role may copy the whole database.",
        remediation,
      }),
    );
  const texts = settingsTexts(subject).flatMap((text): Violation[] => {
    if (text.section === "metadata") return [];
    const what = copyIn(text.value);
    return what === undefined ? [] : [{ path: text.path, message: `It holds ${what}.`, remediation }];
  });
  return [...servers, ...roles, ...texts];
}
