/**
 * The plan as files for `kubectl apply`: one object in each file, in an order that a cluster accepts. Secrets and the operators'
 * charts are not among them: a script makes the Secrets in the cluster, and another one installs the charts.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { stringify } from "yaml";
import { InputError } from "../base/kit-error.ts";
import type { GeneratedKind } from "../components/generated-value.ts";
import {
  at,
  isManifest,
  kindOf,
  type Plan,
  type PlannedResource,
  type Properties,
  shownName,
} from "./plan.ts";

/** Objects that others need come first; kubectl applies a folder in the order of the file names. */
const order = [
  ["Namespace"],
  ["StorageClass"],
  ["ServiceAccount", "ResourceQuota", "LimitRange", "NetworkPolicy"],
  ["Issuer", "Certificate"],
  ["ConfigMap"],
  ["Service", "PodDisruptionBudget", "ObjectStore"],
  ["StatefulSet", "Cluster", "ScheduledBackup"],
  ["Job", "Deployment", "CronJob", "HorizontalPodAutoscaler"],
] as const;

export type Manifests = ReadonlyMap<string, string>;

/** An object as the cluster's API accepts it. */
export function manifestOf({ properties }: PlannedResource): Properties {
  const { apiVersion, kind, metadata, ...rest } = properties;
  return { ...(apiVersion && { apiVersion }), ...(kind && { kind }), ...(metadata && { metadata }), ...rest };
}

export function manifestYaml(resource: PlannedResource): string {
  // kubectl reads YAML 1.1, where a bare `on` is true.
  return stringify(manifestOf(resource), { lineWidth: 0, version: "1.1" });
}

/** @returns the objects without those of random values, by file name, in an order that a cluster accepts. */
export function orderedObjects(plan: Plan): ReadonlyMap<string, PlannedResource> {
  const files = new Map<string, PlannedResource>();
  for (const object of objectsOf(plan)) {
    const kind = kindOf(object);
    if (isRandomSecret(object)) continue;
    const rank = order.findIndex((kinds) => (kinds as readonly string[]).includes(kind));
    const name = String(at(object.properties, "metadata", "name"));
    const number = String((rank === -1 ? order.length : rank) * 10).padStart(2, "0");
    files.set(`${number}-${kind.toLowerCase()}-${name}.yaml`, object);
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A Secret whose values are made at random. */
export interface RandomSecret {
  readonly object: PlannedResource;
  readonly name: string;
  readonly namespace: string;
  /** By key. */
  readonly kinds: Readonly<Record<string, GeneratedKind>>;
}

/** A Secret of what everyone may know, such as an authority's certificate, shows its text. */
const isRandomSecret = (object: PlannedResource): boolean =>
  kindOf(object) === "Secret" && object.secrets.length > 0;

export function randomSecrets(plan: Plan): readonly RandomSecret[] {
  return objectsOf(plan)
    .filter(isRandomSecret)
    .map((object) => {
      const component = plan.resources.find(({ urn }) => urn === object.parent);
      return {
        object,
        name: String(at(object.properties, "metadata", "name")),
        namespace: String(at(object.properties, "metadata", "namespace")),
        kinds: (at(component?.properties, "values") ?? {}) as Record<string, GeneratedKind>,
      };
    });
}

/** @returns text by file name, relative to the folder. */
export function manifests(plan: Plan): Manifests {
  const objects = [...orderedObjects(plan)].map(([name, object]) => [name, manifestYaml(object)] as const);
  return new Map([...objects, ...scripts(plan)].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Scripts to run before the objects are applied: for the random secrets, and for the operators with their settings. */
export function scripts(plan: Plan): Manifests {
  const files = new Map<string, string>();
  const secrets = randomSecrets(plan);
  if (secrets.length > 0) files.set("secrets.sh", secretsScript(secrets));
  const releases = plan.resources.filter((resource) => kindOf(resource) === "Release");
  for (const release of releases)
    files.set(
      `operators/${shownName(release)}.yaml`,
      stringify(at(release.properties, "values") ?? {}, { version: "1.1" }),
    );
  if (releases.length > 0) files.set("operators/install.sh", operatorsScript(releases));
  return files;
}

function objectsOf(plan: Plan): PlannedResource[] {
  return plan.resources.filter((resource) => isManifest(resource) && kindOf(resource) !== "Provider");
}

function secretsScript(secrets: readonly RandomSecret[]): string {
  const lines = [
    "#!/bin/sh",
    "# Makes the stack's random secrets in the cluster, unless they exist. Run it once the namespace is there.",
    "# Keep a copy of backup-key outside the cluster: without it a backup can't be read.",
    "set -eu",
    "umask 077",
    "work=$(mktemp -d)",
    "trap 'rm -rf \"$work\"' EXIT",
  ];
  for (const { name, namespace, kinds } of secrets) {
    const keys = Object.entries(kinds).map(([key, kind]) => ({
      key,
      command: kind === "key" ? "openssl rand -base64 32" : "openssl rand -hex 24",
    }));
    lines.push(
      `if ! kubectl -n ${namespace} get secret ${name} >/dev/null 2>&1; then`,
      ...keys.map(({ key, command }) => `  ${command} | tr -d '\\n' >"$work/${key}"`),
      `  kubectl -n ${namespace} create secret generic ${name}${keys.map(({ key }) => ` --from-file="$work/${key}"`).join("")}`,
      "fi",
    );
  }
  return `${lines.join("\n")}\n`;
}

function operatorsScript(releases: readonly PlannedResource[]): string {
  const installs = releases
    // Each release is declared after those that it depends on.
    .toSorted((a, b) => a.dependencies.length - b.dependencies.length)
    .map((release) => {
      const text = (key: string) => String(at(release.properties, key));
      return `helm upgrade --install ${text("name")} ${text("chart")} --version ${text("version")} --namespace ${text("namespace")} --create-namespace --atomic --values ${shownName(release)}.yaml`;
    });
  return `${["#!/bin/sh", "# Installs the operators that the stack relies on.", "set -eu", 'cd "$(dirname "$0")"', ...installs].join("\n")}\n`;
}

/** Its name has no extension that kubectl would read. */
const indexName = ".rollout-manifests";

/**
 * Writes the files, and removes those of an earlier plan from the folder.
 * @throws InputError
 */
export function writeManifests(folder: string, files: Manifests): void {
  const index = join(folder, indexName);
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    if (!existsSync(index))
      throw new InputError(`${folder} holds files that no plan wrote. Name an empty folder or a new one.`);
    for (const name of JSON.parse(readFileSync(index, "utf8")) as string[])
      if (!name.split("/").includes("..")) rmSync(join(folder, name), { force: true });
  }
  mkdirSync(folder, { recursive: true });
  // Written first, so that an interrupted run can be repeated.
  writeFileSync(index, `${JSON.stringify([...files.keys()], null, 2)}\n`);
  writeFiles(folder, files);
}

export function writeFiles(folder: string, files: Manifests): void {
  for (const [name, text] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text, { mode: name.endsWith(".sh") ? 0o755 : 0o644 });
  }
}
