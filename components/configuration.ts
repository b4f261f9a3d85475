/** Files that a part reads at its start: a ConfigMap, and the digest by which its pods are replaced when it changes. */
import { createHash } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type { ComponentResource, Output } from "@pulumi/pulumi";
import { metadata, type PartName } from "./part.ts";

/** On a pod's template, so that a changed file replaces the pods that read it. */
export const configurationAnnotation = "rollout/configuration";

export interface Configuration<Digest = string> {
  /** Of the ConfigMap. */
  readonly name: string;
  /** Annotation for the pods that read it. */
  readonly annotations: Record<string, Digest>;
}

/** @param files text by name. Never a secret: anyone who may read the namespace reads it. */
export function configuration(
  parent: ComponentResource,
  namespace: string,
  part: PartName,
  name: string,
  files: Readonly<Record<string, string>>,
): Configuration {
  new ConfigMap(name, { metadata: metadata(namespace, name, part), data: { ...files } }, { parent });
  return { name, annotations: { [configurationAnnotation]: digestOf(files) } };
}

/** The same of a file whose text may not be known before other resources exist. */
export function laterConfiguration(
  parent: ComponentResource,
  namespace: string,
  part: PartName,
  name: string,
  fileName: string,
  text: Output<string>,
): Configuration<Output<string>> {
  new ConfigMap(name, { metadata: metadata(namespace, name, part), data: { [fileName]: text } }, { parent });
  const digest = text.apply((known) => digestOf({ [fileName]: known }));
  return { name, annotations: { [configurationAnnotation]: digest } };
}

function digestOf(files: Readonly<Record<string, string>>): string {
  return createHash("sha256")
    .update(JSON.stringify(Object.entries(files).sort()))
    .digest("hex")
    .slice(0, 32);
}
