/** Checks one country: its file alone, its plan, a saved plan, a state, what runs, or manifests from anywhere. */
import type { LoadedCountry } from "../localisation/load.ts";
import type { Plan } from "../plan/plan.ts";
import { checkResources, type Target } from "./engine/check-resources.ts";
import type { CheckResult } from "./engine/findings.ts";
import type { Unread } from "./engine/unread.ts";
import { fileLines } from "./inputs/file-lines.ts";
import type { Live } from "./inputs/live.ts";
import { readManifests } from "./inputs/manifest-folder.ts";
import { plannedResources, stackOutputs } from "./inputs/planned.ts";
import type { Resource } from "./resources/resource.ts";
import { ResourceSet, type ResourceSource } from "./resources/resource-set.ts";
import { policies } from "./rules/catalogue.ts";

export type CheckSubject =
  /** The file alone. */
  | { readonly kind: "file" }
  | { readonly kind: "plan"; readonly plan: Plan; readonly description: string }
  | { readonly kind: "manifests"; readonly folder: string }
  | { readonly kind: "state"; readonly resources: readonly Resource[]; readonly description: string }
  /** What runs, compared with what the file plans. */
  | { readonly kind: "live"; readonly live: Live; readonly plan: Plan; readonly description: string };

export interface CheckCountryOptions {
  readonly subject: CheckSubject;
  /** Checked together with the subject, such as the files of a Pulumi project. */
  readonly also?: readonly Resource[];
  /** YYYY-MM-DD; the present day in the country where absent. */
  readonly today?: string;
}

/** @throws LocalisationError where manifests can't be read. */
export function checkCountry(
  loaded: LoadedCountry,
  { subject, also = [], today }: CheckCountryOptions,
): CheckResult {
  const { resources, source, target, unread } = subjectOf(loaded, subject);
  const result = checkResources(loaded, {
    policies,
    resources: new ResourceSet([...resources, ...also], source),
    target,
    unread: [...(unread ?? []), ...emptiness(resources, source)],
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

interface Subject {
  readonly resources: readonly Resource[];
  readonly source: ResourceSource;
  readonly target: Target;
  readonly unread?: readonly Unread[];
}

/** An input without any resource: every policy would have nothing to refuse. */
function emptiness(resources: readonly Resource[], { kind, description }: ResourceSource): Unread[] {
  if (kind === "file" || resources.some(({ type, component }) => !component && !type.startsWith("pulumi:")))
    return [];
  return [
    {
      subject: description,
      path: "",
      message: "There is no resource in it, so nothing was checked.",
      remediation: "Make it again, and check that it is the one of this stack.",
    },
  ];
}

/** A saved plan says by which bytes of the file it was made. */
function otherFile({ file, sha256 }: LoadedCountry, { localisation }: Plan, description: string): Unread[] {
  if (localisation === sha256) return [];
  return [
    {
      subject: description,
      path: "localisation",
      message: `It was made from another version of ${file} (SHA-256 ${String(localisation).slice(0, 12)}…, not ${sha256.slice(0, 12)}…).`,
      remediation: "Make the plan again with `rollout plan --json`, or give the file that it was made from.",
    },
  ];
}

function subjectOf(loaded: LoadedCountry, subject: CheckSubject): Subject {
  const { country, file } = loaded;
  const { target } = country.hosting;
  switch (subject.kind) {
    case "file":
      return { resources: [], source: { kind: "file", description: file }, target };
    case "plan":
      return {
        resources: [...plannedResources(subject.plan.resources), stackOutputs(subject.plan)],
        source: { kind: "plan", description: subject.description },
        target: subject.plan.target as Target,
        unread: otherFile(loaded, subject.plan, subject.description),
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
        target: subject.plan.target as Target,
      };
    case "manifests":
      return {
        ...readManifests(subject.folder),
        source: { kind: "manifests", description: `manifests in ${subject.folder}` },
        // Manifests run on a cluster, whatever target the file names.
        target: target === "local" && country.hosting.kubernetes !== undefined ? "kubernetes" : target,
      };
  }
}
