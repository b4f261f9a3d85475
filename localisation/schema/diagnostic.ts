/** `diagnostic`: the country's own part of the self-assessment. */

import { choice, field, group, list, map, number, optional, settings, text } from "./builders.ts";
import {
  CalendarDate,
  Identifier,
  identifierPattern,
  LanguageTag,
  LocalisedText,
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

const Barrier = choice("Barrier", "A barrier to industrial IoT, as the programme names them.", barriers);
const Dimension = choice("Dimension", "One of the diagnostic's dimensions.", dimensions);

const barrierList = (description: string) =>
  list("Barriers", description, { items: Barrier, minItems: 1, uniqueItems: true, examples: [["capital"]] });

export const Question = group("Question", "A question of the country's own.", {
  id: field(Identifier, "Identifier", "Not the id of a standard question.", { examples: ["load-shedding"] }),
  dimension: field(Dimension, "Dimension", "The dimension of the question."),
  barriers: barrierList("Barriers that a low answer indicates."),
  weight: number("Weight", "Weight in the dimension's mean.", {
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
  text: field(LocalisedText, "Question", "The question in each offered language.", {
    examples: [{ en: "How does production go on in a power cut?" }],
  }),
  levels: Type.Array(LocalisedText, {
    title: "Levels",
    minItems: 6,
    maxItems: 6,
    description: "What levels 0 to 5 look like, in each offered language.",
  }),
});

const QuestionOverride = group("Override", "What is different for one standard question.", {
  omit: optional.flag("Leave out", "true leaves the question out.", { examples: [true] }),
  weight: optional.number("Weight", "Another weight in the dimension's mean.", {
    exclusiveMinimum: 0,
    maximum: 5,
    examples: [2],
  }),
  text: optional.field(LocalisedText, "Text", "Another wording; other languages keep the standard one.", {
    examples: [{ en: "Another wording?" }],
  }),
});

/** A public programme, credit line or adviser that helps with a barrier. */
export const SupportProgramme = group(
  "Offer",
  "A public programme, credit line or adviser that helps with a barrier.",
  {
    id: field(Identifier, "Identifier", "Unique among financing programmes and levers.", {
      examples: ["sefa-direct"],
    }),
    name: field(LocalisedText, "Name", "As its provider calls it.", { examples: [{ en: "Direct lending" }] }),
    provider: field(LocalisedText, "Provider", "Who offers it.", {
      examples: ["Small Enterprise Finance Agency"],
    }),
    summary: field(LocalisedText, "Summary", "What it gives, to whom, in two sentences.", {
      examples: [{ en: "Loans for equipment of small companies." }],
    }),
    url: field(WebAddress, "Web address", "Where a company applies."),
    source: field(WebAddress, "Source", "Where these facts come from."),
    barriers: barrierList("Barriers that it helps with."),
    sizeBands: optional.list("Size bands", "Ids of size bands that may apply; all where absent.", {
      items: Identifier,
      minItems: 1,
      uniqueItems: true,
      examples: [["micro", "small"]],
    }),
    sectors: optional.list("Sectors", "Divisions of `programme.sectors` that may apply; all where absent.", {
      items: text("Sector", "One of `programme.sectors`.", { examples: ["14"] }),
      minItems: 1,
      uniqueItems: true,
      examples: [["14", "15"]],
    }),
    regions: optional.list(
      "Regions",
      "Codes of `programme.regions` whose companies may apply; all where absent.",
      {
        items: text("Region", "The code of one of `programme.regions`.", { examples: ["ZA-GP"] }),
        minItems: 1,
        uniqueItems: true,
        examples: [["ZA-GP"]],
      },
    ),
    until: optional.field(CalendarDate, "Until", "Last day for applications; open where absent."),
  },
);

export const Diagnostic = settings("Diagnostic", "The country's own part of the self-assessment.", {
  languages: list("Languages", "Languages in which the diagnostic is offered, out of `languages`.", {
    items: LanguageTag,
    minItems: 1,
    uniqueItems: true,
    examples: [["en", "zu"]],
    derived: "`languages`",
  }),
  overrides: map("Overrides", "Changes to standard questions, by the question's id.", {
    keys: identifierPattern,
    values: QuestionOverride,
    expected: "the id of a question",
    default: {},
    examples: [{ "energy-monitoring": { weight: 2 } }],
  }),
  extraQuestions: list("Extra questions", "Questions of the country's own.", {
    items: Question,
    default: [],
    maxItems: 50,
  }),
  financing: list("Financing", "Public financing programmes that a company can apply for.", {
    items: SupportProgramme,
    default: [],
    maxItems: 200,
  }),
  levers: list("Levers", "Other public help: training, advisers, test beds.", {
    items: SupportProgramme,
    default: [],
    maxItems: 200,
  }),
  benchmarkGroups: list("Benchmark groups", "The groups with which a company's score is compared.", {
    items: choice("Group", "How companies are grouped.", ["sector", "size-band"]),
    uniqueItems: true,
    default: ["sector", "size-band"],
  }),
});
