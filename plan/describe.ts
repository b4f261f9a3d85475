/** What a person wants to know about a planned resource: how many, how large, how much disk, in which zones. */
import { parseMebibytes, parseProcessors } from "../base/quantity.ts";
import { describeAws } from "./describe-aws.ts";
import { at, kindOf, type PlannedResource, type Value } from "./plan.ts";

export interface Workload {
  readonly replicas: number;
  /** Per replica, thousandths of a processor. */
  readonly cpu: number;
  /** Per replica, MiB. */
  readonly memory: number;
  /** Per replica, GiB over all its volumes. */
  readonly storage: number;
  /** Zones that its pods and volumes must be in; none where they may be anywhere. */
  readonly zones: readonly string[];
  readonly images: readonly string[];
}

const podKinds = new Set(["StatefulSet", "Deployment", "Job", "CronJob"]);

/** @returns undefined for a resource without pods of its own. */
export function workloadOf(
  resource: PlannedResource,
  all: readonly PlannedResource[] = [],
): Workload | undefined {
  const { properties } = resource;
  const kind = kindOf(resource);
  if (kind === "Cluster" && resource.type.includes("postgresql.cnpg.io")) {
    const spec = at(properties, "spec");
    return {
      replicas: number(at(spec, "instances")),
      cpu: thousandths(at(spec, "resources", "requests", "cpu")),
      memory: mebibytes(at(spec, "resources", "requests", "memory")),
      storage: (mebibytes(at(spec, "storage", "size")) + mebibytes(at(spec, "walStorage", "size"))) / 1024,
      zones: zonesOf(at(spec, "affinity", "nodeAffinity")),
      images: [String(at(spec, "imageName"))],
    };
  }
  if (!resource.custom || !podKinds.has(kind)) return undefined;
  const spec = kind === "CronJob" ? at(properties, "spec", "jobTemplate", "spec") : at(properties, "spec");
  const pod = at(spec, "template", "spec");
  const containers = list(at(pod, "containers"));
  const claims = list(at(spec, "volumeClaimTemplates"));
  return {
    // A Job's pod ends; with an autoscaler its minimum counts.
    replicas:
      kind === "Job" || kind === "CronJob" ? 0 : number(at(spec, "replicas") ?? leastOf(resource, all)),
    cpu: sum(containers.map((container) => thousandths(at(container, "resources", "requests", "cpu")))),
    memory: sum(containers.map((container) => mebibytes(at(container, "resources", "requests", "memory")))),
    storage:
      sum(claims.map((claim) => mebibytes(at(claim, "spec", "resources", "requests", "storage")))) / 1024,
    zones: zonesOf(at(pod, "affinity", "nodeAffinity")),
    images: [...list(at(pod, "initContainers")), ...containers].map((container) =>
      String(at(container, "image")),
    ),
  };
}

/** One line about a resource in addition to its kind and name; empty where there is nothing to add. */
export function describe(resource: PlannedResource, all: readonly PlannedResource[] = []): string {
  if (resource.type.startsWith("aws:")) return describeAws(resource);
  const { properties } = resource;
  const spec = at(properties, "spec");
  const workload = workloadOf(resource, all);
  if (workload !== undefined) return describeWorkload(resource, workload, all);
  switch (kindOf(resource)) {
    case "Service": {
      const ports = list(at(spec, "ports")).map((port) => `${at(port, "name")} ${at(port, "port")}`);
      const type = at(spec, "clusterIP") === "None" ? "headless" : (at(spec, "type") ?? "inside");
      const sources = list(at(spec, "loadBalancerSourceRanges"));
      return `${type}: ${ports.join(", ")}${sources.length > 0 ? `, from ${sources.join(", ")}` : ""}`;
    }
    case "NetworkPolicy": {
      const lets = [
        ...list(at(spec, "ingress")).flatMap((rule) => list(at(rule, "from"))),
        ...list(at(spec, "egress")).flatMap((rule) => list(at(rule, "to"))),
      ].length;
      return lets === 0
        ? "closes every flow that no policy opens"
        : `${lets} ${lets === 1 ? "peer" : "peers"}`;
    }
    case "ConfigMap":
      return Object.keys((at(properties, "data") ?? {}) as object).join(", ");
    case "ResourceQuota": {
      const hard = at(spec, "hard");
      return `cpu ${at(hard, "requests.cpu")}, memory ${at(hard, "requests.memory")}, disk ${at(hard, "requests.storage")}`;
    }
    case "PodDisruptionBudget":
      return `at most ${at(spec, "maxUnavailable")} away at once`;
    case "HorizontalPodAutoscaler":
      return `${at(spec, "minReplicas")} to ${at(spec, "maxReplicas")} replicas`;
    case "Certificate":
      return `by ${at(spec, "issuerRef", "name")}${names(at(spec, "dnsNames"))}`;
    case "Ingress":
      return list(at(spec, "rules"))
        .map((rule) => `https://${at(rule, "host")}`)
        .join(", ");
    case "Gateway":
    case "HTTPRoute":
      return [...list(at(spec, "hostnames")), ...list(at(spec, "listeners")).map((l) => at(l, "hostname"))]
        .filter((host, index, hosts) => hosts.indexOf(host) === index)
        .join(", ");
    case "StorageClass": {
      const zones = list(at(properties, "allowedTopologies", 0, "matchLabelExpressions", 0, "values"));
      return `${at(properties, "provisioner")}${zones.length > 0 ? `, in ${zones.join(", ")}` : ""}`;
    }
    case "ObjectStore":
      return `${at(spec, "configuration", "destinationPath")} at ${at(spec, "configuration", "endpointURL")}, kept ${at(spec, "retentionPolicy")}`;
    case "ScheduledBackup":
      return `${at(spec, "schedule")} (UTC)`;
    case "Release":
      return `${at(properties, "chart")} ${at(properties, "version")} into ${at(properties, "namespace")}`;
    case "Namespace":
      return `Pod Security ${(at(properties, "metadata", "labels", "pod-security.kubernetes.io/enforce") as string) ?? "off"}`;
    case "Secret":
    case "Stash":
      return "[secret]";
    default:
      return "";
  }
}

function describeWorkload(
  resource: PlannedResource,
  { replicas, cpu, memory, storage, zones, images }: Workload,
  all: readonly PlannedResource[],
): string {
  const kind = kindOf(resource);
  const most = autoscalerOf(resource, all);
  const count =
    kind === "CronJob"
      ? `${at(resource.properties, "spec", "schedule")} (${at(resource.properties, "spec", "timeZone") ?? "UTC"})`
      : kind === "Job"
        ? "once"
        : `${replicas}${most === undefined ? "" : `–${at(most.properties, "spec", "maxReplicas")}`} ×`;
  return [
    count,
    `cpu ${cpu / 1000}, memory ${size(memory)}${storage > 0 ? `, disk ${size(storage * 1024)}` : ""}`,
    `in ${zones.length === 0 ? "any zone" : zones.join(", ")}`,
    `image ${[...new Set(images)].map(shortImage).join(", ")}`,
  ].join("  ");
}

function autoscalerOf(
  resource: PlannedResource,
  all: readonly PlannedResource[],
): PlannedResource | undefined {
  return all.find(
    (other) =>
      kindOf(other) === "HorizontalPodAutoscaler" &&
      at(other.properties, "spec", "scaleTargetRef", "name") ===
        at(resource.properties, "metadata", "name") &&
      at(other.properties, "spec", "scaleTargetRef", "kind") === kindOf(resource),
  );
}

function leastOf(resource: PlannedResource, all: readonly PlannedResource[]): Value | undefined {
  return at(autoscalerOf(resource, all)?.properties, "spec", "minReplicas") ?? 1;
}

function zonesOf(affinity: Value | undefined): string[] {
  const terms = list(at(affinity, "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms"));
  return terms.flatMap((term) =>
    list(at(term, "matchExpressions"))
      .filter((expression) => at(expression, "key") === "topology.kubernetes.io/zone")
      .flatMap((expression) => list(at(expression, "values")).map(String)),
  );
}

const names = (value: Value | undefined) => (list(value).length > 0 ? `, for ${list(value).join(", ")}` : "");

/** The last part of an image's address, with its version. */
const shortImage = (image: string) =>
  image.slice(image.lastIndexOf("/") + 1).replace(/@sha256:(.{8}).*/, "@$1…");

export function size(mebibytesOf: number): string {
  if (mebibytesOf >= 1024 * 1024) return `${Math.round((mebibytesOf / 1024 / 1024) * 10) / 10} TiB`;
  if (mebibytesOf >= 1024) return `${Math.round((mebibytesOf / 1024) * 10) / 10} GiB`;
  return `${Math.round(mebibytesOf)} MiB`;
}

function list(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? value : [];
}

const number = (value: Value | undefined) => Number(value ?? 0);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

const thousandths = (quantity: Value | undefined) => parseProcessors(String(quantity ?? ""));
const mebibytes = (quantity: Value | undefined) => parseMebibytes(String(quantity ?? ""));
