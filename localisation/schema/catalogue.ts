/** A language catalogue: all texts of the pages and of the standard questionnaire in one language. */

import { field, group, list, mapOf, text } from "./builders.ts";
import { identifierPattern, LanguageTag } from "./common.ts";
import type { DeepReadonly, Static } from "./type.ts";

export const CatalogueSchema = group(
  "Language catalogue",
  "All texts of the pages and the standard questionnaire in one language.",
  {
    language: field(LanguageTag, "Language", "BCP 47 tag, as in the name of the file."),
    name: text("Name", "The language's name in itself.", { minLength: 1, examples: ["English"] }),
    messages: mapOf(
      { pattern: "^[a-z][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*$" },
      text("Message", "ICU MessageFormat.", { minLength: 1, maxLength: 8000 }),
      {
        title: "Messages",
        description: "Texts of the pages by key.",
        expected: "the key of a message: words separated by dots",
        examples: [{ "welcome.title": "Welcome" }],
      },
    ),
    questions: mapOf(
      { pattern: identifierPattern },
      group("Question", "One standard question.", {
        text: text("Question", "The question.", { minLength: 1, maxLength: 4000 }),
        levels: list("Levels", "What levels 0 to 5 look like.", {
          items: text("Level", "What the level looks like.", { minLength: 1, maxLength: 4000 }),
          minItems: 6,
          maxItems: 6,
        }),
      }),
      {
        title: "Questions",
        description: "Standard questions by id.",
        expected: "the id of a question",
        examples: [{ "digital-plan": { text: "Is there a plan?" } }],
      },
    ),
    policies: mapOf(
      { pattern: identifierPattern },
      text("Policy", "The title of the policy.", { minLength: 1, maxLength: 500 }),
      {
        title: "Policies",
        description: "Titles of policies by id, for the compliance report; the English one where absent.",
        expected: "the id of a policy",
        default: {},
        examples: [{ "region-abroad": "Cloud resources are in an allowed region." }],
      },
    ),
  },
);

export type Catalogue = DeepReadonly<Static<typeof CatalogueSchema>>;
