/** Disks, databases, caches and brokers are encrypted at rest. */
import type { PolicyContext } from "../../engine/context.ts";
import type { ResourcePolicy, Violation } from "../../engine/policy.ts";
import { documentsOf } from "../../resources/documents.ts";
import { booleanAt, objectAt, objectsAt, textAt } from "../../resources/properties.ts";
import { isObject, type Json, type Resource } from "../../resources/resource.ts";

/** By type, the switch that must be on. */
const switches: Readonly<Record<string, string>> = {
  "aws:ebs/volume:Volume": "encrypted",
  "aws:ebs/snapshotCopy:SnapshotCopy": "encrypted",
  "aws:ec2/amiCopy:AmiCopy": "encrypted",
  "aws:rds/instance:Instance": "storageEncrypted",
  "aws:rds/cluster:Cluster": "storageEncrypted",
  "aws:docdb/cluster:Cluster": "storageEncrypted",
  "aws:neptune/cluster:Cluster": "storageEncrypted",
  "aws:efs/fileSystem:FileSystem": "encrypted",
  "aws:redshift/cluster:Cluster": "encrypted",
  "aws:elasticache/replicationGroup:ReplicationGroup": "atRestEncryptionEnabled",
  "aws:opensearch/domain:Domain": "encryptAtRest.enabled",
};

/** Types whose disks are described inside. */
const withDisks = [
  "aws:ec2/instance:Instance",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/launchConfiguration:LaunchConfiguration",
];

const backupStores = [
  "kubernetes:barmancloud.cnpg.io/*:ObjectStore",
  "kubernetes:postgresql.cnpg.io/*:Cluster",
  "kubernetes:core/*:ConfigMap",
];

export const storeUnencrypted: ResourcePolicy = {
  id: "store-unencrypted",
  area: "security",
  scope: "resource",
  title: "Disks, databases and caches are encrypted at rest.",
  risk: "Anyone who gets a disk, a snapshot or an old drive can read names, answers and readings.",
  types: [...Object.keys(switches), ...withDisks, ...backupStores],
  severity: "high",
  level: "mandatory",
  dataClasses: ["identity", "diagnosticAnswers", "machineTelemetry", "backups"],
  controls: { iso27001: ["A.8.24"], nist80053: ["SC-28", "SC-28(1)"] },
  remediation:
    "Switch encryption on, with a key of the stack. Most stores can only be encrypted when they are created.",
  check(subject, context) {
    if (subject.type.startsWith("kubernetes:")) return backupViolations(subject, context);
    const path = switches[subject.type];
    if (path === undefined) return diskViolations(subject);
    // A replica and a member of a cluster take over their source's encryption.
    if (textAt(subject.properties, "replicateSourceDb") !== undefined) return [];
    if (booleanAt(subject.properties, path) === true) return [];
    return {
      path,
      value: String(booleanAt(subject.properties, path) ?? "absent"),
      message: "It is not encrypted at rest.",
      remediation: `Set ${path} to true and name a key of the stack.`,
    };
  },
  examples: {
    passing: [{ pulumi: "readings: { type: aws:ebs/volume:Volume, properties: { encrypted: true } }" }],
    failing: [
      {
        manifests: `
apiVersion: barmancloud.cnpg.io/v1
kind: ObjectStore
metadata: { name: backups, namespace: rollout }
spec: { configuration: { destinationPath: s3://b/, data: { encryption: AES256 }, wal: { compression: zstd } } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: store, namespace: rollout }
data:
  config.yaml: |
    listen_host: "::"
    storage_configuration: { disks: { backups: { type: s3_plain, endpoint: https://s3.example.gov.za/b/ } } }`,
        findings: `
rollout/ObjectStore/backups spec.configuration.wal.encryption: Backups are written without encryption. Set it to AES256 or aws:kms.
rollout/ConfigMap/store data["config.yaml"]: The disk backups of the time-series store is not encrypted. Give it server_side_encryption_customer_key_base64 or a disk of type encrypted.`,
      },
      {
        pulumi: "accounts: { type: aws:rds/instance:Instance, properties: { engine: postgres } }",
        findings: `Instance/accounts storageEncrypted: It is not encrypted at rest. Set storageEncrypted to true and name a key of the stack.`,
      },
      {
        pulumi: `
nodes: { type: aws:ec2/launchTemplate:LaunchTemplate,
  properties: { blockDeviceMappings: [{ deviceName: /dev/xvda, ebs: { volumeSize: 100 } }] } }`,
        findings: `LaunchTemplate/nodes blockDeviceMappings[0].ebs.encrypted: The disk is not encrypted at rest. Set encrypted to true and name a key of the stack.`,
      },
    ],
  },
};

function diskViolations({ properties }: Resource): Violation[] {
  const disks: readonly (readonly [path: string, disk: Json | undefined])[] = [
    ...(objectAt(properties, "rootBlockDevice")
      ? ([["rootBlockDevice", properties.rootBlockDevice]] as const)
      : []),
    ...objectsAt(properties, "ebsBlockDevices").map(({ value, path }) => [path, value] as const),
    ...objectsAt(properties, "blockDeviceMappings")
      .filter(({ value }) => objectAt(value, "ebs") !== undefined)
      .map(({ value, path }) => [`${path}.ebs`, value.ebs] as const),
  ];
  return disks
    .filter(([, disk]) => booleanAt(disk, "encrypted") !== true)
    .map(([path]) => ({
      path: `${path}.encrypted`,
      value: "absent",
      message: "The disk is not encrypted at rest.",
      remediation: "Set encrypted to true and name a key of the stack.",
    }));
}

/** Where the operator of PostgreSQL and the time-series store write their backups. */
function backupViolations(subject: Resource, { country }: PolicyContext): Violation[] {
  // A bucket of AWS encrypts by itself; its own policies ask for the key.
  if (country.hosting.target === "aws") return [];
  const { type, properties } = subject;
  if (type.endsWith(":ConfigMap"))
    return documentsOf(subject).flatMap(({ value, path }) => diskSettings(value, path));
  const at = type.endsWith(":ObjectStore") ? "spec.configuration" : "spec.backup.barmanObjectStore";
  if (objectAt(properties, at) === undefined) return [];
  return ["data", "wal"]
    .map((part) => `${at}.${part}.encryption`)
    .filter((path) => !/^(AES256|aws:kms)/.test(textAt(properties, path) ?? ""))
    .map((path) => ({
      path,
      value: textAt(properties, path) ?? "absent",
      message: "Backups are written without encryption.",
      remediation: "Set it to AES256 or aws:kms.",
    }));
}

function diskSettings(document: Json, path: string): Violation[] {
  const disks = objectAt(document, "storage_configuration.disks") ?? {};
  const isWrapped = (name: string) =>
    Object.values(disks).some(
      (disk) => textAt(disk ?? null, "type") === "encrypted" && textAt(disk ?? null, "disk") === name,
    );
  return Object.entries(disks).flatMap(([name, disk]): Violation | [] => {
    if (!isObject(disk) || !/^(s3|azure|hdfs|web|object_storage)/.test(textAt(disk, "type") ?? "")) return [];
    if (isWrapped(name) || Object.keys(disk).some((key) => key.startsWith("server_side_encryption")))
      return [];
    return {
      path,
      value: name,
      message: `The disk ${name} of the time-series store is not encrypted.`,
      remediation: "Give it server_side_encryption_customer_key_base64 or a disk of type encrypted.",
    };
  });
}
