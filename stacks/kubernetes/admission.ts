/** The policies that a stack's own cluster enforces at admission. */
import { type AdmissionManifest, admissionManifests } from "../../policies/enforcement/admission/generate.ts";
import { PolicyContext } from "../../policies/engine/context.ts";
import type { Resource } from "../../policies/engine/resource.ts";
import { ResourceSet } from "../../policies/engine/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import type { KubernetesSettings, StackInput } from "./stack.ts";

export interface AdmissionPlace {
  readonly namespace: string;
  readonly mode: KubernetesSettings["admission"];
  /** That the stack makes. */
  readonly storageClass: string | undefined;
}

export function stackAdmission(
  { country, environment }: Pick<StackInput, "country" | "environment">,
  { namespace, mode, storageClass }: AdmissionPlace,
): AdmissionManifest[] {
  if (mode === "off") return [];
  const made = [
    object("kubernetes:core/v1:Namespace", namespace),
    ...(storageClass === undefined
      ? []
      : [object("kubernetes:storage.k8s.io/v1:StorageClass", storageClass)]),
  ];
  const context = new PolicyContext({
    country,
    ...(environment !== undefined && { environment }),
    // The API server has a clock of its own: the same policies hold until a waiver's last day and after it.
    today: "1970-01-01",
    plan: new ResourceSet(made, { kind: "plan", description: "what the stack makes" }),
  });
  return admissionManifests(policies, context, { namespace, mode });
}

function object(type: string, name: string): Resource {
  return { type, name, urn: `urn:stack::${type}::${name}`, properties: { metadata: { name } } };
}
