/** Addresses outside the stack that it may reach. */
import { AddressRange, CountryCode, field, HostName, strictObject } from "./common.ts";
import { dataClassNames } from "./data-classes.ts";
import Type from "./type.ts";

export const Endpoint = strictObject(
  {
    host: field(HostName, {
      title: "Host",
      description: "DNS name; `*.` at the start covers all names below it.",
      examples: ["registry.example.gov.za"],
    }),
    ports: Type.Array(
      Type.Integer({ title: "Port", description: "TCP port.", minimum: 1, maximum: 65535, examples: [443] }),
      {
        title: "Ports",
        description: "TCP ports.",
        minItems: 1,
        uniqueItems: true,
        default: [443],
        examples: [[443]],
      },
    ),
    addresses: Type.Array(AddressRange, {
      title: "Addresses",
      description:
        "Its address ranges. A cluster's network policies only know addresses: traffic from pods to a host without them is denied.",
      uniqueItems: true,
      default: [],
      examples: [["196.25.1.20/32"]],
    }),
    purpose: Type.Enum(
      [
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
      ],
      { title: "Purpose", description: "Why the stack connects to it." },
    ),
    country: field(CountryCode, { title: "Country", description: "Where it is." }),
    dataClasses: Type.Array(
      Type.Enum([...dataClassNames], { title: "Data class", description: "One of `residency.dataClasses`." }),
      {
        title: "Data classes",
        description: "What is sent to it; nothing of the country's where empty.",
        uniqueItems: true,
        default: [],
        examples: [["backups"]],
      },
    ),
  },
  { title: "Endpoint", description: "An address outside the stack that the stack may reach." },
);
