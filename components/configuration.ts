/** Files that a part reads when it starts: a ConfigMap, and a digest of it that replaces the part's pods when it changes. */
import { createHash } from "node:crypto";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { type CustomResourceOptions, type Input, type Output, output } from "@pulumi/pulumi";
import { metadata, type PartName } from "./part.ts";

/** On a pod's template, so that a changed file replaces the pods that read it. */
export const configurationAnnotation = "rollout/configuration";

export interface Configuration<Digest = string> {
  /** Of the ConfigMap. */
  readonly name: string;
  /** Annotation for the pods that read it. */
  readonly annotations: Record<string, Digest>;
}

export interface ConfigurationArgs<Text = string> {
  readonly namespace: string;
  readonly part: PartName;
  /** Of the ConfigMap in the cluster. */
  readonly objectName: string;
  /** Text by file name. Never a secret: anyone who may read the namespace reads it. */
  readonly files: Readonly<Record<string, Text>>;
}

export function configuration(
  name: string,
  args: ConfigurationArgs,
  options: CustomResourceOptions,
): Configuration {
  declare(name, args, options);
  return { name: args.objectName, annotations: { [configurationAnnotation]: digestOf(args.files) } };
}

/** The same for files whose text may not be known before other resources exist. */
export function laterConfiguration(
  name: string,
  args: ConfigurationArgs<Output<string>>,
  options: CustomResourceOptions,
): Configuration<Output<string>> {
  declare(name, args, options);
  const digest = output(args.files).apply((known) => digestOf(known));
  return { name: args.objectName, annotations: { [configurationAnnotation]: digest } };
}

function declare(
  name: string,
  { namespace, part, objectName, files }: ConfigurationArgs<Input<string>>,
  options: CustomResourceOptions,
): void {
  new ConfigMap(name, { metadata: metadata(namespace, objectName, part), data: { ...files } }, options);
}

function digestOf(files: Readonly<Record<string, string>>): string {
  return createHash("sha256")
    .update(JSON.stringify(Object.entries(files).sort()))
    .digest("hex")
    .slice(0, 32);
}
