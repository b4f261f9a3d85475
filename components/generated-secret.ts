/**
 * Secrets that no person has to know: made at random when the stack is first stood up, kept encrypted in the stack's
 * state and as a Secret of the cluster, and read by the parts from there.
 */
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { type GeneratedKind, generatedValue } from "./generated-value.ts";
import { metadata, type PartName } from "./part.ts";

export interface GeneratedSecretArgs {
  readonly namespace: string;
  readonly part: PartName;
  /** By key of the Secret. */
  readonly values: Readonly<Record<string, GeneratedKind>>;
}

export class GeneratedSecret extends ComponentResource {
  /** Of the cluster's Secret. */
  readonly secretName: string;

  constructor(name: string, args: GeneratedSecretArgs, options: ComponentResourceOptions) {
    // The plan shows what is generated, so that its manifests can do without the state.
    super("rollout:components:GeneratedSecret", name, { values: args.values }, options);
    const stringData: Record<string, Output<string>> = {};
    for (const [key, kind] of Object.entries(args.values))
      stringData[key] = generatedValue(`${name}-${key}`, kind, { parent: this });
    new Secret(
      name,
      {
        metadata: metadata(args.namespace, name, args.part),
        type: "Opaque",
        stringData,
      },
      { parent: this },
    );
    this.secretName = name;
    this.registerOutputs({ secretName: name });
  }
}
