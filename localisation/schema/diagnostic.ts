/** `diagnostic`: the country's own part of the self-assessment. */
import Type from "typebox";
import { Identifier, LanguageTag, LocalisedText, strictObject, WebAddress } from "./common.ts";

/** Barriers to industrial IoT that the Forum's programme names. */
export const barriers = ["skills", "capital", "processes", "it-ot", "technology-market"] as const;

/** The diagnostic's six dimensions. */
export const dimensions = [
  "strategy-and-finance",
  "people-and-skills",
  "processes-and-shop-floor",
  "machines-and-connectivity",
  "data-and-security",
  "market-and-ecosystem",
] as const;

export const Barrier = Type.Enum([...barriers]);
export const Dimension = Type.Enum([...dimensions]);

export const Question = strictObject({
  id: Identifier,
  dimension: Dimension,
  barriers: Type.Array(Barrier, { minItems: 1, uniqueItems: true }),
  weight: Type.Number({ exclusiveMinimum: 0, maximum: 5, default: 1 }),
  essential: Type.Boolean({ default: false, description: "Caps its dimension at its own level plus one." }),
  text: LocalisedText,
  levels: Type.Array(LocalisedText, {
    minItems: 6,
    maxItems: 6,
    description: "What levels 0 to 5 look like.",
  }),
});

export const QuestionOverride = strictObject({
  omit: Type.Optional(Type.Boolean()),
  weight: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 5 })),
  text: Type.Optional(LocalisedText),
});

/** A public programme, credit line or adviser that helps with a barrier. */
export const Support = strictObject({
  id: Identifier,
  name: LocalisedText,
  provider: Type.String({ minLength: 1 }),
  summary: LocalisedText,
  url: WebAddress,
  source: WebAddress,
  barriers: Type.Array(Barrier, { minItems: 1, uniqueItems: true }),
  sizeBands: Type.Optional(
    Type.Array(Identifier, { description: "Size bands that may apply; all where absent." }),
  ),
});

export const Diagnostic = strictObject({
  languages: Type.Array(LanguageTag, { minItems: 1, uniqueItems: true }),
  overrides: Type.Record(Type.String(), QuestionOverride),
  extraQuestions: Type.Array(Question),
  financing: Type.Array(Support),
  levers: Type.Array(Support),
  benchmarkGroups: Type.Array(Type.Enum(["sector", "size-band"]), { uniqueItems: true }),
});
