/** Building blocks that several sections of the localisation file share. */
import { map, text } from "./builders.ts";
import Type from "./type.ts";

const languagePattern = "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$";
const identifierPattern = "^[a-z][a-z0-9-]{0,47}$";

/** ISO 3166-1 alpha-2. */
export const CountryCode = text("Country code", "ISO 3166-1 alpha-2 code.", {
  format: "country",
  expected: "a country code of two capital letters (ISO 3166-1)",
  examples: ["ZA"],
});

/** BCP 47. */
export const LanguageTag = text("Language", "BCP 47 language tag.", {
  format: "language",
  expected: "a language tag (BCP 47)",
  examples: ["en", "pt-BR"],
});

/** One text in several languages, keyed by BCP 47 tag. */
export const LocalisedText = map(
  "Text by language",
  "The text in each language, keyed by BCP 47 tag; or one text for all.",
  {
    keys: languagePattern,
    values: Type.String({ minLength: 1, maxLength: 4000, title: "Text" }),
    examples: [{ en: "South Africa", af: "Suid-Afrika" }],
    expected: "a language tag (BCP 47)",
    localised: true,
  },
);

/** ISO 8601 duration in whole days, months or years. */
export const RetentionPeriod = Type.String({
  title: "Period",
  pattern: "^P[1-9][0-9]{0,3}[DMY]$",
  description: "ISO 8601 duration in days, months or years.",
  expected: "a period in whole days, months or years",
  examples: ["P90D", "P2Y"],
});

/** Wall-clock time of day in the country's time zone. */
export const TimeOfDay = Type.String({
  title: "Time of day",
  pattern: "^([01][0-9]|2[0-3]):(00|15|30|45)$",
  description: "Time of day in the country's time zone, on a quarter of an hour.",
  expected: "a time of day on a quarter of an hour",
  examples: ["06:00"],
});

export const CalendarDate = Type.String({
  title: "Date",
  format: "date",
  description: "A day, as year-month-day.",
  expected: "a day of the calendar",
  examples: ["2026-12-16"],
});

export const Email = Type.String({
  title: "E-mail address",
  format: "email",
  maxLength: 254,
  description: "An e-mail address that people read.",
  expected: "an e-mail address",
  examples: ["it@example.gov.za"],
});

export const WebAddress = Type.String({
  title: "Web address",
  format: "uri",
  pattern: "^https?://[^/\\s]+",
  maxLength: 2000,
  description: "A web address, preferably https.",
  expected: "a web address",
  examples: ["https://www.example.gov.za"],
});

export const Identifier = text("Identifier", "A short name that other fields refer to.", {
  pattern: identifierPattern,
  expected: "an identifier: lower-case letters, digits and hyphens, a letter first",
  examples: ["micro"],
});

export const HostName = text("Host name", "A DNS name.", {
  pattern: "^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]$",
  maxLength: 253,
  expected: "a host name: lower-case letters, with a dot, without https://",
  examples: ["sme.example.gov.za"],
});

export const AddressRange = text("Address range", "IPv4 or IPv6 addresses in CIDR notation.", {
  format: "address-range",
  expected: "an address range in CIDR notation",
  examples: ["10.20.0.0/16"],
});

/** Name of a Kubernetes object. */
export const ObjectName = text("Name", "Name of an object in the cluster.", {
  pattern: "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$",
  expected: "a name in a cluster: lower-case letters, digits and hyphens, at most 63",
  examples: ["fast-local"],
});

export const Port = Type.Integer({
  title: "Port",
  minimum: 0,
  maximum: 65535,
  description: "TCP port; 0 takes any free one.",
  examples: [8080],
});

export { identifierPattern, languagePattern };
