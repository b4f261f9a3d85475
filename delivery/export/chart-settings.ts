/**
 * What a team may set on an exported chart without the kit. A plan made with a mark in place of each setting shows every
 * place of the objects that the setting reaches.
 */
import { imageNames } from "../../components/images.ts";
import type { LoadedCountry } from "../../localisation/load.ts";
import type { Country } from "../../localisation/schema/country.ts";

/** A value of the chart that stands as a text within the objects. */
export interface Setting {
  /** Of `values.yaml`. */
  readonly name: string;
  readonly description: string;
  /** Regular expression for what it may be, in the common subset of JavaScript and Go. */
  readonly pattern: string;
  readonly byDefault: string;
  /** Stands in the marked plan where the setting's value goes. */
  readonly mark: string;
}

const mark = (name: string) => `chart-setting-${name.toLowerCase()}-mark`;

export const digestMark = (image: string) => mark(`digest-${image}`);
/** With a port and a folder, so that what takes only its host is told from what takes all of it. */
const registryMarks = (() => {
  const host = mark("registry");
  return { host, withPort: `${host}:5000`, whole: `${host}:5000/folder` };
})();
export const registryMark = registryMarks.whole;

const objectName = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";

/** The settings that this country's stack has, with what the file says as default; empty stands for absent. */
export function chartSettings({ hosting }: Country): readonly Setting[] {
  const cluster = hosting.kubernetes;
  if (cluster === undefined) return [];
  const settings: Omit<Setting, "mark">[] = [
    {
      name: "namespace",
      description: "Namespace that holds the stack.",
      pattern: `^${objectName}$`,
      byDefault: cluster.namespace,
    },
    {
      name: "domain",
      description: "Name of the web app; the broker is `mqtt.` in front of it.",
      pattern: "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$",
      byDefault: cluster.domain,
    },
    {
      name: "registry",
      description: "Image registry in the country; each image's own registry where empty.",
      pattern: "^([a-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9._/-]+)?)?$",
      byDefault: cluster.registry ?? "",
    },
    {
      name: "registryPullSecret",
      description: "Secret with the registry's login; none where empty.",
      pattern: `^(${objectName})?$`,
      byDefault: cluster.registryPullSecret ?? "",
    },
  ];
  // Where the file names a storage driver, the stack makes a class of its own.
  if (cluster.storageProvisioner === undefined)
    settings.push({
      name: "storageClass",
      description: "Storage class of all volumes; the cluster's default where empty.",
      pattern: `^(${objectName})?$`,
      byDefault: cluster.storageClass ?? "",
    });
  const className = cluster.gateway.className ?? "";
  settings.push(
    cluster.gateway.kind === "ingress"
      ? {
          name: "ingressClassName",
          description: "Ingress class of the pages; the cluster's default where empty.",
          pattern: `^(${objectName})?$`,
          byDefault: className,
        }
      : {
          name: "gatewayClassName",
          description: "Gateway class of the pages.",
          pattern: `^${objectName}$`,
          byDefault: className,
        },
  );
  return settings.map((setting) => ({
    ...setting,
    mark: setting.name === "registry" ? registryMark : mark(setting.name),
  }));
}

/** Stands for what no object can be named: where a setting is empty, what a policy compares with it is refused. */
const nothing = `default "(none)"`;

/** What stands in place of a mark. */
export interface MarkedPlace {
  readonly mark: string;
  /** Of a template, for the value. */
  readonly value: string;
  readonly byDefault: string;
}

/**
 * In the order in which they are to be replaced.
 * @param inPolicy whether the text is a policy of admission, where an empty setting allows nothing.
 */
export function markedPlaces(settings: readonly Setting[], inPolicy = false): readonly MarkedPlace[] {
  return settings.flatMap(({ name, mark: own, byDefault }): MarkedPlace[] => {
    const or = inPolicy && ["registry", "storageClass"].includes(name) ? ` | ${nothing}` : "";
    const place = { mark: own, value: `.Values.${name}${or}`, byDefault };
    if (name !== "registry") return [place];
    const { host, withPort } = registryMarks;
    const [address] = byDefault.split("/") as [string];
    return [
      place,
      { mark: withPort, value: `.Values.registry | splitList "/" | first${or}`, byDefault: address },
      {
        mark: host,
        value: `regexReplaceAll "[:/].*$" .Values.registry ""${or}`,
        byDefault: address.split(":")[0]!,
      },
    ];
  });
}

/** The country with a mark in place of each setting. */
export function markedCountry(loaded: LoadedCountry, settings: readonly Setting[]): LoadedCountry {
  const { hosting } = loaded.country;
  if (hosting.kubernetes === undefined) return loaded;
  const marks = new Map(settings.map((setting) => [setting.name, setting.mark]));
  const className = marks.get("ingressClassName") ?? marks.get("gatewayClassName");
  const storageClass = marks.get("storageClass");
  const kubernetes = {
    ...hosting.kubernetes,
    namespace: marks.get("namespace") ?? hosting.kubernetes.namespace,
    domain: marks.get("domain") ?? hosting.kubernetes.domain,
    registry: registryMark,
    registryPullSecret: mark("registryPullSecret"),
    imageDigests: Object.fromEntries(imageNames.map((name) => [name, digestMark(name)])),
    gateway: { ...hosting.kubernetes.gateway, ...(className !== undefined && { className }) },
    ...(storageClass !== undefined && { storageClass }),
  };
  return { ...loaded, country: { ...loaded.country, hosting: { ...hosting, kubernetes } } };
}

/**
 * The country as the programs read it, with marks. They read their names of it; the rest of its cluster's settings stays as
 * the file has it, so that another registry does not replace every pod.
 */
export function markedCountryFile(planned: string, marked: string): string {
  const file = JSON.parse(planned) as { country: Country };
  const { namespace, domain } = (JSON.parse(marked) as { country: Country }).country.hosting.kubernetes!;
  const { hosting } = file.country;
  const kubernetes = { ...hosting.kubernetes, namespace, domain };
  return JSON.stringify({ ...file, country: { ...file.country, hosting: { ...hosting, kubernetes } } });
}
