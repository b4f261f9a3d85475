/** The resources that are checked together, found by their type. */
import { isTopLevelDomain } from "./host-names.ts";
import { isObject, isUnknown, logicalName, type Resource, typeKey, typeToken } from "./resource.ts";

export interface ResourceSource {
  /** Where the resources come from, for people: `plan of za.yaml`, `manifests in deploy/`. */
  readonly description: string;
  readonly kind: "plan" | "manifests" | "state" | "live" | "file";
}

/** Names by which pods reach each other. None that is a top-level domain: `collect.dev` is on the internet. */
export interface ClusterNames {
  readonly services: ReadonlySet<string>;
  readonly namespaces: ReadonlySet<string>;
  /** `service.namespace` of each Service. The cluster's names are asked first, so these may be any. */
  readonly pairs: ReadonlySet<string>;
}

/** Types of Kubernetes that group objects; the others of a cloud's or a cluster's package are resources. */
const groups = /^kubernetes:(helm\.sh|yaml|kustomize)(\/v\d)?:(Chart|ConfigFile|ConfigGroup|Directory)$/;
const clouds =
  /^(aws|aws-native|azure|azure-native|gcp|google-native|kubernetes|alicloud|digitalocean|cloudflare|oci):/;

/** Whether a type is a resource of a cloud or a cluster, whatever its entry in a plan says of it. */
const isCloudResource = (type: string): boolean => clouds.test(type) && !groups.test(type);

export class ResourceSet {
  /** Components left out: they group resources and are none themselves. */
  readonly all: readonly Resource[];
  readonly source: ResourceSource;
  readonly #byType = new Map<string, Resource[]>();
  readonly #byPackage = new Map<string, Resource[]>();
  #names: ClusterNames | undefined;

  constructor(resources: readonly Resource[], source: ResourceSource) {
    this.all = resources.filter((resource) => !resource.component || isCloudResource(resource.type));
    this.source = source;
    for (const resource of this.all) {
      append(this.#byType, typeKey(resource.type), resource);
      append(this.#byPackage, typeToken(resource.type).package, resource);
    }
  }

  /** Resources of one of these types: `kubernetes:apps/*:StatefulSet`, `aws:s3/bucket:Bucket`, `aws:*`, `*`. */
  ofTypes(types: readonly string[]): readonly Resource[] {
    if (types.length === 1) return this.#ofType(types[0] ?? "");
    return [...new Set(types.flatMap((type) => this.#ofType(type)))];
  }

  #ofType(type: string): readonly Resource[] {
    if (type === "*") return this.all;
    if (type.endsWith(":*")) return this.#byPackage.get(type.slice(0, -2)) ?? [];
    return this.#byType.get(typeKey(type)) ?? [];
  }

  get names(): ClusterNames {
    if (this.#names === undefined) {
      const services = new Set<string>();
      const namespaces = new Set<string>();
      const pairs = new Set<string>();
      for (const resource of this.#byPackage.get("kubernetes") ?? []) {
        const key = typeKey(resource.type);
        const name = objectName(resource);
        const namespace = metadataOf(resource, "namespace") ?? "default";
        if (key === "kubernetes:core:Service") {
          pairs.add(`${name}.${namespace}`);
          if (!isTopLevelDomain(name)) services.add(name);
        }
        for (const named of key === "kubernetes:core:Namespace" ? [name, namespace] : [namespace])
          if (!isTopLevelDomain(named)) namespaces.add(named);
      }
      this.#names = { services, namespaces, pairs };
    }
    return this.#names;
  }
}

/** Name of the object in its cluster; its name in the program where that is not known yet. */
export const objectName = (resource: Resource): string =>
  metadataOf(resource, "name") ?? logicalName(resource);

/** All names are read together, so one that is not known yet must not throw. */
function metadataOf({ properties }: Resource, field: "name" | "namespace"): string | undefined {
  const value = isObject(properties.metadata) ? properties.metadata[field] : undefined;
  return typeof value === "string" && value !== "" && !isUnknown(value) ? value : undefined;
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
