/** Places in admission policies that the plan does not simply fill in: it sorts lists, and leaves out what is empty or covered. */
import type { Country } from "../../localisation/schema/country.ts";
import {
  allowedRegions,
  awsDomainMark,
  byDefault,
  type MarkedPlace,
  markedPlaces,
  namespaceMark,
  regionMark,
  registryMarks,
  type Setting,
  storageClassMark,
  zonePlaces,
  zonesMark,
} from "./chart-settings.ts";
import { action } from "./template-text.ts";

/** What the file gives to one policy. */
export interface AdmissionValues {
  /** Articles of the law that the policy serves: `popia:19, popia:21`. */
  articles?: string;
  /** Hosts that it lets through; `registry` is the host of the registry's setting. */
  hosts?: readonly string[];
}

/** @param values of the policy; gets what its texts hold. */
export function admissionPlaces(
  settings: readonly Setting[],
  country: Country,
  policy: string,
  values: AdmissionValues,
): readonly MarkedPlace[] {
  const zones = country.hosting.kubernetes?.zones ?? [];
  return [
    quotedList(
      new RegExp(`\\[(?:"[^"\\]]*", )*"${namespaceMark}"(?:, "[^"\\]]*")*\\]`, "g"),
      (names) =>
        [
          ...new Set(names.map((name) => name.replace(namespaceMark, byDefault(settings, "namespace")))),
        ].sort(),
      (names) => {
        const others = names.filter((name) => name !== namespaceMark).map((name) => ` "${name}"`);
        return `list .Values.namespace${others.join("")} | uniq | sortAlpha`;
      },
    ),
    quotedList(
      `["${storageClassMark}"]`,
      () => [byDefault(settings, "storageClass")].filter(Boolean),
      () => "compact (list .Values.storageClass)",
    ),
    ...(zones.length === 0
      ? []
      : [
          quotedList(
            zonesMark(country).replaceAll(",", ", "),
            () => zones,
            () => ".Values.zones",
          ),
        ]),
    addressesPlace(country),
    awsDomainPlace(country),
    hostsPlace(policy, values, byDefault(settings, "registry").split(/[:/]/)[0]!),
    regionsPlace(country),
    ...markedPlaces(settings, true),
    ...zonePlaces(country),
  ];
}

/** A list of texts in CEL. */
function quotedList(
  pattern: string | RegExp,
  byDefault: (marked: readonly string[]) => readonly string[],
  value: (marked: readonly string[]) => string,
): MarkedPlace {
  return {
    pattern,
    byDefault: (found) =>
      `[${byDefault(JSON.parse(found))
        .map((name) => JSON.stringify(name))
        .join(", ")}]`,
    template: (found) => `[${action(`include "rollout.quoted" (${value(JSON.parse(found))})`)}]`,
  };
}

export const endpointAddresses = ({ residency }: Country): readonly string[] =>
  residency.endpoints.flatMap(({ addresses }) => [...addresses]);

/** Policies list the addresses of the file's endpoints after the internal ones, of which this is the last. */
function addressesPlace(country: Country): MarkedPlace {
  const last = '"fe80::/10"';
  const pattern = `${[last, ...endpointAddresses(country).map((address) => `"${address}"`)].join(", ")}]`;
  return {
    pattern,
    byDefault: (found) => found,
    template: () => `${last}${action("range .Values.addresses")}, "${action(".")}"${action("end")}]`,
  };
}

/** The domain on AWS counts as the stack's own too; most files give one domain for all targets. */
function awsDomainPlace({ hosting }: Country): MarkedPlace {
  const { aws, kubernetes } = hosting;
  const pattern = ` || ((host == "${awsDomainMark}") || (host.endsWith(".${awsDomainMark}")))`;
  return {
    pattern,
    byDefault: () =>
      aws === undefined || aws.domain === kubernetes?.domain
        ? ""
        : pattern.replaceAll(awsDomainMark, aws.domain),
    template: () =>
      [
        action('if not (has .Values.awsDomain (list "" .Values.domain))'),
        pattern.replaceAll(awsDomainMark, action(".Values.awsDomain")),
        action("end"),
      ].join(""),
  };
}

const test = '\\(host(?: == "[^"]*"|\\.endsWith\\("[^"]*"\\))\\)';

/** The hosts that the file registers, among them that of the registry. */
function hostsPlace(policy: string, values: AdmissionValues, registry: string): MarkedPlace {
  const covers = (known: string) =>
    known === registry || (known.startsWith("*.") && registry.endsWith(known.slice(1)));
  return {
    pattern: new RegExp(
      `(?: \\|\\| ${test})*? \\|\\| \\(host == "${registryMarks.host}"\\)(?: \\|\\| ${test})*`,
      "g",
    ),
    byDefault: (found) => {
      const hosts = [...found.matchAll(/host(?: == "|\.endsWith\(")([^"]*)"/g)].map(([, name]) =>
        name!.replace(/^\./, "*.").replace(registryMarks.host, "registry"),
      );
      values.hosts = hosts;
      const before = hosts.slice(0, hosts.indexOf("registry"));
      return hosts
        .filter((host) => host !== "registry" || (registry !== "" && !before.some(covers)))
        .map((host) => (host === "registry" ? registry : host))
        .map((host) => (host.startsWith("*.") ? `.endsWith("${host.slice(1)}")` : ` == "${host}"`))
        .map((condition) => ` || (host${condition})`)
        .join("");
    },
    template: () => action(`include "rollout.hosts" (list . "${policy}")`),
  };
}

/** Regions of AWS that the file allows; without any, the policy has no such condition. */
function regionsPlace(country: Country): MarkedPlace {
  const regions = allowedRegions(country);
  const list = `["${regionMark}"]`;
  return {
    pattern: / \|\| \(\(host\.matches\("\(\^\|\\\\\.\)\(amazonaws.*? in \["chart-setting-region-mark"\]\)\)/g,
    byDefault: (found) =>
      regions.length === 0
        ? ""
        : found.replace(list, `[${regions.map((region) => `"${region}"`).join(", ")}]`),
    template: (found) =>
      [
        action("with .Values.regions"),
        found.replace(list, `[${action('include "rollout.quoted" .')}]`),
        action("end"),
      ].join(""),
  };
}
