/** A stack's state, as `pulumi stack export` prints it: the resources that Pulumi knows, and how the state is kept. */
import { InputError } from "../../base/kit-error.ts";
import { textAt } from "../resources/properties.ts";
import { providerInputs, providerReference } from "../resources/provider.ts";
import {
  displayName,
  isObject,
  isSecret,
  type Json,
  type JsonObject,
  nameInUrn,
  type ProviderReference,
  type Resource,
  secretMarker,
} from "../resources/resource.ts";
import { depthProblem } from "./depth.ts";

/** Places that the provider chose where the program named none. */
const places = ["region", "availabilityZone", "availabilityZones", "arn"] as const;

/** @throws InputError */
export function readState(text: string): Resource[] {
  let state: Json;
  try {
    state = JSON.parse(text) as Json;
  } catch {
    throw new InputError("It is not JSON.");
  }
  const tooDeep = depthProblem(state);
  if (tooDeep !== undefined) throw new InputError(tooDeep);
  const deployment = isObject(state) ? state.deployment : undefined;
  if (!isObject(deployment)) throw new InputError("It is not a state of Pulumi: it has no deployment.");
  const listed = Array.isArray(deployment.resources) ? (deployment.resources as readonly Json[]) : [];
  const states = listed.map((resource, index) => {
    const wrong = shapeProblem(resource);
    if (wrong !== undefined) throw new InputError(`deployment.resources[${index}] ${wrong}`);
    return resource as JsonObject;
  });
  const providers = new Map(
    states
      .filter(({ type }) => String(type).startsWith("pulumi:providers:"))
      .map(({ urn, id, inputs }) => [
        `${urn}::${id}`,
        providerReference(nameInUrn(String(urn)), isObject(inputs) ? inputs : {}),
      ]),
  );
  return [stateSettings(deployment), ...states.map((resource) => stateResource(resource, providers))];
}

function shapeProblem(resource: Json): string | undefined {
  if (!isObject(resource)) return "is not a resource.";
  for (const field of ["type", "urn"])
    if (typeof resource[field] !== "string" || resource[field] === "") return `has no ${field}.`;
  return undefined;
}

/** How the state itself is kept, as a resource that policies check. */
function stateSettings(deployment: JsonObject): Resource {
  const provider = isObject(deployment.secrets_providers) ? deployment.secrets_providers : {};
  const type = typeof provider.type === "string" ? provider.type : "";
  const url = textAt(provider, "state.url");
  return {
    type: "pulumi:pulumi:State",
    name: "State/stack",
    urn: "urn:state::pulumi:pulumi:State::stack",
    properties: { secretsProvider: type, ...(url !== undefined && { secretsAddress: url }) },
  };
}

function stateResource(state: JsonObject, providers: ReadonlyMap<string, ProviderReference>): Resource {
  const type = String(state.type);
  const urn = String(state.urn);
  const logical = nameInUrn(urn);
  const isStack = type === "pulumi:pulumi:Stack";
  const outputs = isObject(state.outputs) ? (withoutCiphers(state.outputs) as JsonObject) : {};
  const inputs = isObject(state.inputs)
    ? providerInputs(type, withoutCiphers(state.inputs) as JsonObject)
    : {};
  const chosen = Object.fromEntries(
    places.filter((place) => outputs[place] !== undefined).map((place) => [place, outputs[place]]),
  );
  const properties = isStack ? outputs : type.startsWith("aws:") ? { ...chosen, ...inputs } : inputs;
  const provider = providers.get(String(state.provider ?? ""));
  const parent = typeof state.parent === "string" ? state.parent : undefined;
  return {
    type,
    name: displayName(type, logical, properties, parent),
    urn,
    ...(typeof state.id === "string" && { id: state.id }),
    properties,
    ...(provider !== undefined && { provider }),
    ...(parent !== undefined && { parent }),
    ...(state.custom !== true && !isStack && { component: true }),
  };
}

/** Encrypted values are replaced by the marker. */
function withoutCiphers(value: Json | undefined): Json {
  if (isSecret(value)) return secretMarker;
  if (Array.isArray(value)) return value.map((item: Json) => withoutCiphers(item));
  if (!isObject(value)) return value ?? null;
  return Object.fromEntries(
    Object.entries(value)
      // Pulumi's internal fields.
      .filter(([key]) => !key.startsWith("__"))
      .map(([key, item]) => [key, withoutCiphers(item)]),
  );
}
