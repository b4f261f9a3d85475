/** A language catalogue: all texts of the pages and of the standard questionnaire in one language. */

import { choice, field, group, list, map, optional, text } from "./builders.ts";
import { CalendarDate, identifierPattern, LanguageTag } from "./common.ts";
import Type, { type DeepReadonly, type Static } from "./type.ts";

export const CatalogueSchema = group(
  "Language catalogue",
  "All texts of the pages and the standard questionnaire in one language.",
  {
    language: field(LanguageTag, "Language", "BCP 47 tag, as in the name of the file."),
    name: text("Name", "The language's name in itself.", { minLength: 1, examples: ["English"] }),
    origin: Type.Optional(
      choice("Origin", "Who made the translation, where it is known.", ["person", "machine"]),
    ),
    reviewed: optional.group("Reviewed", "Given once a native speaker has read every text.", {
      by: text("By", "The native speaker or the translation office.", {
        minLength: 1,
        examples: ["N. Dlamini"],
      }),
      on: field(CalendarDate, "On", "When the last text was read."),
    }),
    messages: map("Messages", "Texts of the pages by key.", {
      keys: "^[a-z][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*$",
      values: text("Message", "ICU MessageFormat.", { minLength: 1, maxLength: 8000 }),
      expected: "the key of a message: words separated by dots",
      examples: [{ "welcome.title": "Welcome" }],
    }),
    questions: map("Questions", "Standard questions by id; in English where absent.", {
      keys: identifierPattern,
      values: group("Question", "One standard question.", {
        text: text("Question", "The question.", { minLength: 1, maxLength: 4000 }),
        levels: list("Levels", "What levels 0 to 5 look like.", {
          items: text("Level", "What the level looks like.", { minLength: 1, maxLength: 4000 }),
          minItems: 6,
          maxItems: 6,
        }),
      }),
      expected: "the id of a question",
      default: {},
      examples: [{ "digital-plan": { text: "Is there a plan?" } }],
    }),
    policies: map(
      "Policies",
      "Titles of policies by id, for the compliance report; the English one where absent.",
      {
        keys: identifierPattern,
        values: text("Policy", "The title of the policy.", { minLength: 1, maxLength: 500 }),
        expected: "the id of a policy",
        default: {},
        examples: [{ "region-abroad": "Cloud resources are in an allowed region." }],
      },
    ),
  },
);

export type Catalogue = DeepReadonly<Static<typeof CatalogueSchema>>;
