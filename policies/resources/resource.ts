/**
 * A resource as policies see it: of a plan, of a state or of manifests, in one shape. Types are Pulumi's
 * tokens, such as `kubernetes:apps/v1:StatefulSet` and `aws:s3/bucket:Bucket`.
 */

import { nameInComponent } from "../../plan/plan.ts";
import { rememberTexts } from "./last.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** The provider of a resource: it tells the region, account or cluster. */
export interface ProviderReference {
  readonly name: string;
  readonly region?: string;
  readonly account?: string;
  /** Context of the kubeconfig. */
  readonly context?: string;
}

export interface Resource {
  readonly type: string;
  /** As a plan shows it, and as a waiver names it. From manifests: `namespace/Kind/name`. */
  readonly name: string;
  readonly urn: string;
  /** The provider's identifier, once it is known. */
  readonly id?: string;
  /** Inputs as plain JSON. Secrets and values not known before `up` are markers: see isSecret and isUnknown. */
  readonly properties: JsonObject;
  readonly provider?: ProviderReference;
  /** URN of the component that it belongs to. */
  readonly parent?: string;
  /** A component groups resources and is not one itself. */
  readonly component?: boolean;
  /** Its place in a manifest. */
  readonly source?: { readonly file: string; readonly line: number };
}

/**
 * Pulumi's own markers, so that its states and plans read the same as ours. Written out, since its runtime takes a fifth
 * of a second to load; a test holds them to it.
 */
const secretKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Replaces the value of a secret. */
export const secretMarker: JsonObject = Object.freeze({ [secretKey]: secretSignature });

export const isSecret = (value: unknown): boolean => isObject(value) && value[secretKey] === secretSignature;

/** Not known before the resource exists. */
export const isUnknown = (value: unknown): boolean => value === unknownValue;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The parts of a type token: `kubernetes:apps/v1:StatefulSet` is of package kubernetes, module apps/v1, kind StatefulSet. */
export interface TypeToken {
  readonly package: string;
  readonly module: string;
  readonly kind: string;
}

export function typeToken(type: string): TypeToken {
  const first = type.indexOf(":");
  const last = type.lastIndexOf(":");
  if (first < 0) return { package: "", module: "", kind: type };
  return { package: type.slice(0, first), module: type.slice(first + 1, last), kind: type.slice(last + 1) };
}

/** Pulumi's Kubernetes SDK names a server-side apply to an existing object `DeploymentPatch`. */
const patchSuffix = /(?<=.)Patch$/;

/**
 * The key by which a policy's types find resources. A type of Kubernetes has no version and no `Patch` in it
 * (`kubernetes:apps:StatefulSet`), so that neither hides an object; other types stay as they are.
 */
export const typeKey = rememberTexts((type: string): string => {
  const token = typeToken(type);
  if (token.package !== "kubernetes") return type;
  const group = token.module.split("/")[0] ?? "";
  // The module of a custom resource in the core group is the version only.
  const named = /^v\d/.test(group) ? "core" : group;
  return `kubernetes:${named}:${token.kind.replace(patchSuffix, "")}`;
});

/** The name of a resource in its program. */
export const nameInUrn = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);
export const logicalName = ({ urn }: Resource): string => nameInUrn(urn);

/**
 * The name for people, the same from a plan, a state and manifests: `rollout/StatefulSet/broker` for an
 * object of a cluster, `Bucket/backups` for anything else.
 * @param parent URN of its component, whose name is left out.
 */
export function displayName(
  type: string,
  logical: string,
  properties: JsonObject,
  parent?: string | null,
): string {
  const token = typeToken(type);
  const kind = token.kind.replace(token.package === "kubernetes" ? patchSuffix : /$^/, "");
  const metadata = isObject(properties.metadata) ? properties.metadata : {};
  const own = [metadata.name, metadata.generateName].find((name) => typeof name === "string" && name !== "");
  if (token.package === "pulumi" && token.module === "providers") return `Provider/${logical}`;
  if (token.package !== "kubernetes" || own === undefined)
    return `${kind}/${nameInComponent(type, logical, parent)}`;
  const namespace = typeof metadata.namespace === "string" ? `${metadata.namespace}/` : "";
  return `${namespace}${kind}/${String(own)}`;
}
