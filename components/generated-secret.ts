/**
 * Secrets that no person has to know: made at random by the first `up`, stored encrypted in the stack's state and as a
 * Secret of the cluster, from which the parts read them.
 */
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { type GeneratedKind, generatedValue } from "./generated-value.ts";
import { metadata, type PartName } from "./part.ts";

export interface GeneratedSecretArgs {
  readonly namespace: string;
  readonly part: PartName;
  /** In the cluster. */
  readonly secretName: string;
  /** By key of the Secret. */
  readonly values: Readonly<Record<string, GeneratedKind>>;
}

export class GeneratedSecret extends ComponentResource {
  /** In the cluster. */
  readonly secretName: string;

  constructor(name: string, args: GeneratedSecretArgs, options: ComponentResourceOptions) {
    // The plan shows which values are generated: its manifests are used without the state.
    super("rollout:components:GeneratedSecret", name, { values: args.values }, options);
    const inside = { parent: this };
    const stringData: Record<string, Output<string>> = {};
    for (const [key, kind] of Object.entries(args.values))
      stringData[key] = generatedValue(`${name}-${key}`, kind, inside);
    new Secret(
      name,
      { metadata: metadata(args.namespace, args.secretName, args.part), type: "Opaque", stringData },
      inside,
    );
    this.secretName = args.secretName;
    this.registerOutputs({ secretName: this.secretName });
  }
}
