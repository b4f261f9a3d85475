/** Where a planned stack stores data: each store, bucket, key and log, with zones, copies and encryption. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { workloadOf } from "../../plan/describe.ts";
import { at, kindOf, type Plan, type PlannedResource, shownName, type Value } from "../../plan/plan.ts";
import { isDataClass, statedDataClasses } from "../../policies/engine/data-classes.ts";
import { dataStores } from "../../policies/engine/stores.ts";
import { plannedResources } from "../../policies/inputs/planned.ts";
import { effectiveRegion } from "../../policies/resources/region.ts";
import type { Resource } from "../../policies/resources/resource.ts";
import { Undetermined } from "../../policies/resources/undetermined.ts";
import { listAt } from "../plan-values.ts";
import type { RestingPlace } from "../report-schema.ts";

interface Subject {
  readonly planned: PlannedResource;
  readonly resource: Resource;
  readonly plan: Plan;
  readonly country: Country;
}

export function planPlaces(plan: Plan, country: Country): RestingPlace[] {
  const resources = plannedResources(plan.resources);
  const found = plan.resources.flatMap((planned, index) => {
    const resource = resources[index];
    if (resource === undefined || !planned.custom || !storesData(planned, resource)) return [];
    const subject = { planned, resource, plan, country };
    return [planned.type.startsWith("aws:") ? awsPlace(subject) : clusterPlace(subject)];
  });
  return [...found, ...clusterSecrets(plan, country), ...containerLogs(plan, country)];
}

const stores: ReadonlySet<string> = new Set(dataStores.map(withoutVersion));

function withoutVersion(type: string): string {
  return type.replace(/^(kubernetes:[^/:]+)\/[^:]+/, "$1");
}

/** They write to a place that is in the list itself: a bucket, a log group, the nodes' disks. */
const indirect = new Set(["FlowLog", "NodeGroup", "Trail"]);

/** Whether it states classes of data, or is of a type that stores data. Secrets are counted as one place. */
function storesData({ type, properties }: PlannedResource, resource: Resource): boolean {
  if (type === "kubernetes:core/v1:Secret" || indirect.has(kindOf({ type }))) return false;
  if (withoutVersion(type) === "kubernetes:apps:StatefulSet")
    return listAt(properties, "spec", "volumeClaimTemplates").length > 0;
  return statedOf(resource).length > 0 || stores.has(withoutVersion(type));
}

/** None where the value is not known before `up`. */
function statedOf(resource: Resource): string[] {
  try {
    return statedDataClasses(resource) ?? [];
  } catch (error) {
    if (error instanceof Undetermined) return [];
    throw error;
  }
}

function base({ planned, resource, plan }: Subject): Pick<RestingPlace, "name" | "kind" | "dataClasses"> & {
  part?: string;
} {
  const parent = plan.resources.find(({ urn }) => urn === planned.parent);
  return {
    name: resource.name,
    kind: kindOf(planned),
    ...(parent !== undefined && parent.type !== "pulumi:pulumi:Stack" && { part: shownName(parent) }),
    // The tag of a key says what it protects; the data in it is the key.
    dataClasses: planned.type === "aws:kms/key:Key" ? ["keys"] : statedOf(resource).filter(isDataClass),
  };
}

function awsPlace(subject: Subject): RestingPlace {
  const { planned, resource, plan } = subject;
  const { properties } = planned;
  const region = regionOf(resource);
  const known = region === undefined ? undefined : awsRegions[region];
  const zones = listAt(properties, "availabilityZones").map(String);
  const one = at(properties, "availabilityZone");
  const days = at(properties, "retentionInDays") ?? at(properties, "backupRetentionPeriod");
  const gibibytes = at(properties, "allocatedStorage");
  return {
    ...base(subject),
    ...(region !== undefined && { region }),
    zones: typeof one === "string" ? [one] : zones,
    countries: known === undefined ? [] : [known.country],
    certainty: known === undefined ? "unknown" : "known",
    ...(at(properties, "multiAz") === true && { copies: 2 }),
    ...(typeof gibibytes === "number" && { gibibytes }),
    encryption: awsEncryption(planned, plan),
    ...(typeof days === "number" && days > 0 && { retention: `P${days}D` }),
  };
}

/** Undefined where the machine that runs `up` decides it. */
function regionOf(resource: Resource): string | undefined {
  try {
    return effectiveRegion(resource);
  } catch (error) {
    if (error instanceof Undetermined) return undefined;
    throw error;
  }
}

function awsEncryption(planned: PlannedResource, plan: Plan): RestingPlace["encryption"] {
  const { type, properties } = planned;
  if (type === "aws:kms/key:Key")
    return { by: "store", detail: "hardware security modules of AWS KMS in the region" };
  const own =
    at(properties, "kmsKeyId") ??
    at(properties, "encryptionConfig", "provider", "keyArn") ??
    at(properties, "encryptionConfigurations", 0, "kmsKey") ??
    at(properties, "blockDeviceMappings", 0, "ebs", "kmsKeyId");
  if (typeof own === "string") return { by: "key", detail: keyName(own) };
  const bucket = at(properties, "bucket");
  const setting = plan.resources.find(
    (other) =>
      other.type.includes(":BucketServerSideEncryptionConfiguration") &&
      bucket !== undefined &&
      at(other.properties, "bucket") === bucket,
  );
  const key = at(setting?.properties, "rules", 0, "applyServerSideEncryptionByDefault", "kmsMasterKeyId");
  if (typeof key === "string") return { by: "key", detail: keyName(key) };
  return { by: "unknown" };
}

const keyName = (arn: string) => arn.slice(arn.lastIndexOf("/") + 1);

function clusterPlace(subject: Subject): RestingPlace {
  const { planned, plan, country } = subject;
  const { properties } = planned;
  if (kindOf(planned) === "ObjectStore") return objectStore(subject);
  const workload = workloadOf(planned, plan.resources);
  const storageClass = storageClassOf(planned);
  return {
    ...base(subject),
    ...clusterWhere(plan, country, workload?.zones ?? []),
    ...(workload !== undefined && {
      copies: workload.replicas,
      gibibytes: Math.round(workload.storage * workload.replicas * 10) / 10,
    }),
    ...(storageClass !== undefined && { storageClass }),
    encryption: volumeEncryption(plan, storageClass),
    ...retentionOf(at(properties, "spec", "retentionPolicy")),
  };
}

function clusterWhere(
  plan: Plan,
  country: Country,
  zones: readonly string[],
): Pick<RestingPlace, "zones" | "countries" | "certainty"> & { region?: string } {
  if (plan.target === "aws") {
    const region = country.hosting.aws?.region ?? "";
    const known = awsRegions[region];
    return {
      region,
      zones: [...zones],
      countries: known === undefined ? [] : [known.country],
      certainty: known === undefined ? "unknown" : "known",
    };
  }
  return { zones: [...zones], countries: [country.country], certainty: "declared" };
}

function storageClassOf({ properties }: PlannedResource): string | undefined {
  const claims = listAt(properties, "spec", "volumeClaimTemplates");
  const named =
    at(claims[0], "spec", "storageClassName") ??
    at(properties, "spec", "storage", "storageClass") ??
    at(properties, "spec", "storageClassName");
  return typeof named === "string" ? named : undefined;
}

/** The encryption of a storage class of the plan; people must check one of the cluster. */
function volumeEncryption(plan: Plan, storageClass: string | undefined): RestingPlace["encryption"] {
  if (storageClass === undefined) return { by: "unknown" };
  const own = plan.resources.find(
    (resource) =>
      kindOf(resource) === "StorageClass" && at(resource.properties, "metadata", "name") === storageClass,
  );
  const key = at(own?.properties, "parameters", "kmsKeyId");
  if (typeof key === "string") return { by: "key", detail: keyName(key) };
  return { by: "storage-class", detail: storageClass };
}

function objectStore(subject: Subject): RestingPlace {
  const { planned, country } = subject;
  const configuration = at(planned.properties, "spec", "configuration");
  const address = String(at(configuration, "endpointURL") ?? "");
  const algorithm = at(configuration, "data", "encryption");
  const { destination } = country.hosting.backup;
  return {
    ...base(subject),
    zones: [],
    countries: destination === undefined ? [] : [destination.country],
    certainty: destination === undefined ? "unknown" : "declared",
    address: `${address}/${String(at(configuration, "destinationPath") ?? "").replace(/^s3:\/\//, "")}`,
    encryption: typeof algorithm === "string" ? { by: "store", detail: algorithm } : { by: "unknown" },
    ...retentionOf(at(planned.properties, "spec", "retentionPolicy")),
  };
}

/** `35d` of the backup tool as ISO 8601. */
function retentionOf(policy: Value | undefined): { retention?: string } {
  const match = /^(\d+)([dwm])$/.exec(String(policy ?? ""));
  if (match === null) return {};
  return { retention: `P${match[1]}${(match[2] ?? "d").toUpperCase()}` };
}

/** Passwords and private keys are stored in the cluster's own store, where its control plane runs. */
function clusterSecrets(plan: Plan, country: Country): RestingPlace[] {
  const secrets = plan.resources.filter(({ type }) => type === "kubernetes:core/v1:Secret");
  const certificates = plan.resources.filter(
    (resource) => resource.type.includes("cert-manager.io/") && kindOf(resource) === "Certificate",
  );
  const count = secrets.length + certificates.length;
  if (count === 0) return [];
  const cluster = plan.resources.find(({ type }) => type === "aws:eks/cluster:Cluster");
  const key = at(cluster?.properties, "encryptionConfig", "provider", "keyArn");
  return [
    {
      name: "Secrets of the cluster",
      kind: "Secret",
      dataClasses: ["keys"],
      ...clusterWhere(plan, country, []),
      copies: count,
      encryption: typeof key === "string" ? { by: "key", detail: keyName(key) } : { by: "unknown" },
    },
  ];
}

/** Logs of pods are stored on their nodes' disks until the cluster rotates them. */
function containerLogs(plan: Plan, country: Country): RestingPlace[] {
  const zones = [
    ...new Set(
      plan.resources.flatMap((resource) => [...(workloadOf(resource, plan.resources)?.zones ?? [])]),
    ),
  ].sort();
  return [
    {
      name: "Logs of pods on their nodes",
      kind: "Node",
      dataClasses: ["logs"],
      ...clusterWhere(plan, country, zones),
      encryption: { by: "unknown" },
    },
  ];
}
