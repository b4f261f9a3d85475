/** What a policy judges by: the country's file, the day, the plan, and where each place of the world lies by them. */
import { type AwsZone, awsRegions, awsZone } from "../../localisation/cloud-geography.ts";
import type { Country, Endpoint } from "../../localisation/schema/country.ts";
import { countryName } from "../../localisation/schema/formats.ts";
import type { DataClassName } from "./policy.ts";
import { AddressSet, addressRange, isInternalAddress, type ParsedRange } from "./reading/addresses.ts";
import { ResourceSet } from "./resource-set.ts";
import { WaiverBook } from "./waivers.ts";

export interface ContextOptions {
  readonly country: Country;
  readonly environment?: string;
  /** YYYY-MM-DD. */
  readonly today: string;
  readonly plan?: ResourceSet;
  /** What the file plans, where `plan` is what runs. */
  readonly planned?: ResourceSet;
  /** Kinds of what runs that nobody was allowed to read. */
  readonly unreadable?: readonly string[];
}

/** Where a host stands, by the file and the plan. */
export type Standing =
  /** The stack itself: its cluster, its network, its own names. */
  | { readonly kind: "own" }
  | { readonly kind: "registered"; readonly endpoint: RegisteredHost }
  /** AWS, in a region that the file allows. */
  | { readonly kind: "allowed-region"; readonly region: string }
  | { readonly kind: "foreign-region"; readonly region: string }
  | { readonly kind: "unregistered" };

export type RegisteredHost = Pick<Endpoint, "host" | "country" | "purpose" | "dataClasses"> & {
  /** The field of the file that registers it. */
  readonly by: string;
};

export class PolicyContext {
  readonly country: Country;
  readonly environment: string | undefined;
  readonly today: string;
  readonly plan: ResourceSet;
  readonly planned: ResourceSet | undefined;
  readonly unreadable: readonly string[];
  readonly waivers: WaiverBook;
  readonly registeredHosts: readonly RegisteredHost[];
  /** Zones of the target that pods and volumes may use; empty where the whole cluster counts as in the country. */
  readonly clusterZones: readonly string[];
  readonly #allowedRegions: ReadonlyMap<string, readonly string[] | undefined>;
  readonly #addresses: AddressSet;
  readonly #restCountries: ReadonlySet<string>;
  readonly #articles = new Map<string, readonly string[]>();
  readonly #standings = new Map<string, Standing>();

  constructor({ country, environment, today, plan, planned, unreadable }: ContextOptions) {
    this.country = country;
    this.environment = environment;
    this.today = today;
    this.plan = plan ?? new ResourceSet([], { kind: "file", description: "the localisation file alone" });
    this.planned = planned;
    this.unreadable = unreadable ?? [];
    this.waivers = new WaiverBook(country, today);
    const { residency, hosting } = country;
    this.registeredHosts = registeredHosts(country);
    this.clusterZones = (hosting.target === "aws" ? hosting.aws?.zones : hosting.kubernetes?.zones) ?? [];
    this.#allowedRegions = new Map(residency.regions.map(({ region, zones }) => [region, zones]));
    this.#addresses = new AddressSet(residency.endpoints.flatMap(({ addresses }) => [...addresses]));
    this.#restCountries = new Set(
      Object.values(residency.dataClasses).flatMap(({ restsIn }) => [...restsIn]),
    );
  }

  get inProduction(): boolean {
    return this.environment === "production";
  }

  /** Countries in which data of all these classes may rest. */
  restCountries(classes: readonly DataClassName[]): string[] {
    const lists = classes.map((name) => this.country.residency.dataClasses[name].restsIn);
    return (lists[0] ?? [...this.#restCountries]).filter((code) =>
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

  /** By which articles the country guards these classes of data, as `law:article`. */
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

  /** A zone of an allowed region that lies where data may rest, and that the file does not leave out. */
  isAllowedZone(name: string): boolean {
    const zone: AwsZone | undefined = awsZone(name);
    if (zone === undefined || !this.#allowedRegions.has(zone.region)) return false;
    return this.#allowedRegions.get(zone.region)?.includes(name) ?? this.#restCountries.has(zone.country);
  }

  /** `af-south-1` or, where there is none, a sentence's end that says so. */
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
   * For a host outside of what the file allows, the words that say so: `a.example.com, which the file does not
   * register`. Undefined where the stack may reach it.
   */
  outside(host: string): string | undefined {
    const standing = this.standingOf(host);
    if (standing.kind === "unregistered") return `${host}, which the file does not register`;
    return standing.kind === "foreign-region" ? `${host} in ${regionName(standing.region)}` : undefined;
  }

  standingOf(host: string): Standing {
    let standing = this.#standings.get(host);
    if (standing === undefined) {
      standing = this.#judge(host);
      // Anyone's manifests may name any number of hosts.
      if (this.#standings.size < 10_000) this.#standings.set(host, standing);
    }
    return standing;
  }

  #judge(host: string): Standing {
    const range = addressRange(host);
    if (range !== undefined)
      return isInternalAddress(range) || this.isRegisteredAddress(range)
        ? { kind: "own" }
        : { kind: "unregistered" };
    if (this.#isOwnName(host)) return { kind: "own" };
    const endpoint = this.registeredHosts.find((registered) => covers(registered.host, host));
    if (endpoint !== undefined) return { kind: "registered", endpoint };
    const region = regionOfHost(host);
    if (region === undefined) return { kind: "unregistered" };
    return { kind: this.isAllowedRegion(region) ? "allowed-region" : "foreign-region", region };
  }

  #isOwnName(host: string): boolean {
    const labels = host.split(".");
    const last = labels.at(-1) ?? "";
    // One label is a Service of the pod's own namespace, or the machine.
    if (labels.length === 1 || last === "localhost") return true;
    if (/\.(svc|pod)(\.cluster\.local)?$/.test(`.${host}`) || host.endsWith(".cluster.local")) return true;
    if (/^ip-[\d-]+\.[a-z0-9-]+\.compute\.internal$/.test(host) || host === "ec2.internal") return true;
    const { services, namespaces } = this.plan.names;
    // `service.namespace` and `pod.service`.
    if (labels.length === 2 && (namespaces.has(last) || services.has(last))) return true;
    const { kubernetes, aws } = this.country.hosting;
    return [kubernetes?.domain, aws?.domain].some(
      (domain) => domain !== undefined && (host === domain || host.endsWith(`.${domain}`)),
    );
  }
}

/** `*.` in front covers the names below. */
function covers(registered: string, host: string): boolean {
  return registered.startsWith("*.") ? host.endsWith(registered.slice(1)) : registered === host;
}

/** The file's endpoints, and what other fields of it name besides. */
function registeredHosts({ residency, hosting, notifications, country }: Country): RegisteredHost[] {
  const hosts: RegisteredHost[] = residency.endpoints.map((endpoint, index) => ({
    ...endpoint,
    by: `residency.endpoints[${index}]`,
  }));
  const add = (host: RegisteredHost) => {
    if (!hosts.some((known) => covers(known.host, host.host))) hosts.push(host);
  };
  const registry = hosting.kubernetes?.registry?.split("/")[0];
  if (registry !== undefined)
    add({
      host: registry.split(":")[0] ?? registry,
      country,
      purpose: "image-registry",
      dataClasses: [],
      by: "hosting.kubernetes.registry",
    });
  const { mailGateway, smsGateway } = notifications;
  if (mailGateway !== undefined)
    add({ ...mailGateway, purpose: "mail", dataClasses: ["identity"], by: "notifications.mailGateway" });
  if (smsGateway !== undefined)
    add({
      host: new URL(smsGateway.url).hostname,
      country: smsGateway.country,
      purpose: "sms",
      dataClasses: ["identity"],
      by: "notifications.smsGateway",
    });
  const { destination } = hosting.backup;
  if (destination !== undefined)
    add({
      host: new URL(destination.endpoint).hostname,
      country: destination.country,
      purpose: "backup",
      dataClasses: ["backups"],
      by: "hosting.backup.destination",
    });
  return hosts;
}

/** The global names of AWS (`sts.amazonaws.com`) are served from here. */
export const globalRegion = "us-east-1";
export const awsHostPattern = /(^|\.)(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|on\.aws|aws\.dev)$/;

/** The AWS region that a host name of AWS stands for. */
function regionOfHost(host: string): string | undefined {
  if (!awsHostPattern.test(host)) return undefined;
  for (const label of host.split(".").reverse()) {
    const region = label.replace(/^s3-(website-)?/, "");
    if (Object.hasOwn(awsRegions, region)) return region;
  }
  return globalRegion;
}

/** `eu-west-1 (Dublin, Ireland)` */
export function regionName(region: string): string {
  const place = Object.hasOwn(awsRegions, region) ? awsRegions[region] : undefined;
  if (place === undefined) return `${region} (a region that the kit does not know)`;
  const country = countryName(place.country) ?? place.country;
  return place.place === country ? `${region} (${country})` : `${region} (${place.place}, ${country})`;
}

export function zoneName(name: string): string {
  const zone = awsZone(name);
  if (zone === undefined) return `${name} (a zone that the kit does not know)`;
  const country = countryName(zone.country) ?? zone.country;
  return zone.place === country ? `${name} (${country})` : `${name} (${zone.place}, ${country})`;
}

/** `South Africa`, `South Africa and Namibia`. */
export function countryNames(codes: readonly string[]): string {
  const names = codes.map((code) => countryName(code) ?? code);
  return names.length === 0 ? "no country" : new Intl.ListFormat("en").format(names);
}
