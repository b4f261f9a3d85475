/** Where the buckets and the regions are that settings name, and whose the hosts of AWS are that carry their owner's name. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import { holdsOneOf } from "../resources/hint.ts";
import { type HostReference, hostsIn } from "../resources/hosts.ts";
import { rememberSettings } from "../resources/last.ts";
import { effectiveRegion } from "../resources/region.ts";
import { type Resource, typeToken } from "../resources/resource.ts";
import { type Text, textsOf } from "../resources/texts.ts";
import { bucketNamed } from "./buckets.ts";
import type { PolicyContext } from "./context.ts";
import { removeOrRegister } from "./host-violations.ts";
import { awsHost, ownedByAnyone } from "./known-hosts.ts";
import { regionName } from "./place-names.ts";
import type { Violation } from "./policy.ts";

/** A host of AWS in an allowed region that belongs to whoever made it, and not to this plan. */
export function violationOfOwner(
  { host, within, path }: HostReference,
  context: PolicyContext,
): Violation | [] {
  if (context.locationOf(host).kind !== "allowed-region") return [];
  const owned = ownedByAnyone(host) ?? within;
  if (owned === undefined || isOfPlan(host, owned, context)) return [];
  return {
    path,
    value: host,
    message: `It names ${ownedByAnyone(host) === undefined ? `${host}/${owned}` : host}, which anybody may own in the region: neither the plan nor the file has it.`,
    remediation: removeOrRegister(host),
  };
}

/** Fields in which clouds give back where a resource is reached. */
const address =
  /^(endpoint|address|dnsName|hostname|domainName|bucket(Regional)?DomainName|clusterEndpoint|readerEndpoint|configurationEndpoint|primaryEndpointAddress|apiEndpoint|invokeUrl|functionUrl|repositoryUrl|bootstrapBrokers\w*|endpoints)$/;

function isOfPlan(host: string, owned: string, context: PolicyContext): boolean {
  const { account } = context.country.hosting.aws ?? {};
  const service = awsHost(host)?.service ?? "";
  if (service.startsWith("s3")) return isOwnBucket(owned.replace(/\.s3$/, ""), context);
  if (service === "sqs") return account !== undefined && owned === account;
  if (service === "ecr") return account === undefined || owned.startsWith(account);
  const [identifier] = owned.split(".");
  return context.resources.all.some(
    (resource) =>
      typeToken(resource.type).package === "aws" &&
      textsOf(resource).some(
        ({ key, value }) =>
          (address.test(key) && value.toLowerCase().includes(host)) ||
          (/^(cluster)?identifier$/i.test(key) && value === identifier),
      ),
  );
}

function isOwnBucket(name: string, context: PolicyContext): boolean {
  if (name === context.country.hosting.backup.destination?.bucket) return true;
  const bucket = bucketNamed(context.resources, name);
  return bucket !== undefined && context.isAllowedRegion(effectiveRegion(bucket));
}

/** Buckets by `s3://` and regions by name. Both say nothing where a store of the country is named beside them. */
export function violationsOfBuckets(
  subject: Resource,
  buckets: readonly HostReference[],
  context: PolicyContext,
): Violation[] {
  const texts = textsOf(subject).filter(({ section }) => section !== "metadata");
  const regions = typeToken(subject.type).package === "aws" ? [] : texts.flatMap(regionsIn);
  const foreign = regions.filter(({ region }) => !context.isAllowedRegion(region));
  const unknown = buckets.filter(({ host }) => !isOwnBucket(host, context));
  if ((foreign.length === 0 && unknown.length === 0) || texts.some((text) => namesOwnStore(text, context)))
    return [];
  return [
    ...foreign.map(({ region, path }) => ({
      path,
      value: region,
      message: `It names the region ${regionName(region)}.`,
      remediation: `Name ${context.allowedRegions || "a store in the country by its endpoint"}, or remove the setting.`,
    })),
    ...unknown.map(({ host, path, scheme }) => ({
      path,
      value: `${scheme}://${host}`,
      message: `It names the bucket ${host}, and nothing says where that is.`,
      remediation: "Name the endpoint of a store in the country beside it, or a bucket of the plan.",
    })),
  ];
}

const endpointOfStore = /endpoint/i;

function namesOwnStore(text: Text, context: PolicyContext): boolean {
  if (!endpointOfStore.test(text.key) && !endpointOfStore.test(text.value)) return false;
  const hosts = hostsIn(text).filter(({ host }) => host.includes("."));
  return hosts.length > 0 && hosts.every(({ host }) => context.outside(host) === undefined && !awsHost(host));
}

const holdsRegion = holdsOneOf("region", "REGION", "Region");
const regionWord = /(?<![\w.-])[a-z]{2,4}(?:-[a-z]+){1,2}-\d(?![\w-])/g;
const namesRegion = /region["']?[ \t]{0,20}[:=>]{0,2}[ \t]{0,20}["']?$/i;

/** Regions of AWS in settings about a region, and as arguments. */
function regionsIn(text: Text): { readonly region: string; readonly path: string }[] {
  const { key, value } = text;
  if (!holdsRegion(key) && key !== "args" && key !== "command" && !holdsRegion(value)) return [];
  return regionsNamed(key, value).map((region) => ({ region, path: text.path }));
}

const regionsNamed = rememberSettings((key, value) =>
  [...value.matchAll(regionWord)].flatMap(({ 0: region, index }) => {
    if (!Object.hasOwn(awsRegions, region)) return [];
    const whole = value.length === region.length;
    const isSetting = whole
      ? /region|^args$|^command$/i.test(key)
      : namesRegion.test(value.slice(Math.max(0, index - 60), index));
    return isSetting ? [region] : [];
  }),
);
