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
export function regionOfHost(host: string): string | undefined {
  if (!awsHostPattern.test(host)) return undefined;
  for (const label of host.split(".").reverse()) {
    const region = label.replace(/^s3-(website-)?/, "");
    if (Object.hasOwn(awsRegions, region)) return region;
  }
  return globalRegion;
}
