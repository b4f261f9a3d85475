/**
 * The localisation file: the one definition that gives the JSON Schema for ajv and editors,
 * the documentation, and the types that everything else reads.
 */

import { field, group } from "./builders.ts";
import { CountryCode, LanguageTag, LocalisedText } from "./common.ts";
import { Branding, Notifications, SupportContact } from "./communication.ts";
import type { DataClass as DataClassSchema } from "./data-classes.ts";
import { Diagnostic, type Question, type SupportProgramme } from "./diagnostic.ts";
import type { Endpoint as EndpointSchema } from "./endpoints.ts";
import type { Waiver as WaiverSchema } from "./exceptions.ts";
import { Hosting } from "./hosting.ts";
import { Programme, type SizeBand as SizeBandSchema } from "./programme.ts";
import { Residency } from "./residency.ts";
import { Aggregates, type Shift as ShiftSchema, Telemetry } from "./telemetry.ts";
import Type, { type DeepReadonly, type Static } from "./type.ts";

export const apiVersion = "rollout/v1";

export const CountrySchema = group("Localisation file", "All settings of one country's rollout.", {
  apiVersion: Type.Literal(apiVersion, {
    title: "Version of this format",
    description: "`rollout migrate` brings an older file up to date.",
    examples: [apiVersion],
  }),
  country: field(CountryCode, "Country", "ISO 3166-1 alpha-2 code of the country that this file describes."),
  names: field(LocalisedText, "Names of the country", "The country's name in each of its languages.", {
    derived: "the name in each of `languages`, from Unicode CLDR",
  }),
  languages: Type.Array(LanguageTag, {
    title: "Languages",
    minItems: 1,
    maxItems: 100,
    uniqueItems: true,
    description: "BCP 47 tags of the languages of the programme. The first is the default.",
    examples: [["en", "zu", "af"]],
  }),
  timezone: Type.String({
    title: "Time zone",
    format: "time-zone",
    expected: "a time zone (IANA)",
    description: "IANA time zone in which shifts, days and months of this rollout are counted.",
    examples: ["Africa/Johannesburg"],
    derived: "the country's time zone, where Unicode CLDR knows only one",
  }),
  currency: Type.String({
    title: "Currency",
    format: "currency",
    description: "ISO 4217 code of the currency in which tariffs and turnover are given.",
    expected: "a currency code of three capital letters (ISO 4217)",
    examples: ["ZAR"],
    derived: "the country's legal tender, where Unicode CLDR knows only one",
  }),
  programme: Programme,
  residency: Residency,
  hosting: Hosting,
  diagnostic: Diagnostic,
  telemetry: Telemetry,
  aggregates: Aggregates,
  notifications: Notifications,
  branding: Branding,
  support: SupportContact,
});

/** A country, complete: checked, every default filled in, frozen. */
export type Country = DeepReadonly<Static<typeof CountrySchema>>;
export type DiagnosticQuestion = DeepReadonly<Static<typeof Question>>;
export type FinancingProgramme = DeepReadonly<Static<typeof SupportProgramme>>;
export type SizeBand = DeepReadonly<Static<typeof SizeBandSchema>>;
export type Shift = DeepReadonly<Static<typeof ShiftSchema>>;
export type DataClass = DeepReadonly<Static<typeof DataClassSchema>>;
export type Law = Country["residency"]["laws"][number];
export type Endpoint = DeepReadonly<Static<typeof EndpointSchema>>;
export type Waiver = DeepReadonly<Static<typeof WaiverSchema>>;
