/** Files that a part reads at its start: a ConfigMap, and the digest by which its pods are replaced when it changes. */
import { createHash } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import type { ComponentResource } from "@pulumi/pulumi";
import { metadata, type PartName } from "./part.ts";

/** On a pod's template, so that a changed file replaces the pods that read it. */
export const configurationAnnotation = "rollout/configuration";

export interface Configuration {
  /** Of the ConfigMap. */
  readonly name: string;
  /** Annotation for the pods that read it. */
  readonly annotations: Record<string, string>;
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
  const digest = createHash("sha256")
    .update(JSON.stringify(Object.entries(files).sort()))
    .digest("hex");
  return { name, annotations: { [configurationAnnotation]: digest.slice(0, 32) } };
}
