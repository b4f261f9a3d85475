/** In CEL: whether a host or an address is the stack's own, registered in the file, or in an allowed region. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import type { PolicyContext } from "../engine/context.ts";
import type { RegisteredHost } from "../engine/known-hosts.ts";
import { awsHostPattern, globalRegion } from "../engine/known-hosts.ts";
import { internalRanges } from "../resources/addresses.ts";
import { all, any, literal, matches } from "./cel.ts";

const allowedRanges = ({ country }: PolicyContext): readonly string[] => [
  ...internalRanges,
  ...country.residency.endpoints.flatMap(({ addresses }) => [...addresses]),
];

/** @param range CEL of a text such as `10.0.0.0/8`. */
export const isAllowedRange = (range: string, context: PolicyContext): string =>
  `isCIDR(${range}) && ${literal(allowedRanges(context))}.exists(known, cidr(known).containsCIDR(${range}))`;

const isAllowedAddress = (address: string, context: PolicyContext): string =>
  `${literal(allowedRanges(context))}.exists(known, cidr(known).containsIP(${address}))`;

/**
 * The same as PolicyContext.locationOf, in CEL.
 * @param host CEL of a text in lower case.
 * @param registered the registered hosts that are allowed.
 */
export function isAllowedHost(
  host: string,
  context: PolicyContext,
  registered: readonly RegisteredHost[] = context.registeredHosts,
): string {
  return `(isIP(${host}) ? ${isAllowedAddress(host, context)} : (${any(
    isOwnName(host, context),
    ...registered.map(({ host: known }) =>
      known.startsWith("*.")
        ? `${host}.endsWith(${literal(known.slice(1))})`
        : `${host} == ${literal(known)}`,
    ),
    ...isInAllowedRegion(host, context),
  )}))`;
}

/** Whether the host belongs to the stack: its network, its cluster, its names. */
export const isOwnHost = (host: string, context: PolicyContext): string =>
  `(isIP(${host}) ? ${isAllowedAddress(host, context)} : (${isOwnName(host, context)}))`;

function isOwnName(host: string, { resources, country }: PolicyContext): string {
  const { kubernetes, aws } = country.hosting;
  const domains = [kubernetes?.domain, aws?.domain].filter((domain) => domain !== undefined);
  const { services, namespaces } = resources.names;
  const known = literal([...new Set([...namespaces, ...services])].sort());
  return any(
    `!${host}.contains(".")`,
    `${host}.endsWith(".localhost")`,
    matches(`("." + ${host})`, /\.(svc|pod)(\.cluster\.local)?$/),
    `${host}.endsWith(".cluster.local")`,
    matches(host, /^ip-[0-9-]+\.[a-z0-9-]+\.compute\.internal$/),
    `${host} == "ec2.internal"`,
    `size(${host}.split(".")) == 2 && (${host}.split(".")[1] in ${known} || ${host}.split(".")[1] == object.metadata.?namespace.orValue("default"))`,
    ...[...new Set(domains)].map((domain) =>
      any(`${host} == ${literal(domain)}`, `${host}.endsWith(${literal(`.${domain}`)})`),
    ),
  );
}

function isInAllowedRegion(host: string, { country }: PolicyContext): string[] {
  const allowed = country.residency.regions
    .filter(({ provider }) => provider === "aws")
    .map(({ region }) => region);
  if (allowed.length === 0) return [];
  const plain =
    'label.startsWith("s3-website-") ? label.substring(11) : label.startsWith("s3-") ? label.substring(3) : label';
  const regions = `${host}.split(".").map(label, ${plain}).filter(label, label in ${literal(Object.keys(awsRegions))})`;
  const last = `(size(${regions}) == 0 ? ${literal(globalRegion)} : ${regions}[size(${regions}) - 1])`;
  return [all(matches(host, awsHostPattern), `${last} in ${literal(allowed)}`)];
}
