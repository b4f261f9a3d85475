/** Building blocks that several sections of the localisation file share. */
import Type, {
  type TArrayOptions,
  type TNumberOptions,
  type TSchema,
  type TSchemaOptions,
  type TStringOptions,
} from "./type.ts";

/**
 * Annotations of a field: `title`, `description`, `examples`, `default` as in JSON Schema; `derived` says how the
 * default follows from other fields; `expected` completes the message `"x" is not …`.
 */
export interface Annotations {
  readonly title?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly default?: unknown;
  readonly derived?: string;
  readonly expected?: string;
  /** The value is one text by language. */
  readonly localised?: true;
}

/** An object that refuses unknown keys, so that a typo is never taken for a default. */
export const strictObject = <P extends Record<string, TSchema>>(properties: P, options: Annotations = {}) =>
  Type.Object(properties, { additionalProperties: false, ...options });

/*
 * Every field of the file has a title and a description, so the builders below ask for both before anything else.
 */

export const text = (title: string, description: string, more: TStringOptions = {}) =>
  Type.String({ title, description, ...more });

export const whole = (title: string, description: string, more: TNumberOptions = {}) =>
  Type.Integer({ title, description, ...more });

export const number = (title: string, description: string, more: TNumberOptions = {}) =>
  Type.Number({ title, description, ...more });

export const flag = (title: string, description: string, more: TSchemaOptions = {}) =>
  Type.Boolean({ title, description, ...more });

export const choice = <const V extends string>(
  title: string,
  description: string,
  values: readonly V[],
  more: TSchemaOptions = {},
) => Type.Enum([...values], { title, description, ...more });

export const list = <T extends TSchema>(
  title: string,
  description: string,
  { items, ...more }: { readonly items: T } & TArrayOptions,
) => Type.Array(items, { title, description, ...more });

export const group = <P extends Record<string, TSchema>>(title: string, description: string, properties: P) =>
  strictObject(properties, { title, description });

/** A group that a file may leave out, because each of its fields has a default or is optional. */
export const settings = <P extends Record<string, TSchema>>(
  title: string,
  description: string,
  properties: P,
) => strictObject(properties, { title, description, default: {} });

/** A shared building block as one field, with a title and a description of its own. */
export const field = <T extends TSchema>(
  schema: T,
  title: string,
  description: string,
  more: Annotations = {},
): T => ({ ...schema, title, description, ...more });

/** A map whose keys all follow one pattern. */
export const mapOf = <V extends TSchema>(key: { readonly pattern: string }, value: V, options: Annotations) =>
  Type.Record(Type.String({ pattern: key.pattern }), value, { additionalProperties: false, ...options });

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
export const LocalisedText = mapOf(
  { pattern: languagePattern },
  Type.String({ minLength: 1, maxLength: 4000, title: "Text" }),
  {
    title: "Text by language",
    description: "The same text in each language, keyed by BCP 47 tag.",
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
