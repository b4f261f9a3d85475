/** What keeps a store and its last writes when a machine fails or is taken out for maintenance. */
import type { PolicyContext } from "../../engine/context.ts";
import type { Violation } from "../../engine/policy.ts";
import { keepsData } from "../../resources/data-stores.ts";
import { podOf } from "../../resources/pods.ts";
import {
  annotationsOf,
  booleanAt,
  namespaceOf,
  numberAt,
  objectAt,
  objectsAt,
  textAt,
  textMapAt,
} from "../../resources/properties.ts";
import type { Json, Resource } from "../../resources/resource.ts";

const budget = "kubernetes:policy/*:PodDisruptionBudget";

export const redundancyTypes = [
  "kubernetes:apps/*:StatefulSet",
  "kubernetes:apps/*:Deployment",
  "kubernetes:autoscaling/*:HorizontalPodAutoscaler",
  budget,
] as const;

/** Production always; otherwise the file as it stands, unless its sizes ask for one replica. */
export function isExpected({ inProduction, environment, country }: PolicyContext): boolean {
  if (inProduction) return true;
  const sizes = Object.values(country.hosting.sizes ?? {}) as readonly Json[];
  return environment === undefined && !sizes.some((size) => numberAt(size, "replicas") === 1);
}

export const isWorkload = (type: string): boolean => /^kubernetes:(apps|autoscaling|policy)\b/.test(type);

export function workloadViolations(subject: Resource, context: PolicyContext): Violation[] {
  const { type, properties } = subject;
  if (type.endsWith(":PodDisruptionBudget")) return budgetViolations(properties);
  if (type.endsWith(":HorizontalPodAutoscaler")) {
    const most = numberAt(properties, "spec.maxReplicas") ?? 1;
    const least = numberAt(properties, "spec.minReplicas") ?? 1;
    const path = most < 2 ? "spec.maxReplicas" : "spec.minReplicas";
    if (most >= 2 && least > 0) return [];
    return [
      {
        path,
        value: String(most < 2 ? most : least),
        message: most < 2 ? `At most ${most} pod of it runs.` : "It may run no pod at all.",
        remediation: `Set ${path} to 2.`,
      },
    ];
  }
  const replicas = numberAt(properties, "spec.replicas");
  if (replicas === 0)
    return [
      {
        path: "spec.replicas",
        value: "0",
        message: "No pod of it runs.",
        remediation: `Set spec.replicas to ${type.endsWith(":Deployment") ? 2 : 3}.`,
      },
    ];
  return type.endsWith(":StatefulSet") && keepsData(subject)
    ? storeViolations(subject, replicas ?? 1, context)
    : [];
}

function storeViolations(subject: Resource, replicas: number, { resources }: PolicyContext): Violation[] {
  if (replicas < 2)
    return [
      {
        path: "spec.replicas",
        value: String(replicas),
        message: `It runs ${replicas} replica.`,
        remediation: "Set spec.replicas to 3.",
      },
    ];
  const { pod } = podOf(subject);
  if (pod === undefined) return [];
  const violations: Violation[] = [];
  const spread =
    objectsAt(pod.spec, "topologySpreadConstraints").length > 0 ||
    objectAt(pod.spec, "affinity.podAntiAffinity") !== undefined;
  if (!spread)
    violations.push({
      path: `${pod.path}.topologySpreadConstraints`,
      message: "All replicas may run on one machine.",
      remediation: "Spread them over topology.kubernetes.io/zone or kubernetes.io/hostname.",
    });
  const covered = resources
    .ofTypes([budget])
    .some((other) => namespaceOf(other) === namespaceOf(subject) && selects(other, pod.labels));
  if (!covered)
    violations.push({
      path: "metadata.name",
      message: "No PodDisruptionBudget covers it, so maintenance may stop all replicas at once.",
      remediation: "Add a PodDisruptionBudget with maxUnavailable 1.",
    });
  return violations;
}

/** Whether a budget's labels are those of the pods; its expressions are not read, so that they count as covering. */
function selects({ properties }: Resource, labels: ReadonlyMap<string, string>): boolean {
  const wanted = textMapAt(properties, "spec.selector.matchLabels");
  return [...wanted].every(([key, value]) => labels.get(key) === value);
}

function budgetViolations(properties: Json): Violation[] {
  const remediation = "Set maxUnavailable to 1.";
  const voids = (path: string, none: RegExp) => {
    const value = textAt(properties, path) ?? numberAt(properties, path);
    return value !== undefined && none.test(String(value)) ? [{ path, value: String(value) }] : [];
  };
  return [
    ...voids("spec.maxUnavailable", /^(100%|[1-9]\d+|[5-9])$/),
    ...voids("spec.minAvailable", /^0%?$/),
  ].map(({ path, value }) => ({
    path,
    value,
    message: `Maintenance may stop all pods at once (${value}).`,
    remediation,
  }));
}

/** What CloudNativePG and RabbitMQ's operator are told about failures. */
export function clusterViolations(subject: Resource, instances: number): Violation[] {
  const { type, properties } = subject;
  if (!type.includes("postgresql.cnpg.io")) return [];
  const violations: Violation[] = [];
  const add = (path: string, value: string | undefined, message: string, remediation: string) =>
    violations.push({ path, ...(value !== undefined && { value }), message, remediation });
  if (booleanAt(properties, "spec.enablePDB") === false)
    add("spec.enablePDB", "false", "Maintenance may stop all instances at once.", "Remove enablePDB.");
  if (booleanAt(properties, "spec.affinity.enablePodAntiAffinity") === false)
    add(
      "spec.affinity.enablePodAntiAffinity",
      "false",
      "All instances may run on one machine.",
      "Set it to true.",
    );
  for (const [key, value] of annotationsOf(subject))
    if ((key === "cnpg.io/hibernation" && value === "on") || key === "cnpg.io/fencedInstances")
      add(
        `metadata.annotations["${key}"]`,
        value,
        `The database is stopped (${value}).`,
        "Remove the annotation.",
      );
  if (instances < 2) return violations;
  const at = "spec.postgresql.synchronous";
  const synchronous = objectAt(properties, at);
  const replicas = numberAt(properties, "spec.minSyncReplicas") ?? 0;
  const number = numberAt(synchronous ?? null, "number") ?? (synchronous === undefined ? 0 : 1);
  const durability = textAt(synchronous ?? null, "dataDurability");
  if (number === 0 && replicas === 0)
    add(
      at,
      undefined,
      "A write counts as kept when one instance has it; a failover loses it.",
      "Set synchronous with number 1 and dataDurability required.",
    );
  else if (durability === "preferred")
    add(
      `${at}.dataDurability`,
      durability,
      "A write counts as kept before a second instance has it (preferred).",
      "Set it to required.",
    );
  return violations;
}
