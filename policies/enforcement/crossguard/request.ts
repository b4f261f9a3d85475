/**
 * A request of the engine to the pack, as the resource that policies check. The library unpacks secrets into plain values
 * and turns values that are not known yet into exceptions. Policies need both as markers, to give the same verdict as on
 * a plan.
 */
import { createRequire } from "node:module";
import type { PolicyProviderResource } from "@pulumi/policy";
import { providerInputs, providerReference } from "../../resources/provider.ts";
import {
  displayName,
  isObject,
  isSecret,
  type Json,
  type JsonObject,
  type Resource,
  secretMarker,
  unknownValue,
} from "../../resources/resource.ts";

/** The fields that the validations of a resource and of a stack have in common. */
export interface RequestedResource {
  readonly type: string;
  readonly name: string;
  readonly urn: string;
  // biome-ignore lint/suspicious/noExplicitAny: the library's own type
  readonly props: Record<string, any>;
  readonly provider?: PolicyProviderResource;
  readonly parent?: string;
}

/** The library's markers of values that are not known yet: one for each type that the value will have. */
const unknownValues: ReadonlySet<unknown> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  unknownValue,
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

interface Struct {
  toJavaScript(): Record<string, unknown>;
}

/**
 * Makes the library pass on what the engine sent, markers included. Its pinned version reads each request by the function
 * that this replaces; otherwise every password of a plan would look like plain text.
 */
export function keepMarkers(): void {
  const require = createRequire(import.meta.url);
  const reading = require("@pulumi/policy/deserialize") as {
    deserializeProperties(properties: Struct, secrets: boolean): object;
  };
  // The library reads a request once for each policy.
  const read = new WeakMap<Struct, JsonObject>();
  reading.deserializeProperties = (properties) => {
    const known = read.get(properties);
    if (known !== undefined) return known;
    const value = withMarkers(properties.toJavaScript()) as JsonObject;
    read.set(properties, value);
    return value;
  };
}

function withMarkers(value: unknown): Json {
  if (unknownValues.has(value)) return unknownValue;
  if (Array.isArray(value)) return value.map(withMarkers);
  if (typeof value !== "object" || value === null) return (value ?? null) as Json;
  if (isSecret(value)) return secretMarker;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .map(([key, item]) => [key, withMarkers(item)]),
  );
}

/** The properties without the library's proxy, which throws at a value that is not known yet. */
const unguarded = (properties: RequestedResource["props"]): JsonObject =>
  (properties.__getSpecialProxyTarget ?? properties) as JsonObject;

export function requestedResource(request: RequestedResource): Resource {
  const { type, urn, provider, parent } = request;
  const properties = providerInputs(type, unguarded(request.props));
  // A component has no provider.
  const component = provider === undefined && !type.startsWith("pulumi:providers:");
  const reference =
    provider === undefined ? undefined : providerReference(provider.name, unguarded(provider.props));
  return {
    type,
    name: displayName(type, request.name, properties, parent),
    urn,
    properties,
    ...(reference !== undefined && { provider: reference }),
    ...(parent !== undefined && { parent }),
    ...(component && { component: true }),
  };
}

/** Reads a value through the library's proxy, which makes the library report that the policy waits for it. */
export function touch(properties: RequestedResource["props"], path: string): void {
  let value: unknown = properties;
  for (const segment of path.split(/[.[\]]+/)) {
    if (segment === "" || !isObject(value)) continue;
    value = value[segment];
  }
}
