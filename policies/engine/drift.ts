/** How what runs differs from what was planned. What the cluster adds by itself is left out. */

import { amount } from "../resources/amount.ts";
import { namespaceOf, textMapAt } from "../resources/properties.ts";
import {
  isObject,
  isSecret,
  isUnknown,
  type Json,
  type JsonObject,
  type Resource,
  typeKey,
  typeToken,
} from "../resources/resource.ts";
import { objectName, type ResourceSet } from "../resources/resource-set.ts";
import { textsOf } from "../resources/texts.ts";

export interface DriftedField {
  readonly path: string;
  readonly planned: Json;
  readonly live: Json | undefined;
}

const isInCluster = ({ type, properties }: Resource): boolean =>
  typeToken(type).package === "kubernetes" && isObject(properties.metadata);

/** The same for a planned and a live object, whatever version of the kind each names. */
const identity = (resource: Resource): string =>
  `${typeKey(resource.type)} ${isObject(resource.properties.metadata) && resource.properties.metadata.namespace !== undefined ? namespaceOf(resource) : ""} ${objectName(resource)}`;

export interface DriftReport {
  readonly missing: readonly Resource[];
  readonly extra: readonly Resource[];
  readonly changed: readonly { readonly live: Resource; readonly differences: readonly DriftedField[] }[];
}

export function compareWithPlan(planned: ResourceSet, live: ResourceSet): DriftReport {
  const wanted = new Map(planned.all.filter(isInCluster).map((resource) => [identity(resource), resource]));
  const found = new Map(live.all.map((resource) => [identity(resource), resource]));
  const changed = [...wanted].flatMap(([key, resource]) => {
    const there = found.get(key);
    if (there === undefined) return [];
    const differences = differencesOf(resource, there);
    return differences.length === 0 ? [] : [{ live: there, differences }];
  });
  const known = new MadeByTheCluster(planned, live);
  return {
    missing: [...wanted].filter(([key]) => !found.has(key)).map(([, resource]) => resource),
    extra: [...found]
      .filter(([key, resource]) => !wanted.has(key) && !known.has(resource))
      .map(([, resource]) => resource),
    changed,
  };
}

function differencesOf(planned: Resource, live: Resource): DriftedField[] {
  const { apiVersion: _, kind: _kind, metadata, stringData, status: _status, ...rest } = planned.properties;
  const differences: DriftedField[] = [];
  for (const part of ["labels", "annotations"] as const) {
    const wanted = isObject(metadata) ? metadata[part] : undefined;
    const there = isObject(live.properties.metadata) ? live.properties.metadata[part] : undefined;
    compareValues(wanted, there, `metadata.${part}`, differences);
  }
  for (const [key, value] of Object.entries(rest))
    compareValues(value, live.properties[key], key, differences);
  // Of a Secret only the keys are compared.
  for (const key of Object.keys(isObject(stringData) && !isSecret(stringData) ? stringData : {}))
    if (!textMapAt(live.properties, "data").has(key))
      differences.push({ path: `data.${key}`, planned: "a value", live: undefined });
  return differences;
}

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined ||
  value === null ||
  value === "" ||
  value === false ||
  value === 0 ||
  (typeof value === "object" && Object.values(value).every((item) => isEmpty(item)));

function compareValues(
  planned: Json | undefined,
  live: Json | undefined,
  path: string,
  into: DriftedField[],
): void {
  const isSet = planned !== undefined && planned !== null;
  const isHidden = isSecret(planned) || isUnknown(planned);
  if (!isSet || isHidden || (isEmpty(planned) && isEmpty(live))) return;
  if (Array.isArray(planned) && Array.isArray(live)) compareLists(planned, live, path, into);
  else if (isObject(planned) && isObject(live))
    for (const [key, value] of Object.entries(planned))
      compareValues(value, live[key], /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}["${key}"]`, into);
  else if (!isSameScalar(planned, live)) into.push({ path, planned: planned ?? null, live });
}

/** Items with a name are compared by name: their order has no meaning. */
function compareLists(
  planned: readonly Json[],
  live: readonly Json[],
  path: string,
  into: DriftedField[],
): void {
  const nameOf = (item: Json | undefined) =>
    isObject(item) && typeof item.name === "string" ? item.name : undefined;
  if (planned.length !== live.length)
    into.push({ path, planned: without(planned, live), live: without(live, planned) });
  else
    for (const [index, item] of planned.entries()) {
      const name = nameOf(item);
      const other = name === undefined ? live[index] : live.find((candidate) => nameOf(candidate) === name);
      compareValues(item, other, `${path}[${index}]`, into);
    }
}

/** The items that the others lack. */
function without(items: readonly Json[], others: readonly Json[]): Json {
  return items.filter((item) => others.every((other) => !isSame(item, other) && !isSame(other, item)));
}

function isSame(planned: Json, live: Json): boolean {
  const differences: DriftedField[] = [];
  compareValues(planned, live, "", differences);
  return differences.length === 0;
}

function isSameScalar(planned: Json | undefined, live: Json | undefined): boolean {
  if (planned === live || String(planned) === String(live)) return true;
  const [one, other] = [amount(planned), amount(live)];
  return one !== undefined && one === other;
}

/** Made by the cluster, and by CloudNativePG in each namespace with a database. */
const ownConfigMaps = new Set(["kube-root-ca.crt", "cnpg-default-monitoring"]);

/** What a cluster and its operators make in addition to what was planned. */
class MadeByTheCluster {
  readonly #namesInPlan: ReadonlySet<string>;
  readonly #pairs: ReadonlySet<string>;
  readonly #claims: readonly string[];

  constructor(planned: ResourceSet, live: ResourceSet) {
    this.#namesInPlan = new Set(
      planned.all.flatMap((resource) => textsOf(resource).map(({ value }) => value)),
    );
    this.#pairs = live.names.pairs;
    this.#claims = planned
      .ofTypes(["kubernetes:apps/*:StatefulSet"])
      .flatMap((set) =>
        claimTemplatesOf(set.properties).map((claim) => `${namespaceOf(set)}/${claim}-${objectName(set)}-`),
      );
  }

  has(resource: Resource): boolean {
    const { type, properties } = resource;
    const { kind } = typeToken(type);
    const name = objectName(resource);
    const metadata = isObject(properties.metadata) ? properties.metadata : {};
    // It belongs to an operator, to a controller or to the whole cluster.
    if (Array.isArray(metadata.ownerReferences) && metadata.ownerReferences.length > 0) return true;
    if (metadata.namespace === undefined) return true;
    switch (kind) {
      case "ServiceAccount":
        return name === "default";
      case "ConfigMap":
        return ownConfigMaps.has(name) || this.#namesInPlan.has(name);
      case "Endpoints":
        return this.#pairs.has(`${name}.${namespaceOf(resource)}`);
      case "Secret":
        // The plan names it; the team or an operator makes it.
        return (
          this.#namesInPlan.has(name) ||
          textMapAt(metadata, "annotations").has("cert-manager.io/certificate-name")
        );
      case "PersistentVolumeClaim":
        return this.#claims.some((start) => `${namespaceOf(resource)}/${name}`.startsWith(start));
      default:
        return false;
    }
  }
}

function claimTemplatesOf(properties: JsonObject): string[] {
  const templates = isObject(properties.spec) ? properties.spec.volumeClaimTemplates : undefined;
  return Array.isArray(templates)
    ? templates.map((template) =>
        isObject(template) && isObject(template.metadata) ? String(template.metadata.name) : "",
      )
    : [];
}
