/** What a policy is: a plain object that says what can go wrong, by what law and control, how to see it and how to mend it. */
import type { dataClassNames } from "../../localisation/schema/residency.ts";
import type { AdmissionCheck } from "./admission.ts";
import type { PolicyContext } from "./context.ts";
import type { AnnexControl, SecurityControl } from "./controls.ts";
import type { JsonObject, Resource } from "./resource.ts";

export type DataClassName = (typeof dataClassNames)[number];

/** Falling importance. */
export const severities = ["critical", "high", "medium", "low"] as const;
export type Severity = (typeof severities)[number];

export const areas = ["place", "copies", "network", "flows", "kubernetes", "security", "governance"] as const;
export type Area = (typeof areas)[number];

/** What a check found wrong in one place. */
export interface Violation {
  /** Where: in the resource's properties, or in the localisation file, e.g. `spec.rules[0].host`. */
  readonly path: string;
  /** What is wrong, with the value. One sentence, full stop. */
  readonly message: string;
  /** How to mend it here. One or two sentences. */
  readonly remediation: string;
  /** The offending value; never a secret. */
  readonly value?: string;
  /** What it is about, where a check of the plan or the file finds it in one resource. */
  readonly resource?: Resource;
}

/** Nothing to judge: a check of zones where the file names none. */
export const notApplicable = Symbol("not applicable");
export type Outcome = readonly Violation[] | typeof notApplicable;

interface PolicyBase {
  /** Stable; waivers and reports name the policy by it. */
  readonly id: string;
  readonly area: Area;
  /** The rule, as one sentence. */
  readonly title: string;
  /** What can go wrong without it. */
  readonly risk: string;
  readonly severity: Severity;
  /** A mandatory policy blocks; an advisory one is shown. */
  readonly level: "mandatory" | "advisory";
  /** Whose data it guards. The country's file says by which articles: that is the policy's legal basis. */
  readonly dataClasses: readonly DataClassName[];
  readonly controls: {
    /** ISO/IEC 27001:2022, Annex A. */
    readonly iso27001: readonly AnnexControl[];
    /** NIST SP 800-53 Rev. 5. */
    readonly nist80053: readonly SecurityControl[];
  };
  /** How to mend it in general. */
  readonly remediation: string;
  readonly examples: Examples;
}

/** Judges one resource at a time. */
export interface ResourcePolicy extends PolicyBase {
  readonly scope: "resource";
  /**
   * Type tokens. `kubernetes:apps/*:StatefulSet` is every version, `aws:*` every resource of the provider, `*` every
   * resource.
   */
  readonly types: readonly string[];
  readonly check: (resource: Resource, context: PolicyContext) => Outcome;
  /** The same for the API server of a cluster, where it can say it. */
  readonly admission?: AdmissionCheck;
}

/** Judges how the resources of a plan stand to each other. */
export interface PlanPolicy extends PolicyBase {
  readonly scope: "plan";
  readonly types: readonly string[];
  readonly check: (context: PolicyContext) => Outcome;
}

/** Judges the localisation file itself. */
export interface FilePolicy extends PolicyBase {
  readonly scope: "file";
  readonly check: (context: PolicyContext) => Outcome;
}

export type Policy = ResourcePolicy | PlanPolicy | FilePolicy;

/** A sample that the policy judges, beside it as its fixture and its documentation. */
export interface Example {
  /** Kubernetes YAML. */
  readonly manifests?: string;
  readonly resources?: readonly Resource[];
  /** What was planned, as Kubernetes YAML, where the sample is what runs. */
  readonly planned?: string;
  /** Laid over the example country. */
  readonly country?: JsonObject;
  readonly environment?: string;
  /** YYYY-MM-DD; 2026-06-01 where absent. */
  readonly today?: string;
}

export interface Examples {
  readonly passing: readonly Example[];
  readonly failing: readonly (Example & {
    /** Each finding as it is printed: resource, path, message and remediation. */
    readonly findings: readonly string[];
  })[];
}
