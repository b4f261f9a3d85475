/** `diagnostic`: the country's own part of the self-assessment. */

import {
  CalendarDate,
  field,
  Identifier,
  identifierPattern,
  LanguageTag,
  LocalisedText,
  mapOf,
  strictObject,
  WebAddress,
} from "./common.ts";
import Type from "./type.ts";

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

const Barrier = Type.Enum([...barriers], {
  title: "Barrier",
  description: "A barrier to industrial IoT, as the programme names them.",
});
const Dimension = Type.Enum([...dimensions], {
  title: "Dimension",
  description: "One of the diagnostic's dimensions.",
});

const barrierList = (description: string) =>
  Type.Array(Barrier, {
    title: "Barriers",
    description,
    minItems: 1,
    uniqueItems: true,
    examples: [["capital"]],
  });

export const Question = strictObject(
  {
    id: field(Identifier, {
      title: "Identifier",
      description: "Not the id of a standard question.",
      examples: ["load-shedding"],
    }),
    dimension: field(Dimension, {
      title: "Dimension",
      description: "The dimension of the question.",
    }),
    barriers: barrierList("Barriers that a low answer indicates."),
    weight: Type.Number({
      title: "Weight",
      description: "Weight in the dimension's mean.",
      exclusiveMinimum: 0,
      maximum: 5,
      default: 1,
      examples: [1],
    }),
    essential: Type.Boolean({
      title: "Essential",
      default: false,
      description: "Caps its dimension at its own level plus one.",
    }),
    text: field(LocalisedText, {
      title: "Question",
      description: "The question in each offered language.",
      examples: [{ en: "How does production go on in a power cut?" }],
    }),
    levels: Type.Array(LocalisedText, {
      title: "Levels",
      minItems: 6,
      maxItems: 6,
      description: "What levels 0 to 5 look like, in each offered language.",
    }),
  },
  { title: "Question", description: "A question of the country's own." },
);

const QuestionOverride = strictObject(
  {
    omit: Type.Optional(
      Type.Boolean({ title: "Leave out", description: "true leaves the question out.", examples: [true] }),
    ),
    weight: Type.Optional(
      Type.Number({
        title: "Weight",
        description: "Another weight in the dimension's mean.",
        exclusiveMinimum: 0,
        maximum: 5,
        examples: [2],
      }),
    ),
    text: Type.Optional(
      field(LocalisedText, {
        title: "Text",
        description: "Another wording; other languages keep the standard one.",
        examples: [{ en: "Another wording?" }],
      }),
    ),
  },
  { title: "Override", description: "What is different for one standard question." },
);

/** A public programme, credit line or adviser that helps with a barrier. */
export const SupportProgramme = strictObject(
  {
    id: field(Identifier, {
      title: "Identifier",
      description: "Unique among financing programmes and levers.",
      examples: ["sefa-direct"],
    }),
    name: field(LocalisedText, {
      title: "Name",
      description: "As its provider calls it.",
      examples: [{ en: "Direct lending" }],
    }),
    provider: Type.String({
      title: "Provider",
      description: "Who offers it.",
      minLength: 1,
      examples: ["Small Enterprise Finance Agency"],
    }),
    summary: field(LocalisedText, {
      title: "Summary",
      description: "What it gives, to whom, in two sentences.",
      examples: [{ en: "Loans for equipment of small companies." }],
    }),
    url: field(WebAddress, { title: "Web address", description: "Where a company applies." }),
    source: field(WebAddress, { title: "Source", description: "Where these facts come from." }),
    barriers: barrierList("Barriers that it helps with."),
    sizeBands: Type.Optional(
      Type.Array(Identifier, {
        title: "Size bands",
        description: "Ids of size bands that may apply; all where absent.",
        minItems: 1,
        uniqueItems: true,
        examples: [["micro", "small"]],
      }),
    ),
    sectors: Type.Optional(
      Type.Array(
        Type.String({ title: "Sector", description: "One of `programme.sectors`.", examples: ["14"] }),
        {
          title: "Sectors",
          description: "Divisions of `programme.sectors` that may apply; all where absent.",
          minItems: 1,
          uniqueItems: true,
          examples: [["14", "15"]],
        },
      ),
    ),
    until: Type.Optional(
      field(CalendarDate, {
        title: "Until",
        description: "Last day for applications; open where absent.",
      }),
    ),
  },
  { title: "Offer", description: "A public programme, credit line or adviser that helps with a barrier." },
);

export const Diagnostic = strictObject(
  {
    languages: Type.Array(LanguageTag, {
      title: "Languages",
      description: "Languages in which the diagnostic is offered, out of `languages`.",
      minItems: 1,
      uniqueItems: true,
      examples: [["en", "zu"]],
      derived: "`languages`",
    }),
    overrides: mapOf({ pattern: identifierPattern }, QuestionOverride, {
      title: "Overrides",
      description: "Changes to standard questions, by the question's id.",
      expected: "the id of a question",
      default: {},
      examples: [{ "energy-monitoring": { weight: 2 } }],
    }),
    extraQuestions: Type.Array(Question, {
      title: "Extra questions",
      description: "Questions of the country's own.",
      default: [],
      maxItems: 50,
    }),
    financing: Type.Array(SupportProgramme, {
      title: "Financing",
      description: "Public financing programmes that a company can apply for.",
      default: [],
      maxItems: 200,
    }),
    levers: Type.Array(SupportProgramme, {
      title: "Levers",
      description: "Other public help: training, advisers, test beds.",
      default: [],
      maxItems: 200,
    }),
    benchmarkGroups: Type.Array(
      Type.Enum(["sector", "size-band"], { title: "Group", description: "How companies are grouped." }),
      {
        title: "Benchmark groups",
        description: "The groups with which a company's score is compared.",
        uniqueItems: true,
        default: ["sector", "size-band"],
      },
    ),
  },
  { title: "Diagnostic", description: "The country's own part of the self-assessment.", default: {} },
);
