/** An address abroad receives only data that may leave, and only with a transfer on record. */

import { dataClassNames } from "../../../localisation/schema/residency.ts";
import type { RegisteredHost } from "../../engine/known-hosts.ts";
import { countryNames } from "../../engine/place-names.ts";
import type { FilePolicy, Violation } from "../../engine/policy.ts";

export const endpointAbroad: FilePolicy = {
  id: "endpoint-abroad",
  area: "governance",
  scope: "file",
  title: "Data goes to addresses abroad only where its class may leave and the transfer is on record.",
  risk: "Registering a host opens the network to it; that does not make the transfer lawful.",
  severity: "critical",
  level: "mandatory",
  dataClasses: dataClassNames,
  controls: { iso27001: ["A.5.14", "A.5.31"], nist80053: ["CA-3", "SA-9(5)", "AC-21"] },
  remediation:
    "Use an address in the country, or add the transfer with its mechanism and evidence under `residency.transfers`.",
  check(context) {
    const { country } = context;
    return context.registeredHosts.flatMap((host): Violation[] => {
      const classes = abroad(host);
      return classes.map((name) => {
        const allowed = context.mayGoTo(name, host.country);
        return {
          path: host.by,
          value: host.host,
          message: `${name} goes to ${host.host} in ${countryNames([host.country])}, and ${allowed ? "no transfer in force is on record for it" : "may not leave the country"}.`,
          remediation: allowed
            ? `Add the transfer to ${host.country} with its mechanism and evidence under residency.transfers.`
            : `Use an address in ${countryNames([country.country])}, or remove ${name} from its dataClasses.`,
        };
      });
    });

    function abroad({ country: place, dataClasses }: RegisteredHost) {
      if (place === country.country) return [];
      return dataClasses.filter((name) => {
        if (country.residency.dataClasses[name].restsIn.includes(place)) return false;
        const recorded = country.residency.transfers.some(
          ({ to, dataClasses: transferred, until }) =>
            to === place && transferred.includes(name) && (until === undefined || until >= context.today),
        );
        return !context.mayGoTo(name, place) || !recorded;
      });
    }
  },
  examples: {
    passing: [
      {},
      {
        country: {
          residency: {
            endpoints: [
              {
                host: "forum.example.org",
                ports: [443],
                addresses: [],
                purpose: "company-data",
                country: "CH",
                dataClasses: ["aggregates"],
              },
            ],
            transfers: [
              {
                id: "forum",
                dataClasses: ["aggregates"],
                recipient: "Forum",
                to: "CH",
                mechanism: "standard-contract",
                article: "popia:72",
                evidence: "Contract 2026/117",
              },
            ],
          },
        },
      },
    ],
    failing: [
      {
        country: {
          residency: {
            endpoints: [
              {
                host: "forum.example.org",
                ports: [443],
                addresses: [],
                purpose: "company-data",
                country: "CH",
                dataClasses: ["aggregates", "identity"],
              },
            ],
          },
        },
        findings: `
example-country.yaml residency.endpoints[0]: aggregates goes to forum.example.org in Switzerland, and no transfer in force is on record for it. Add the transfer to CH with its mechanism and evidence under residency.transfers.
example-country.yaml residency.endpoints[0]: identity goes to forum.example.org in Switzerland, and may not leave the country. Use an address in South Africa, or remove identity from its dataClasses.`,
      },
      {
        country: {
          notifications: {
            mailGateway: { host: "smtp.example.com", port: 587, security: "tls", country: "US" },
          },
        },
        findings: `example-country.yaml notifications.mailGateway: identity goes to smtp.example.com in United States, and may not leave the country. Use an address in South Africa, or remove identity from its dataClasses.`,
      },
    ],
  },
};
