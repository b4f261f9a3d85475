/** Which parts may reach which of the file's outside endpoints. */
import type { PartName } from "../../components/part.ts";
import type { Country } from "../../localisation/schema/country.ts";

export type AllowedEndpoint = Country["residency"]["endpoints"][number];

/** By purpose; what nodes and operators reach (registries, names, time) needs no way out of a pod of the stack. */
const partsByPurpose: Readonly<Partial<Record<AllowedEndpoint["purpose"], readonly PartName[]>>> = {
  backup: ["time-series-store", "time-series-backup", "relational-store"],
  mail: ["diagnostic"],
  sms: ["diagnostic"],
  identity: ["diagnostic"],
  "company-data": ["diagnostic"],
};

export function allowedEndpoints(country: Country) {
  return country.residency.endpoints.flatMap((endpoint) => {
    const parts = partsByPurpose[endpoint.purpose];
    if (parts === undefined) return [];
    const { host, addresses, ports } = endpoint;
    return [{ host, addresses, ports, parts, why: `reaches what serves ${endpoint.purpose}` }];
  });
}

/** The endpoint of the file that covers a host; `*.` in front covers the names below. */
export function endpointOf(country: Country, host: string): AllowedEndpoint | undefined {
  return country.residency.endpoints.find((endpoint) =>
    endpoint.host.startsWith("*.") ? host.endsWith(endpoint.host.slice(1)) : host === endpoint.host,
  );
}
