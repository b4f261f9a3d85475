/** What a policy checks by: the country's file, the day, the resources, and where regions, zones and hosts are. */
import { type AwsZone, awsZone } from "../../localisation/cloud-geography.ts";
import { covers } from "../../localisation/rules/endpoints.ts";
import type { Country } from "../../localisation/schema/country.ts";
import type { DataClassName } from "../../localisation/schema/residency.ts";
import { AddressSet, addressRange, isInternalAddress, type ParsedRange } from "../resources/addresses.ts";
import { ResourceSet } from "../resources/resource-set.ts";
import { type RegisteredHost, regionOfHost, registeredHosts } from "./known-hosts.ts";
import { regionName } from "./place-names.ts";
import type { Unread } from "./unread.ts";
import { WaiverBook } from "./waivers.ts";

export interface ContextOptions {
  readonly country: Country;
  readonly environment?: string;
  /** YYYY-MM-DD. */
  readonly today: string;
  /** What is checked. */
  readonly resources?: ResourceSet;
  /** What the file plans, where `resources` is what runs. */
  readonly planned?: ResourceSet;
  /** Kinds of running objects that the login may not list. */
  readonly unreadable?: readonly string[];
  readonly unread?: readonly Unread[];
}

/** Where a host is, by the file and the resources. */
export type HostLocation =
  /** The stack itself: its cluster, its network, its own names. */
  | { readonly kind: "own" }
  | { readonly kind: "registered"; readonly endpoint: RegisteredHost }
  /** AWS, in a region that the file allows. */
  | { readonly kind: "allowed-region"; readonly region: string }
  | { readonly kind: "foreign-region"; readonly region: string }
  | { readonly kind: "unregistered" };

export class PolicyContext {
  readonly country: Country;
  readonly environment: string | undefined;
  readonly today: string;
  readonly resources: ResourceSet;
  readonly planned: ResourceSet | undefined;
  readonly unreadable: readonly string[];
  readonly unread: readonly Unread[];
  readonly waivers: WaiverBook;
  readonly registeredHosts: readonly RegisteredHost[];
  /** Zones of the target that pods and volumes may use; empty where the whole cluster counts as in the country. */
  readonly clusterZones: readonly string[];
  readonly #allowedRegions: ReadonlyMap<string, readonly string[] | undefined>;
  readonly #addresses: AddressSet;
  readonly #storageCountries: ReadonlySet<string>;
  readonly #articles = new Map<string, readonly string[]>();
  readonly #locations = new Map<string, HostLocation>();

  constructor({ country, environment, today, resources, planned, unreadable, unread }: ContextOptions) {
    this.country = country;
    this.environment = environment;
    this.today = today;
    this.resources =
      resources ?? new ResourceSet([], { kind: "file", description: "the localisation file alone" });
    this.planned = planned;
    this.unreadable = unreadable ?? [];
    this.unread = unread ?? [];
    this.waivers = new WaiverBook(country, today);
    const { residency, hosting } = country;
    this.registeredHosts = registeredHosts(country);
    this.clusterZones = (hosting.target === "aws" ? hosting.aws?.zones : hosting.kubernetes?.zones) ?? [];
    this.#allowedRegions = new Map(residency.regions.map(({ region, zones }) => [region, zones]));
    this.#addresses = new AddressSet(residency.endpoints.flatMap(({ addresses }) => [...addresses]));
    this.#storageCountries = new Set(
      Object.values(residency.dataClasses).flatMap(({ restsIn }) => [...restsIn]),
    );
  }

  get inProduction(): boolean {
    return this.environment === "production";
  }

  /** Countries in which data of all these classes may be stored; with no class, those of any class. */
  storageCountries(classes: readonly DataClassName[]): string[] {
    const lists = classes.map((name) => this.country.residency.dataClasses[name].restsIn);
    return (lists[0] ?? [...this.#storageCountries]).filter((code) =>
      lists.every((list) => list.includes(code)),
    );
  }

  /** Whether data of this class may be sent to a country at all; a record of the transfer is another question. */
  mayGoTo(name: DataClassName, code: string): boolean {
    const { restsIn, crossBorder } = this.country.residency.dataClasses[name];
    if (restsIn.includes(code)) return true;
    return (
      crossBorder.transfer !== "forbidden" && (crossBorder.to === undefined || crossBorder.to.includes(code))
    );
  }

  /** The articles by which the country protects these classes of data, as `law:article`. */
  articlesOf(classes: readonly DataClassName[]): readonly string[] {
    const key = classes.join();
    let articles = this.#articles.get(key);
    if (articles === undefined) {
      const { dataClasses } = this.country.residency;
      articles = [...new Set(classes.flatMap((name) => dataClasses[name].articles))];
      this.#articles.set(key, articles);
    }
    return articles;
  }

  isAllowedRegion(region: string): boolean {
    return this.#allowedRegions.has(region);
  }

  /** A zone of an allowed region, in a country where data may be stored, that the file does not leave out. */
  isAllowedZone(name: string): boolean {
    const zone: AwsZone | undefined = awsZone(name);
    if (zone === undefined || !this.#allowedRegions.has(zone.region)) return false;
    return this.#allowedRegions.get(zone.region)?.includes(name) ?? this.#storageCountries.has(zone.country);
  }

  /** The regions as a list in a sentence; empty where the file allows none. */
  get allowedRegions(): string {
    return [...this.#allowedRegions.keys()].join(", ");
  }

  get allowedZones(): string {
    return [...this.#allowedRegions.values()].flatMap((zones) => zones ?? []).join(", ");
  }

  isRegisteredAddress(range: ParsedRange): boolean {
    return this.#addresses.contains(range);
  }

  /**
   * How a message names a host that the stack may not reach: `a.example.com, which the file does not register`.
   * Undefined for a host that it may reach.
   */
  outside(name: string): string | undefined {
    const location = this.locationOf(name);
    const host = name.replace(/\.$/, "");
    if (location.kind === "unregistered") return `${host}, which the file does not register`;
    return location.kind === "foreign-region" ? `${host} in ${regionName(location.region)}` : undefined;
  }

  /** @param host with a dot at its end where the cluster's short names do not count. */
  locationOf(host: string): HostLocation {
    let location = this.#locations.get(host);
    if (location === undefined) {
      location = this.#locate(host);
      // Manifests from anywhere may name any number of hosts.
      if (this.#locations.size < 10_000) this.#locations.set(host, location);
    }
    return location;
  }

  #locate(name: string): HostLocation {
    const absolute = name.endsWith(".");
    const host = absolute ? name.slice(0, -1) : name;
    const range = addressRange(host);
    if (range !== undefined)
      return isInternalAddress(range) || this.isRegisteredAddress(range)
        ? { kind: "own" }
        : { kind: "unregistered" };
    if (this.#isOwnName(host, absolute)) return { kind: "own" };
    const endpoint = this.registeredHosts.find((registered) => covers(registered.host, host));
    if (endpoint !== undefined) return { kind: "registered", endpoint };
    const region = regionOfHost(host);
    if (region === undefined) return { kind: "unregistered" };
    return { kind: this.isAllowedRegion(region) ? "allowed-region" : "foreign-region", region };
  }

  /** @param absolute the pod asks for the name as it stands first, before it tries the cluster's names. */
  #isOwnName(host: string, absolute: boolean): boolean {
    const labels = host.split(".");
    const last = labels.at(-1) ?? "";
    // One label is a Service of the pod's own namespace, or the machine.
    if (labels.length === 1 || last === "localhost") return true;
    if (/\.(svc|pod)(\.cluster\.local)?$/.test(`.${host}`) || /(^|\.)cluster\.local$/.test(host)) return true;
    if (/^ip-[\d-]+\.[a-z0-9-]+\.compute\.internal$/.test(host) || host === "ec2.internal") return true;
    const { services, namespaces, pairs } = this.resources.names;
    // `service.namespace` and `pod.service`.
    const isPair = labels.length === 2 && !absolute;
    if (isPair && (pairs.has(host) || namespaces.has(last) || services.has(last))) return true;
    const { kubernetes, aws } = this.country.hosting;
    return [kubernetes?.domain, aws?.domain].some(
      (domain) => domain !== undefined && (host === domain || host.endsWith(`.${domain}`)),
    );
  }
}
