/** Which parts may connect to which of the file's outside endpoints. */
import type { PartName } from "../../components/part.ts";
import type { Country } from "../../localisation/schema/country.ts";

type AllowedEndpoint = Country["residency"]["endpoints"][number];

/** By purpose. Nodes and operators, not the stack's pods, connect to endpoints of other purposes (registries, names, time). */
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

/** @returns the file's endpoint for a host; one that starts with `*.` is for all names under it. */
export function endpointOf(country: Country, host: string): AllowedEndpoint | undefined {
  return country.residency.endpoints.find((endpoint) =>
    endpoint.host.startsWith("*.") ? host.endsWith(endpoint.host.slice(1)) : host === endpoint.host,
  );
}
