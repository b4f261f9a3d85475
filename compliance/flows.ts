/** What leaves the stack: registered hosts, addresses that network policies allow, registries, the certificate authority, transfers. */
import type { LoadedCountry } from "../localisation/load.ts";
import type { Country } from "../localisation/schema/country.ts";
import { workloadOf } from "../plan/describe.ts";
import { at, kindOf, type Plan } from "../plan/plan.ts";
import { PolicyContext } from "../policies/engine/context.ts";
import { displayName } from "../policies/resources/resource.ts";
import { listAt } from "./plan-values.ts";
import type { Report } from "./report-schema.ts";

type Flows = Report["flows"];

export function flowsOf({ country }: LoadedCountry, plan: Plan | undefined, today: string): Flows {
  const { registeredHosts } = new PolicyContext({ country, today });
  return {
    // The stack in one process connects to no other host.
    outside:
      plan === undefined
        ? []
        : registeredHosts.map(({ host, purpose, dataClasses, by, ...registered }) => ({
            host,
            country: registered.country,
            purpose,
            dataClasses: [...dataClasses],
            addresses: [
              ...(country.residency.endpoints.find((endpoint) => endpoint.host === host)?.addresses ?? []),
            ],
            by,
          })),
    openings: plan === undefined ? [] : openingsOf(plan),
    imageRegistries: plan === undefined ? [] : registriesOf(plan),
    certificates: certificatesOf(country, plan),
    transfers: country.residency.transfers.map((transfer) => ({
      ...transfer,
      dataClasses: [...transfer.dataClasses],
    })),
  };
}

function openingsOf(plan: Plan): Flows["openings"] {
  return plan.resources.flatMap((resource) => {
    if (kindOf(resource) !== "NetworkPolicy") return [];
    const to = listAt(resource.properties, "spec", "egress").flatMap((rule) =>
      listAt(rule, "to").flatMap((peer) => {
        const range = at(peer, "ipBlock", "cidr");
        const ports = listAt(rule, "ports").map((port) => String(at(port, "port")));
        return typeof range === "string"
          ? [`${range}${ports.length > 0 ? ` (${ports.join(", ")})` : ""}`]
          : [];
      }),
    );
    const name = displayName(resource.type, resource.name, resource.properties);
    return to.length === 0 ? [] : [{ policy: name, to }];
  });
}

function registriesOf(plan: Plan): string[] {
  const addresses = plan.resources.flatMap((resource) => {
    if (resource.type.startsWith("kubernetes:helm.sh/")) {
      const repository = at(resource.properties, "repositoryOpts", "repo");
      return [String(repository ?? at(resource.properties, "chart") ?? "")];
    }
    return [...(workloadOf(resource, plan.resources)?.images ?? [])];
  });
  return [...new Set(addresses.map(registryOf))].filter((host) => host !== "").sort();
}

/** `registry.example.gov.za/library/rabbitmq:4` gives its first part; an image without a host is Docker Hub's. */
function registryOf(address: string): string {
  const path = address.replace(/^[a-z]+:\/\//, "");
  const first = path.split("/")[0] ?? "";
  if (address !== path) return first;
  return /[.:]/.test(first) && path.includes("/") ? first : "docker.io";
}

function certificatesOf({ hosting }: Country, plan: Plan | undefined): Flows["certificates"] {
  if (plan === undefined) return { issuer: "local-ca" };
  const tls = plan.target === "aws" ? hosting.aws?.tls : hosting.kubernetes?.tls;
  return {
    issuer: tls?.issuer ?? "own-ca",
    ...(tls?.issuer === "acme" && tls.acmeServer !== undefined && { server: tls.acmeServer }),
  };
}
