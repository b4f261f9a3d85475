/** The policies that the stack's cluster enforces at admission. */
import { type AdmissionManifest, admissionManifests } from "../../policies/enforcement/admission/generate.ts";
import { PolicyContext } from "../../policies/engine/context.ts";
import type { Resource } from "../../policies/resources/resource.ts";
import { ResourceSet } from "../../policies/resources/resource-set.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import type { KubernetesSettings, StackInput } from "./stack.ts";

interface AdmissionSettings {
  readonly namespace: string;
  readonly mode: KubernetesSettings["admission"];
  /** The one that the stack makes. */
  readonly storageClass: string | undefined;
}

export function stackAdmission(
  { country, environment }: Pick<StackInput, "country" | "environment">,
  { namespace, mode, storageClass }: AdmissionSettings,
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
    // Not today's date: the API server's own clock decides when a waiver expires.
    today: "1970-01-01",
    resources: new ResourceSet(made, { kind: "plan", description: "what the stack makes" }),
  });
  return admissionManifests(policies, context, { namespace, mode });
}

function object(type: string, name: string): Resource {
  return { type, name, urn: `urn:stack::${type}::${name}`, properties: { metadata: { name } } };
}
