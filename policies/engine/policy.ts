/** What a policy is: a plain object with the risk, the law and controls behind it, the check and how to fix a violation. */
import type { DataClassName } from "../../localisation/schema/residency.ts";
import type { JsonObject, Resource } from "../resources/resource.ts";
import type { PolicyContext } from "./context.ts";
import type { AnnexControl, SecurityControl } from "./controls.ts";
import type { Unread } from "./unread.ts";

/** From the most to the least severe. */
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
  /** How to fix it here. One or two sentences. */
  readonly remediation: string;
  /** The offending value; never a secret. */
  readonly value?: string;
  /** It can't be decided; that blocks like a failure. Unlike an error, it leaves the policy's other violations in the result. */
  readonly undetermined?: true;
  /** The resource with the violation, where a policy of scope "stack" or "file" finds it in one. */
  readonly resource?: Resource;
}

/** There is nothing to check, such as zones where the file names none. */
export const notApplicable = Symbol("not applicable");
/** A single violation needs no list. */
export type Outcome = Violation | readonly Violation[] | typeof notApplicable;

export function violationsOf(outcome: Outcome): readonly Violation[] {
  if (outcome === notApplicable) return [];
  return "path" in outcome ? [outcome] : outcome;
}

/** A condition that the API server of a cluster checks when an object is made or changed. */
export interface AdmissionRule {
  /**
   * CEL that is true where nothing is wrong. Besides Kubernetes' own variables, kinds that make pods have
   * `variables.pod` (its specification) and `variables.containers` (all of them).
   */
  readonly expression: string;
  /** What is wrong where it is false. One sentence, full stop. */
  readonly message: string;
  /** CEL of a list of texts: the containers and values that are wrong, for the message. */
  readonly names?: string;
}

export interface AdmissionCheck {
  /** Types that it checks; those of the policy where absent. */
  readonly types?: readonly string[];
  /** Empty where the file asks for nothing; a single rule needs no list. */
  readonly rules: (context: PolicyContext) => AdmissionRule | readonly AdmissionRule[];
  /** What the policy finds and the cluster does not. One sentence, full stop. */
  readonly misses?: string;
  /** Whether a violation is one of those, so that the cluster lets it pass. */
  readonly lets?: (violation: Violation) => boolean;
}

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
  /** The data that it protects. The country's file gives the articles for each: the legal basis of the policy. */
  readonly dataClasses: readonly DataClassName[];
  readonly controls: {
    /** ISO/IEC 27001:2022, Annex A. */
    readonly iso27001: readonly AnnexControl[];
    /** NIST SP 800-53 Rev. 5. */
    readonly nist80053: readonly SecurityControl[];
  };
  /** How to fix it in general. */
  readonly remediation: string;
  readonly examples: Examples;
}

/** Checks one resource at a time. */
export interface ResourcePolicy extends PolicyBase {
  readonly scope: "resource";
  /**
   * Type tokens. `kubernetes:apps/*:StatefulSet` is every version, `aws:*` every resource of the provider, `*` every
   * resource.
   */
  readonly types: readonly string[];
  readonly check: (resource: Resource, context: PolicyContext) => Outcome;
  /** The same check for the API server of a cluster, where CEL can express it. */
  readonly admission?: AdmissionCheck;
}

/** Checks all resources of a stack together. */
export interface StackPolicy extends PolicyBase {
  readonly scope: "stack";
  readonly types: readonly string[];
  readonly check: (context: PolicyContext) => Outcome;
}

/** Checks the localisation file itself. */
export interface FilePolicy extends PolicyBase {
  readonly scope: "file";
  readonly check: (context: PolicyContext) => Outcome;
}

export type Policy = ResourcePolicy | StackPolicy | FilePolicy;

/** A sample for the policy: its test and its documentation. */
export interface Example {
  /** Kubernetes YAML. */
  readonly manifests?: string;
  /** Other resources, in Pulumi YAML: see pulumiResources. */
  readonly pulumi?: string;
  /** Of the provider of AWS; af-south-1 where absent. */
  readonly region?: string;
  /** What was planned, as Kubernetes YAML, where the sample is what runs. */
  readonly planned?: string;
  /** What of the input was not checked. */
  readonly unread?: readonly Unread[];
  /** Merged over the example country. */
  readonly country?: JsonObject;
  readonly environment?: string;
  /** YYYY-MM-DD; 2026-06-01 where absent. */
  readonly today?: string;
}

export interface Examples {
  readonly passing: readonly Example[];
  readonly failing: readonly (Example & {
    /** The findings as they are printed, one a line: resource, path, message and remediation. */
    readonly findings: string;
  })[];
}
