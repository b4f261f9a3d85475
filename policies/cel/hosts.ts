/** In CEL: whether a host or an address is the stack's own, registered in the file, or in an allowed region. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import type { PolicyContext } from "../engine/context.ts";
import type { RegisteredHost } from "../engine/known-hosts.ts";
import { awsHostPattern, globalRegion } from "../engine/known-hosts.ts";
import { internalRanges } from "../resources/addresses.ts";
import { isTopLevelDomain } from "../resources/host-names.ts";
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
  const { services, namespaces, pairs } = resources.names;
  const known = literal([...new Set([...namespaces, ...services])].sort());
  const inDomains = [...pairs].filter(
    (pair) => !services.has(pair) && isTopLevelDomain(pair.split(".")[1] ?? ""),
  );
  return any(
    `!${host}.contains(".")`,
    `${host}.endsWith(".localhost")`,
    matches(`("." + ${host})`, /\.(svc|pod)(\.cluster\.local)?$/),
    `${host}.endsWith(".cluster.local") || ${host} == "cluster.local"`,
    matches(host, /^ip-[0-9-]+\.[a-z0-9-]+\.compute\.internal$/),
    `${host} == "ec2.internal"`,
    `size(${host}.split(".")) == 2 && ${host}.split(".")[1] in ${known}`,
    ...(inDomains.length === 0 ? [] : [`${host} in ${literal(inDomains.sort())}`]),
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
  const regions = literal(Object.keys(awsRegions));
  const plain =
    '(labels[at].startsWith("s3-website-") ? labels[at].substring(11) : labels[at].startsWith("s3-") ? labels[at].substring(3) : labels[at])';
  const elsewhere = literal(globalRegion);
  // The last label before AWS's own, or the one before it, says the region: see awsHost.
  const region = `at < 0 ? ${elsewhere} : ${plain} in ${regions} ? ${plain} : !labels[at].startsWith("s3") && at > 0 && labels[at - 1] in ${regions} ? labels[at - 1] : ${elsewhere}`;
  const last = `[size(labels) - (${host}.endsWith(".cn") ? 4 : 3)].map(at, ${region})[0]`;
  return [
    all(matches(host, awsHostPattern), `[${host}.split(".")].map(labels, ${last})[0] in ${literal(allowed)}`),
  ];
}
