/** The admission policies of a stack: what its program plans, and what a check expects to find. */

import type { Country } from "../../../localisation/schema/country.ts";
import { PolicyContext } from "../../engine/context.ts";
import type { Policy } from "../../engine/policy.ts";
import type { Resource } from "../../resources/resource.ts";
import { ResourceSet } from "../../resources/resource-set.ts";
import { type AdmissionManifest, admissionManifests } from "./generate.ts";

export interface StackAdmission {
  readonly country: Country;
  readonly environment?: string;
  readonly namespace: string;
  readonly mode: "enforce" | "warn" | "off";
  /** Those that the stack makes. */
  readonly storageClasses: readonly string[];
}

export function stackManifests(
  policies: readonly Policy[],
  { country, environment, namespace, mode, storageClasses }: StackAdmission,
): AdmissionManifest[] {
  if (mode === "off") return [];
  const made = [
    object("kubernetes:core/v1:Namespace", namespace),
    ...storageClasses.map((name) => object("kubernetes:storage.k8s.io/v1:StorageClass", name)),
  ];
  const context = new PolicyContext({
    country,
    ...(environment !== undefined && { environment }),
    // Not today's date: the API server's own clock decides when a waiver expires.
    today: "1970-01-01",
    resources: new ResourceSet(made, { kind: "plan", description: "what the stack makes" }),
  });
  return admissionManifests(policies, context, { namespace, mode });
}

function object(type: string, name: string): Resource {
  return { type, name, urn: `urn:stack::${type}::${name}`, properties: { metadata: { name } } };
}
