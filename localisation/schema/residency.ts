/** `residency`: what may rest where, what may leave, and by which article of which law. */
import Type from "typebox";
import { CalendarDate, CountryCode, Identifier, strictObject, WebAddress } from "./common.ts";

export const dataClassNames = [
  "identity",
  "diagnosticAnswers",
  "machineTelemetry",
  "aggregates",
  "logs",
  "backups",
  "keys",
  "state",
] as const;

const ArticleReference = Type.String({
  pattern: "^[a-z][a-z0-9-]*:[^\\s].*$",
  description: "The law's id and the article, as `law:article`.",
  examples: ["popia:72"],
});

export const DataClass = strictObject({
  restsIn: Type.Array(CountryCode, { minItems: 1, description: "Countries in which the data may rest." }),
  crossBorder: strictObject({
    transfer: Type.Enum(["forbidden", "with-mechanism", "free"]),
    mechanism: Type.Optional(
      Type.Enum([
        "adequacy",
        "standard-contract",
        "binding-corporate-rules",
        "consent",
        "authorisation",
        "law",
      ]),
    ),
    to: Type.Optional(Type.Array(CountryCode)),
  }),
  articles: Type.Array(ArticleReference, { minItems: 1 }),
});

export const Waiver = strictObject({
  id: Identifier,
  resource: Type.String({ minLength: 1, description: "The resource that the waiver covers." }),
  why: Type.String({ minLength: 10 }),
  who: Type.String({ minLength: 1, description: "The person who answers for it." }),
  until: CalendarDate,
});

export const Residency = strictObject({
  laws: Type.Array(
    strictObject({
      id: Identifier,
      title: Type.String({ minLength: 1 }),
      citation: Type.String({ minLength: 1 }),
      url: WebAddress,
      articles: Type.Array(
        strictObject({
          article: Type.String({ minLength: 1, examples: ["72"] }),
          summary: Type.String({ minLength: 1 }),
        }),
        { minItems: 1 },
      ),
    }),
    { minItems: 1 },
  ),
  dataClasses: strictObject(
    Object.fromEntries(dataClassNames.map((name) => [name, DataClass])) as Record<
      (typeof dataClassNames)[number],
      typeof DataClass
    >,
  ),
  regions: Type.Array(
    strictObject({
      provider: Type.Enum(["aws"]),
      region: Type.String({ minLength: 1, examples: ["af-south-1"] }),
      zones: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  waivers: Type.Array(Waiver),
});
