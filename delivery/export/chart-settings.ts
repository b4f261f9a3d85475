/**
 * What a team may set on an exported chart without the kit. A plan made with a mark in place of each setting shows every
 * place of the objects that the setting reaches.
 */
import { imageNames } from "../../components/images.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";
import { action, literal } from "./template-text.ts";

/** A value of the chart that is written into the texts of the objects. */
export interface Setting {
  /** Of `values.yaml`. */
  readonly name: string;
  readonly description: string;
  /** Regular expression for what it may be, in the common subset of JavaScript and Go. */
  readonly pattern: string;
  /** What the localisation file says; empty where it says nothing. */
  readonly byDefault: string;
  /** What the marked plan has in place of the setting's value. */
  readonly mark: string;
}

type AwsSettings = NonNullable<Country["hosting"]["aws"]>;

const mark = (name: string) => `chart-setting-${name.toLowerCase()}-mark`;

export const digestMark = (image: string) => mark(`digest-${image}`);
export const namespaceMark = mark("namespace");
export const domainMark = mark("domain");
export const storageClassMark = mark("storageClass");
export const regionMark = mark("region");
export const awsDomainMark = mark("aws-domain");
/** With a port and a folder, to tell what takes only its host from what takes all of it. */
export const registryMarks = (() => {
  const host = mark("registry");
  return { host, withPort: `${host}:5000`, whole: `${host}:5000/folder` };
})();

const zoneMarks = (country: Country): readonly string[] =>
  (country.hosting.kubernetes?.zones ?? []).map((_, index) => mark(`zone-${index}`));

/** Regions of AWS that admission policies let through. */
export const allowedRegions = ({ residency }: Country): readonly string[] =>
  residency.regions.filter(({ provider }) => provider === "aws").map(({ region }) => region);

const objectName = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

function setting(name: string, description: string, pattern: string, byDefault: string | undefined): Setting {
  const own = name === "registry" ? registryMarks.whole : mark(name);
  return { name, description, pattern: `^${pattern}$`, byDefault: byDefault ?? "", mark: own };
}

/** What the file says about a setting. */
export const byDefault = (settings: readonly Setting[], name: string): string =>
  settings.find((setting) => setting.name === name)?.byDefault ?? "";

/** The settings that this country's stack has. */
export function chartSettings({ hosting }: Country): readonly Setting[] {
  const cluster = hosting.kubernetes;
  if (cluster === undefined) return [];
  const { namespace, domain, registry, registryPullSecret, storageClass, tls, gateway } = cluster;
  const optionalName = `(${objectName})?`;
  const hostName = "([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]";
  const address = "([a-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._/-]+)?)?";
  return [
    setting("namespace", "Namespace that holds the stack.", objectName, namespace),
    setting("domain", "Name of the web app; the broker is `mqtt.` in front of it.", hostName, domain),
    setting(
      "registry",
      "Image registry in the country; each image's own registry where empty.",
      address,
      registry,
    ),
    setting(
      "registryPullSecret",
      "Secret with the registry's login; none where empty.",
      optionalName,
      registryPullSecret,
    ),
    // Where the file names a storage driver, the stack makes a class of its own.
    ...(cluster.storageProvisioner !== undefined
      ? []
      : [
          setting(
            "storageClass",
            "Storage class of all volumes; the cluster's default where empty.",
            optionalName,
            storageClass,
          ),
        ]),
    ...(tls.issuer !== "secret"
      ? []
      : [
          setting(
            "certificateSecret",
            "Secret with the certificate of the pages and of the broker.",
            objectName,
            tls.secretName,
          ),
        ]),
    gateway.kind === "ingress"
      ? setting(
          "ingressClassName",
          "Ingress class of the pages; the cluster's default where empty.",
          optionalName,
          gateway.className,
        )
      : setting("gatewayClassName", "Gateway class of the pages.", objectName, gateway.className),
  ];
}

/** A part of the marked plan's texts that follows the chart's values. */
export interface MarkedPlace {
  readonly pattern: string | RegExp;
  /** Its text with the values of the file. */
  byDefault(found: string): string;
  /** Its text in the template. */
  template(found: string): string;
}

const plainPlace = (pattern: string, byDefault: string, value: string): MarkedPlace => ({
  pattern,
  byDefault: () => byDefault,
  template: () => action(value),
});

/**
 * In the order in which they are to be replaced.
 * @param inPolicy whether the text is an admission policy, where an empty registry allows nothing.
 */
export function markedPlaces(settings: readonly Setting[], inPolicy = false): readonly MarkedPlace[] {
  const or = inPolicy ? ' | default "(none)"' : "";
  return settings.flatMap(({ name, mark: own, byDefault }): MarkedPlace[] => {
    if (name !== "registry") return [plainPlace(own, byDefault, `.Values.${name}`)];
    const [address] = byDefault.split("/") as [string];
    const { host, withPort, whole } = registryMarks;
    return [
      plainPlace(whole, byDefault, `.Values.registry${or}`),
      plainPlace(withPort, address, `.Values.registry | splitList "/" | first${or}`),
      plainPlace(host, address.split(":")[0]!, `include "rollout.registryHost" .${or}`),
    ];
  });
}

/** The zones, as a sentence lists them, and each alone. */
export function zonePlaces(country: Country): readonly MarkedPlace[] {
  const marks = zoneMarks(country);
  const zones = country.hosting.kubernetes?.zones ?? [];
  if (marks.length === 0) return [];
  return [
    plainPlace(marks.join(", "), zones.join(", "), 'join ", " .Values.zones'),
    ...marks.map((own, index) => plainPlace(own, zones[index]!, `index .Values.zones ${index}`)),
  ];
}

/** The list of zones of the marked plan, as JSON; empty where the file names none. */
export function zonesMark(country: Country): string {
  const marks = zoneMarks(country);
  return marks.length === 0 ? "" : JSON.stringify(marks);
}

export const withDefaults = (marked: string, places: readonly MarkedPlace[]): string =>
  places.reduce((text, { pattern, byDefault }) => text.replaceAll(pattern, byDefault), marked);

/** A text of the marked plan, with the chart's values in place of the marks. */
export const withValues = (marked: string, places: readonly MarkedPlace[]): string =>
  places.reduce((text, { pattern, template }) => text.replaceAll(pattern, template), literal(marked));

/** The country with a mark in place of each setting. */
export function markedCountry(loaded: LoadedCountry, settings: readonly Setting[]): LoadedCountry {
  const { hosting, residency } = loaded.country;
  if (hosting.kubernetes === undefined) return loaded;
  const marks = new Map(settings.map((setting) => [setting.name, setting.mark]));
  const className = marks.get("ingressClassName") ?? marks.get("gatewayClassName");
  const storageClass = marks.get("storageClass");
  const secretName = marks.get("certificateSecret");
  const kubernetes = {
    ...hosting.kubernetes,
    namespace: namespaceMark,
    domain: domainMark,
    registry: registryMarks.whole,
    registryPullSecret: mark("registryPullSecret"),
    imageDigests: Object.fromEntries(imageNames.map((name) => [name, digestMark(name)])),
    zones: zoneMarks(loaded.country),
    gateway: { ...hosting.kubernetes.gateway, ...(className !== undefined && { className }) },
    tls: { ...hosting.kubernetes.tls, ...(secretName !== undefined && { secretName }) },
    ...(storageClass !== undefined && { storageClass }),
  };
  const regions = [
    ...residency.regions.filter(({ provider }) => provider !== "aws"),
    { provider: "aws" as const, region: regionMark },
  ];
  return {
    ...loaded,
    country: {
      ...loaded.country,
      // Admission policies read the domain of this target too, and nothing else of it.
      hosting: { ...hosting, kubernetes, aws: { ...hosting.aws, domain: awsDomainMark } as AwsSettings },
      residency: { ...residency, regions },
    },
  };
}

/**
 * The country as the programs read it, with marks for the names that they read. The other settings of the cluster stay as
 * in the file, so that another registry does not replace every pod.
 */
export function markedCountryFile(planned: string, marked: string): string {
  const file = JSON.parse(planned) as { country: Country };
  const { namespace, domain } = (JSON.parse(marked) as { country: Country }).country.hosting.kubernetes!;
  const { hosting } = file.country;
  const kubernetes = { ...hosting.kubernetes, namespace, domain };
  return JSON.stringify({ ...file, country: { ...file.country, hosting: { ...hosting, kubernetes } } });
}
