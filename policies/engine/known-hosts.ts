/** Hosts whose place is known: those that the localisation file registers, and those of AWS. */
import { awsRegions } from "../../localisation/cloud-geography.ts";
import { covers } from "../../localisation/rules/endpoints.ts";
import type { Country, Endpoint } from "../../localisation/schema/country.ts";

export type RegisteredHost = Pick<Endpoint, "host" | "country" | "purpose" | "dataClasses"> & {
  /** The field of the file that registers it. */
  readonly by: string;
};

/** The hosts of the file: its endpoints, and those that other fields name. */
export function registeredHosts({ residency, hosting, notifications, country }: Country): RegisteredHost[] {
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

/** The AWS region of a host name of AWS; undefined for other hosts. */
export const regionOfHost = (host: string): string | undefined => awsHost(host)?.region;

export interface AwsHost {
  readonly region: string;
  /** `s3`, `execute-api`; empty where the name has none. */
  readonly service: string;
  /** What precedes: the name of a bucket, the identifier of an API, a database or a load balancer. */
  readonly resource: string;
}

/**
 * The parts of `resource.service.region.amazonaws.com` and `resource.region.service.amazonaws.com`. Owners name their
 * buckets as they like, so no other label says a region.
 */
export function awsHost(host: string): AwsHost | undefined {
  if (!awsHostPattern.test(host)) return undefined;
  const labels = host.replace(awsHostPattern, "").split(".").reverse();
  const [last = "", before = ""] = labels;
  const rest = (from: number) => labels.slice(from).reverse().join(".");
  const plain = last.replace(/^s3-(website-)?/, "");
  if (Object.hasOwn(awsRegions, plain))
    return plain === last
      ? { region: plain, service: before, resource: rest(2) }
      : { region: plain, service: "s3", resource: rest(1) };
  if (!last.startsWith("s3") && Object.hasOwn(awsRegions, before))
    return { region: before, service: last, resource: rest(2) };
  return { region: globalRegion, service: last, resource: rest(1) };
}

/** Services whose hosts belong to who made the resource, not to AWS: anybody's may be in the region. */
const ownedServices = new Set(
  "s3 s3-website execute-api lambda-url elb compute rds es aoss cache memorydb redshift kafka mq iot appsync-api appsync-realtime-api vpce transfer elasticbeanstalk ecr airflow grafana-workspace".split(
    " ",
  ),
);

/** The part of the host of AWS that its owner chose or got; undefined where the host is a service's own. */
export function ownedByAnyone(host: string): string | undefined {
  const parts = awsHost(host);
  if (parts === undefined || !ownedServices.has(parts.service)) return undefined;
  const { resource } = parts;
  return /^(|dualstack|s3|dkr|api|data|s3\.dualstack)$/.test(resource) ? undefined : resource;
}
