/** The policies that the stack's cluster enforces at admission. */
import type { AdmissionManifest } from "../../policies/enforcement/admission/generate.ts";
import { stackManifests } from "../../policies/enforcement/admission/stack-manifests.ts";
import { policies } from "../../policies/rules/catalogue.ts";
import type { KubernetesSettings, StackInput } from "./stack.ts";

interface AdmissionSettings {
  readonly namespace: string;
  readonly mode: KubernetesSettings["admission"];
  /** The one that the stack makes. */
  readonly storageClass: string | undefined;
}

export const stackAdmission = (
  { country, environment }: Pick<StackInput, "country" | "environment">,
  { namespace, mode, storageClass }: AdmissionSettings,
): AdmissionManifest[] =>
  stackManifests(policies, {
    country,
    ...(environment !== undefined && { environment }),
    namespace,
    mode,
    storageClasses: storageClass === undefined ? [] : [storageClass],
  });
