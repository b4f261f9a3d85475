/** Addresses outside the stack that it may reach. */
import { choice, field, group, list, whole } from "./builders.ts";
import { AddressRange, CountryCode, HostName } from "./common.ts";
import { dataClassNames } from "./data-classes.ts";

export const Endpoint = group("Endpoint", "An address outside the stack that the stack may reach.", {
  host: field(HostName, "Host", "DNS name; `*.` at the start covers all names below it.", {
    examples: ["registry.example.gov.za"],
  }),
  ports: list("Ports", "TCP ports.", {
    items: whole("Port", "TCP port.", { minimum: 1, maximum: 65535, examples: [443] }),
    minItems: 1,
    uniqueItems: true,
    default: [443],
    examples: [[443]],
  }),
  addresses: list(
    "Addresses",
    "Its address ranges. A cluster's network policies only know addresses: traffic from pods to a host without them is denied.",
    { items: AddressRange, uniqueItems: true, default: [], examples: [["196.25.1.20/32"]] },
  ),
  purpose: choice("Purpose", "Why the stack connects to it.", [
    "image-registry",
    "chart-registry",
    "mail",
    "sms",
    "backup",
    "state",
    "time",
    "names",
    "certificates",
    "identity",
    "monitoring",
    "updates",
    "company-data",
  ]),
  country: field(CountryCode, "Country", "Where it is."),
  dataClasses: list("Data classes", "What is sent to it; nothing of the country's where empty.", {
    items: choice("Data class", "One of `residency.dataClasses`.", dataClassNames),
    uniqueItems: true,
    default: [],
    examples: [["backups"]],
  }),
});
