/** Admission policies: what the cluster's API server refuses in the stack's namespace. They are made from the kit's policies for plans. */
import type { types } from "@pulumi/kubernetes";
import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { ComponentResource, type ComponentResourceOptions } from "@pulumi/pulumi";

interface AdmissionObject {
  readonly kind: "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding";
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: unknown;
}

export interface AdmissionArgs {
  readonly objects: readonly AdmissionObject[];
}

type PolicySpec = types.input.admissionregistration.v1.ValidatingAdmissionPolicySpec;
type BindingSpec = types.input.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec;

export class AdmissionPolicies extends ComponentResource {
  constructor(name: string, { objects }: AdmissionArgs, options: ComponentResourceOptions) {
    super("rollout:components:AdmissionPolicies", name, {}, options);
    const inside = { parent: this };
    const policies = new Map<string, ValidatingAdmissionPolicy>();
    for (const { kind, metadata, spec } of objects) {
      const logicalName = `${name}-${metadata.name}`;
      const settings = { metadata: { ...metadata, labels: { ...metadata.labels } } };
      const policy = policies.get(metadata.name);
      if (kind === "ValidatingAdmissionPolicy")
        policies.set(
          metadata.name,
          new ValidatingAdmissionPolicy(logicalName, { ...settings, spec: spec as PolicySpec }, inside),
        );
      else
        new ValidatingAdmissionPolicyBinding(
          logicalName,
          { ...settings, spec: spec as BindingSpec },
          { ...inside, ...(policy !== undefined && { dependsOn: [policy] }) },
        );
    }
    this.registerOutputs();
  }
}
