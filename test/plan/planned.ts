/** Plans for the tests: a country of the kit, changed as a test wants it, through the whole program. */
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { deepFreeze } from "../../base/freeze.ts";
import { type LoadedCountry, loadCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { at, isManifest, kindOf, type Plan, type PlannedResource, type Value } from "../../plan/plan.ts";
import { type PlannedTarget, planCountry } from "../../stacks/country-plan.ts";

type Mutable<T> = T extends readonly (infer E)[]
  ? Mutable<E>[]
  : T extends object
    ? { -readonly [K in keyof T]: Mutable<T[K]> }
    : T;

export type ChangeableCountry = Mutable<Country>;
export type ChangeableCluster = NonNullable<ChangeableCountry["hosting"]["kubernetes"]>;

export const countryFile = (name: string) =>
  fileURLToPath(new URL(`../../countries/${name}.yaml`, import.meta.url));

let base: LoadedCountry | undefined;

/** South Africa's file, with a cluster of three zones and a backup destination, whatever the file says today. */
export function changedCountry(
  change: (cluster: ChangeableCluster, country: ChangeableCountry) => void = () => {},
): LoadedCountry {
  base ??= loadCountry(countryFile("za"), { today: "2026-11-01" });
  const loaded = base;
  const country = structuredClone(loaded.country) as ChangeableCountry;
  const cluster = country.hosting.kubernetes;
  if (cluster === undefined) throw new Error("The file has no cluster.");
  cluster.zones = ["zone-a", "zone-b", "zone-c"];
  cluster.registry = "registry.example.org";
  cluster.storageClass = "encrypted";
  cluster.tls.issuer = "own-ca";
  country.hosting.backup.destination = {
    endpoint: "https://s3.example.org",
    bucket: "backups",
    folder: "za-base/rollout",
    country: "ZA",
    credentialsSecret: "backup-destination",
  };
  country.residency.endpoints = [
    {
      host: "s3.example.org",
      addresses: ["198.51.100.20/32"],
      ports: [443],
      purpose: "backup",
      country: "ZA",
      dataClasses: ["backups"],
    },
  ];
  change(cluster, country);
  return { ...loaded, country };
}

const plans = new Map<string, Promise<Plan>>();

/** The plan of a country: computed once in a process for all tests that want the same, and frozen, so that none can change it. */
export function planOnce(loaded: LoadedCountry, target: PlannedTarget, version = "9.9.9"): Promise<Plan> {
  const { country, environment, catalogues, sha256 } = loaded;
  const key = createHash("sha256")
    .update(JSON.stringify([country, environment, catalogues, sha256, target, version]))
    .digest("hex");
  const plan = plans.get(key) ?? planCountry(loaded, target, version).then(deepFreeze);
  plans.set(key, plan);
  return plan;
}

export function planChanged(
  change?: (cluster: ChangeableCluster, country: ChangeableCountry) => void,
): Promise<Plan> {
  return planOnce(changedCountry(change), "kubernetes");
}

export function objectsOf(plan: Plan, kind?: string): PlannedResource[] {
  return plan.resources.filter(
    (resource) => isManifest(resource) && (kind === undefined || kindOf(resource) === kind),
  );
}

export function object(plan: Plan, kind: string, name: string): PlannedResource {
  const found = objectsOf(plan, kind).find(({ properties }) => at(properties, "metadata", "name") === name);
  if (found === undefined) throw new Error(`The plan has no ${kind} ${name}.`);
  return found;
}

export function list(value: Value | undefined): Value[] {
  return Array.isArray(value) ? [...value] : [];
}

/** Every pod template of the stack, with the name of what starts it. */
export function podsOf(plan: Plan): { name: string; kind: string; metadata: Value; spec: Value }[] {
  return objectsOf(plan).flatMap((resource) => {
    const { properties } = resource;
    const kind = kindOf(resource);
    const template =
      kind === "CronJob"
        ? at(properties, "spec", "jobTemplate", "spec", "template")
        : ["StatefulSet", "Deployment", "Job"].includes(kind)
          ? at(properties, "spec", "template")
          : undefined;
    if (template === undefined) return [];
    return [
      {
        name: String(at(properties, "metadata", "name")),
        kind,
        metadata: at(template, "metadata") ?? null,
        spec: at(template, "spec") ?? null,
      },
    ];
  });
}

export function containersOf(spec: Value): Value[] {
  return [...list(at(spec, "initContainers")), ...list(at(spec, "containers"))];
}
