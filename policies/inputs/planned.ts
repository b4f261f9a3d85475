/** A plan of this kit as resources: from the program in this process, or from a file of `rollout plan --json`. */
import { InputError } from "../../base/kit-error.ts";
import { type Plan as CountryPlan, type PlannedResource, parsePlan } from "../../plan/plan.ts";
import { providerInputs, providerReference } from "../resources/provider.ts";
import {
  displayName,
  isObject,
  type Json,
  type JsonObject,
  type Resource,
  secretMarker,
} from "../resources/resource.ts";
import { depthProblem } from "./depth.ts";

/** @throws InputError where the text is not a plan, or a resource in it is not valid. */
export function readPlan(text: string): { readonly plan: CountryPlan; readonly resources: Resource[] } {
  const plan = parsePlan(text);
  const tooDeep = depthProblem(plan as unknown as Json);
  if (tooDeep !== undefined) throw new InputError(tooDeep);
  for (const [index, resource] of plan.resources.entries()) {
    const wrong = shapeProblem(resource);
    if (wrong !== undefined) throw new InputError(`resources[${index}] ${wrong}`);
  }
  return { plan, resources: plannedResources(plan.resources) };
}

function shapeProblem(resource: unknown): string | undefined {
  if (!isObject(resource)) return "is not a resource.";
  for (const field of ["type", "name", "urn"])
    if (typeof resource[field] !== "string" || resource[field] === "") return `has no ${field}.`;
  if (!isObject(resource.properties)) return "has no properties.";
  if (!Array.isArray(resource.secrets) || typeof resource.custom !== "boolean")
    return "has no secrets or custom.";
  return undefined;
}

export function plannedResources(planned: readonly PlannedResource[]): Resource[] {
  const providers = new Map(
    planned
      .filter(({ type }) => type.startsWith("pulumi:providers:"))
      .map(({ urn, name, properties }) => [urn, providerReference(name, properties as JsonObject)]),
  );
  return planned.map((resource) => {
    const { type, name, urn, parent, custom } = resource;
    const properties = providerInputs(type, withSecrets(resource.properties, new Set(resource.secrets)));
    const provider = resource.provider === null ? undefined : providers.get(resource.provider);
    return {
      type,
      name: displayName(type, name, properties, parent),
      urn,
      properties,
      ...(provider !== undefined && { provider }),
      ...(parent !== null && { parent }),
      ...(!custom && !isOfProvider(type) && { component: true }),
    };
  });
}

/** Types that are resources whatever a plan says of them. Of Kubernetes' package, charts and files of YAML are components. */
const isOfProvider = (type: string): boolean =>
  /^(aws|random|tls|pulumi:providers):/.test(type) ||
  (type.startsWith("kubernetes:") && !/^kubernetes:(helm\.sh\/|yaml|kustomize)/.test(type));

/** The outputs of a stack, which everybody with access to its state can read, as the state holds them. */
export function stackOutputs({ outputs, country }: CountryPlan): Resource {
  const type = "pulumi:pulumi:Stack";
  const { notes: _, ...values } = outputs;
  return {
    type,
    name: `Stack/${country.toLowerCase()}`,
    urn: `urn:plan::${type}::outputs`,
    properties: values,
  };
}

/** Replaces the secrets of a plan by the marker. Their paths are like `stringData.password` and `rules[0].token`. */
function withSecrets(properties: JsonObject, secrets: ReadonlySet<string>): JsonObject {
  if (secrets.size === 0) return properties;
  const mark = (value: Json | undefined, path: string): Json => {
    if (secrets.has(path)) return secretMarker;
    if (Array.isArray(value)) return value.map((item: Json, index) => mark(item, `${path}[${index}]`));
    if (!isObject(value)) return value ?? null;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, mark(item, path === "" ? key : `${path}.${key}`)]),
    );
  };
  return mark(properties, "") as JsonObject;
}
