/**
 * The localisation file: the one definition that gives the JSON Schema for ajv and editors,
 * the documentation, and the types that everything else reads.
 */
import Type, { type Static } from "typebox";
import { CountryCode, Email, LanguageTag, LocalisedText, strictObject, WebAddress } from "./common.ts";
import { Diagnostic, type Question, type Support as SupportOffer } from "./diagnostic.ts";
import { Hosting } from "./hosting.ts";
import { Programme, type SizeBand as SizeBandSchema } from "./programme.ts";
import { Residency } from "./residency.ts";
import { Aggregates, type Shift as ShiftSchema, Telemetry } from "./telemetry.ts";

export const apiVersion = "rollout/v1";

export const Notifications = strictObject({
  from: Email,
  replyTo: Type.Optional(Email),
});

export const Branding = strictObject({
  primaryColour: Type.String({ pattern: "^#[0-9a-fA-F]{6}$", default: "#0b5c8a" }),
  logo: Type.Optional(Type.String({ description: "Path of an SVG beside the localisation file." })),
});

export const Support = strictObject({
  email: Email,
  phone: Type.Optional(Type.String()),
  hours: Type.Optional(LocalisedText),
  url: Type.Optional(WebAddress),
});

export const CountrySchema = strictObject({
  apiVersion: Type.Literal(apiVersion),
  country: CountryCode,
  names: LocalisedText,
  languages: Type.Array(LanguageTag, {
    minItems: 1,
    uniqueItems: true,
    description: "The first is the default.",
  }),
  timezone: Type.String({ description: "IANA time zone.", examples: ["Africa/Johannesburg"] }),
  currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217." }),
  programme: Programme,
  residency: Residency,
  hosting: Hosting,
  diagnostic: Diagnostic,
  telemetry: Telemetry,
  aggregates: Aggregates,
  notifications: Notifications,
  branding: Branding,
  support: Support,
});

type DeepReadonly<T> = T extends (infer E)[]
  ? readonly DeepReadonly<E>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;

/** A country, complete: checked, every default filled in, frozen. */
export type Country = DeepReadonly<Static<typeof CountrySchema>>;
export type DiagnosticQuestion = DeepReadonly<Static<typeof Question>>;
export type FinancingProgramme = DeepReadonly<Static<typeof SupportOffer>>;
export type SizeBand = DeepReadonly<Static<typeof SizeBandSchema>>;
export type Shift = DeepReadonly<Static<typeof ShiftSchema>>;
