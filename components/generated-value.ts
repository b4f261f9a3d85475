/**
 * A random value that is made once and then stored, encrypted, in the stack's state. The engine's own resource `Stash` holds
 * it: this needs no plugin, and the value survives the loss of the cluster.
 */
import { randomBytes } from "node:crypto";
import { type CustomResourceOptions, type Output, Stash, secret } from "@pulumi/pulumi";

/** `password` is 48 hexadecimal digits, `key` 32 bytes in base64. */
export type GeneratedKind = "password" | "key";

export function generatedValue(
  name: string,
  kind: GeneratedKind,
  options: CustomResourceOptions,
): Output<string> {
  const value = kind === "password" ? randomBytes(24).toString("hex") : randomBytes(32).toString("base64");
  // Each run makes another value; the state keeps the first.
  return new Stash(name, { input: secret(value) }, { ...options, ignoreChanges: ["input"] })
    .output as Output<string>;
}
