/**
 * Secrets that no person has to know: made at random when the stack is first stood up, kept encrypted in the stack's
 * state and as a Secret of the cluster, and read by the parts from there.
 */
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import { RandomBytes } from "@pulumi/random/randomBytes.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import { metadata, type PartName } from "./part.ts";

export interface GeneratedSecretArgs {
  readonly namespace: string;
  readonly part: PartName;
  /** By key of the Secret: `password` is 48 letters and digits, `key` 32 random bytes in base64. */
  readonly values: Readonly<Record<string, "password" | "key">>;
}

export class GeneratedSecret extends ComponentResource {
  /** Of the cluster's Secret. */
  readonly secretName: string;

  constructor(name: string, args: GeneratedSecretArgs, options: ComponentResourceOptions) {
    super("rollout:components:GeneratedSecret", name, {}, options);
    const stringData: Record<string, Output<string>> = {};
    for (const [key, kind] of Object.entries(args.values)) {
      const child = `${name}-${key}`;
      stringData[key] =
        kind === "password"
          ? new RandomPassword(child, { length: 48, special: false }, { parent: this }).result
          : new RandomBytes(child, { length: 32 }, { parent: this }).base64;
    }
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
