/** Building blocks that several sections of the localisation file share. */
import Type, { type TSchema } from "typebox";

/** An object that refuses unknown keys, so that a typo never passes as a default. */
export const strictObject = <P extends Record<string, TSchema>>(
  properties: P,
  options: Record<string, unknown> = {},
) => Type.Object(properties, { additionalProperties: false, ...options });

/** ISO 3166-1 alpha-2. */
export const CountryCode = Type.String({ pattern: "^[A-Z]{2}$", examples: ["ZA"] });

/** BCP 47. */
export const LanguageTag = Type.String({
  pattern: "^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$",
  examples: ["en", "pt-BR"],
});

/** One text in several languages, keyed by BCP 47 tag. */
export const LocalisedText = Type.Record(Type.String(), Type.String({ minLength: 1 }), {
  description: "The same text in several languages, keyed by BCP 47 tag.",
  examples: [{ en: "South Africa", af: "Suid-Afrika" }],
});

/** ISO 8601 duration in whole days, months or years. */
export const RetentionPeriod = Type.String({
  pattern: "^P[1-9][0-9]*[DMY]$",
  description: "ISO 8601 duration in days, months or years.",
  examples: ["P90D", "P2Y"],
});

/** Wall-clock time of day in the country's time zone. */
export const TimeOfDay = Type.String({
  pattern: "^([01][0-9]|2[0-3]):(00|15|30|45)$",
  description: "Time of day in the country's time zone, on a quarter of an hour.",
  examples: ["06:00"],
});

export const CalendarDate = Type.String({ format: "date", examples: ["2026-12-16"] });
export const Email = Type.String({ format: "email", examples: ["it@example.gov.za"] });
export const WebAddress = Type.String({ format: "uri", pattern: "^https?://" });
export const Identifier = Type.String({ pattern: "^[a-z][a-z0-9-]{0,47}$", examples: ["micro"] });
