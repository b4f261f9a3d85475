/** A language catalogue: all texts of the pages and of the standard questionnaire in one language. */

import { field, identifierPattern, LanguageTag, mapOf, strictObject } from "./common.ts";
import Type, { type DeepReadonly, type Static } from "./type.ts";

export const CatalogueSchema = strictObject(
  {
    language: field(LanguageTag, {
      title: "Language",
      description: "BCP 47 tag, as in the name of the file.",
    }),
    name: Type.String({
      title: "Name",
      description: "The language's name in itself.",
      minLength: 1,
      examples: ["English"],
    }),
    messages: mapOf(
      { pattern: "^[a-z][A-Za-z0-9_-]*(\\.[A-Za-z0-9_-]+)*$" },
      Type.String({ title: "Message", description: "ICU MessageFormat.", minLength: 1, maxLength: 8000 }),
      {
        title: "Messages",
        description: "Texts of the pages by key.",
        expected: "the key of a message: words separated by dots",
        examples: [{ "welcome.title": "Welcome" }],
      },
    ),
    questions: mapOf(
      { pattern: identifierPattern },
      strictObject(
        {
          text: Type.String({
            title: "Question",
            description: "The question.",
            minLength: 1,
            maxLength: 4000,
          }),
          levels: Type.Array(
            Type.String({
              title: "Level",
              description: "What the level looks like.",
              minLength: 1,
              maxLength: 4000,
            }),
            {
              title: "Levels",
              description: "What levels 0 to 5 look like.",
              minItems: 6,
              maxItems: 6,
            },
          ),
        },
        { title: "Question", description: "One standard question." },
      ),
      {
        title: "Questions",
        description: "Standard questions by id.",
        expected: "the id of a question",
        examples: [{ "digital-plan": { text: "Is there a plan?" } }],
      },
    ),
    policies: mapOf(
      { pattern: identifierPattern },
      Type.String({
        title: "Policy",
        description: "The title of the policy.",
        minLength: 1,
        maxLength: 500,
      }),
      {
        title: "Policies",
        description: "Titles of policies by id, for the compliance report; the English one where absent.",
        expected: "the id of a policy",
        default: {},
        examples: [{ "region-abroad": "Cloud resources are in an allowed region." }],
      },
    ),
  },
  {
    title: "Language catalogue",
    description: "All texts of the pages and the standard questionnaire in one language.",
  },
);

export type Catalogue = DeepReadonly<Static<typeof CatalogueSchema>>;
