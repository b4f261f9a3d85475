/**
 * A random value that the stack's state makes once and then keeps, encrypted. The engine's own `Stash` holds it: no plugin
 * is needed, and the value outlives a lost cluster.
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
  // Each run makes another; the first is kept.
  return new Stash(name, { input: secret(value) }, { ...options, ignoreChanges: ["input"] })
    .output as Output<string>;
}
