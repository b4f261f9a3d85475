/** A plan: every resource that a stack would have, as plain data. It contains no secret and no state of a cluster. */

import { InputError } from "../base/kit-error.ts";
export const planFormat = "rollout-plan/1";

/** Takes the place of a secret's value in a plan. */
export const secretPlaceholder = "[secret]";

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
export type Properties = { readonly [key: string]: Value };

export interface PlannedResource {
  /** Pulumi's type, such as `kubernetes:apps/v1:StatefulSet`. */
  readonly type: string;
  /** Of the engine; in a saved plan as people call the resource. The engine's is in the URN too. */
  readonly name: string;
  readonly urn: string;
  /** URN; null for the stack itself. */
  readonly parent: string | null;
  /** False for components, which only group others. */
  readonly custom: boolean;
  /** URN of the provider that makes it; null for components and default providers. */
  readonly provider: string | null;
  readonly properties: Properties;
  /** Paths in `properties` with secret values, such as `stringData.password`. */
  readonly secrets: readonly string[];
  /** URNs of resources that must exist before it. */
  readonly dependencies: readonly string[];
}

export interface Plan {
  readonly format: typeof planFormat;
  /** Version of the kit. */
  readonly kit: string;
  readonly country: string;
  readonly environment: string | null;
  readonly target: string;
  /** SHA-256 of the localisation file. */
  readonly localisation: string;
  /** Sorted by URN. */
  readonly resources: readonly PlannedResource[];
  readonly outputs: Properties;
}

/** @throws InputError */
export function parsePlan(text: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError("It is not JSON.");
  }
  const format = (value as { format?: unknown } | null)?.format;
  if (format !== planFormat)
    throw new InputError(
      format === undefined
        ? "It is not a plan."
        : `It is a plan in the format ${String(format).slice(0, 40)}; this version reads ${planFormat}.`,
    );
  if (!Array.isArray((value as Plan).resources)) throw new InputError("It has no resources.");
  return value as Plan;
}

/** `kubernetes:apps/v1:StatefulSet` gives `StatefulSet`. */
export function kindOf(resource: Pick<PlannedResource, "type">): string {
  return resource.type.slice(resource.type.lastIndexOf(":") + 1);
}

/**
 * What people call a resource: an object of a cluster by its own name, any other as `nameInComponent` has it. The engine's
 * name (`keys-identity`) is made to be unique.
 */
export function shownName({
  type,
  name,
  parent,
  properties,
}: Pick<PlannedResource, "type" | "name" | "parent" | "properties">): string {
  const own = type.startsWith("kubernetes:") ? at(properties, "metadata", "name") : undefined;
  return typeof own === "string" ? own : nameInComponent(type, name, parent);
}

/** A plan to save, whose resources have the names that people and clusters know. */
export const saveable = (plan: Plan): Plan => ({
  ...plan,
  resources: plan.resources.map((resource) => ({ ...resource, name: shownName(resource) })),
});

/**
 * A resource's name without the name of the kit's component that made it: `identity` of `keys-identity` in `keys`.
 * @param parent its URN.
 */
export function nameInComponent(type: string, name: string, parent: string | null | undefined): string {
  const [types = "", component = ""] = parent?.split("::").slice(-2) ?? [];
  const ofComponent = /(^|\$)rollout:[^$]+$/.test(types) && /^(aws|kubernetes|rollout:aws):/.test(type);
  return ofComponent && name.startsWith(`${component}-`) ? name.slice(component.length + 1) : name;
}

/** Whether it is an object of the cluster, which has a manifest. */
export function isManifest({ type, custom }: PlannedResource): boolean {
  return custom && type.startsWith("kubernetes:") && !type.startsWith("kubernetes:helm.sh/");
}

/** The value at a path; undefined where there is none. */
export function at(value: Value | undefined, ...path: readonly (string | number)[]): Value | undefined {
  let here: Value | undefined = value;
  for (const key of path) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as { readonly [key: string]: Value })[key];
  }
  return here;
}
