/** Checks one country: its file, with its plan, a saved plan, or anyone's manifests. */
import { dayIn } from "../base/day.ts";
import type { LoadedCountry } from "../localisation/load.ts";
import type { Country } from "../localisation/schema/country.ts";
import type { Plan } from "../plan/plan.ts";
import { check } from "./engine/engine.ts";
import type { CheckResult } from "./engine/findings.ts";
import type { Policy } from "./engine/policy.ts";
import type { Resource } from "./engine/resource.ts";
import { ResourceSet, type ResourceSource } from "./engine/resource-set.ts";
import { fileLines } from "./inputs/file-lines.ts";
import type { Live } from "./inputs/live.ts";
import { readManifests } from "./inputs/manifests.ts";
import { plannedResources, stackOutputs } from "./inputs/planned.ts";
import { policies } from "./rules/catalogue.ts";

export type CheckSubject =
  /** The file alone. */
  | { readonly kind: "file" }
  | { readonly kind: "plan"; readonly plan: Plan; readonly description: string }
  | { readonly kind: "manifests"; readonly folder: string }
  | { readonly kind: "state"; readonly resources: readonly Resource[]; readonly description: string }
  /** What runs, against what the file plans. */
  | { readonly kind: "live"; readonly live: Live; readonly plan: Plan; readonly description: string };

export interface CheckCountryOptions {
  readonly subject: CheckSubject;
  /** Judged beside the subject, such as the files of a Pulumi project. */
  readonly beside?: readonly Resource[];
  /** YYYY-MM-DD; the present day in the country where absent. */
  readonly today?: string;
}

/** @throws LocalisationError where manifests can't be read. */
export function checkCountry(
  loaded: LoadedCountry,
  { subject, beside = [], today }: CheckCountryOptions,
): CheckResult {
  const { resources, source, target } = subjectOf(loaded.country, subject, loaded.file);
  const result = checkResources(loaded, {
    policies,
    plan: new ResourceSet([...resources, ...beside], source),
    target,
    ...(subject.kind === "live" && {
      planned: new ResourceSet(plannedResources(subject.plan.resources), source),
      unreadable: subject.live.unreadable,
    }),
    ...(today !== undefined && { today }),
  });
  const lineOf = fileLines(loaded.file);
  return {
    ...result,
    findings: result.findings.map((finding) => {
      const line = finding.type === undefined ? lineOf(finding.path) : undefined;
      return line === undefined ? finding : { ...finding, source: { file: loaded.file, line } };
    }),
  };
}

export interface CheckResourcesOptions {
  readonly policies: readonly Policy[];
  readonly plan: ResourceSet;
  readonly planned?: ResourceSet;
  readonly unreadable?: readonly string[];
  /** That of the file where absent. */
  readonly target?: Country["hosting"]["target"];
  /** YYYY-MM-DD; the present day in the country where absent. */
  readonly today?: string;
}

/** Judges resources, wherever they were read, by a country's file. */
export function checkResources(
  loaded: LoadedCountry,
  {
    policies,
    plan,
    planned,
    unreadable,
    target = loaded.country.hosting.target,
    today,
  }: CheckResourcesOptions,
): CheckResult {
  return check({
    policies,
    country: onTarget(loaded.country, target),
    ...(loaded.environment !== undefined && { environment: loaded.environment }),
    today: today ?? dayIn(loaded.country.timezone),
    file: loaded.file,
    plan,
    ...(planned !== undefined && { planned }),
    ...(unreadable !== undefined && { unreadable }),
  });
}

function subjectOf(
  country: Country,
  subject: CheckSubject,
  file: string,
): { resources: readonly Resource[]; source: ResourceSource; target: Country["hosting"]["target"] } {
  const { target } = country.hosting;
  switch (subject.kind) {
    case "file":
      return { resources: [], source: { kind: "file", description: file }, target };
    case "plan":
      return {
        resources: [...plannedResources(subject.plan.resources), stackOutputs(subject.plan)],
        source: { kind: "plan", description: subject.description },
        target: subject.plan.target as typeof target,
      };
    case "state":
      return {
        resources: subject.resources,
        source: { kind: "state", description: subject.description },
        target,
      };
    case "live":
      return {
        resources: subject.live.resources,
        source: { kind: "live", description: subject.description },
        target: subject.plan.target as typeof target,
      };
    case "manifests":
      return {
        resources: readManifests(subject.folder),
        source: { kind: "manifests", description: `manifests in ${subject.folder}` },
        // Manifests run on a cluster, whatever the file's own target.
        target: target === "local" && country.hosting.kubernetes !== undefined ? "kubernetes" : target,
      };
  }
}

function onTarget(country: Country, target: Country["hosting"]["target"]): Country {
  if (target === country.hosting.target) return country;
  return { ...country, hosting: { ...country.hosting, target } };
}
