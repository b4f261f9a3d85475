/** Objects of the operators' and the gateway's own kinds, typed by their published schemas. */
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import type { ObjectMetadata } from "./part.ts";

export interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
}

/** Declares one such object; the type argument names its kind, as in `customResource<ICertificate>(…)`. */
export function customResource<T extends CustomObject>(
  name: string,
  object: Pick<T, "apiVersion" | "kind" | "spec"> & { metadata: ObjectMetadata },
  options: CustomResourceOptions,
): CustomResource {
  return new CustomResource(name, object, options);
}
