/** The classes of data, and for each where it may be stored and how it may leave. */
import { CountryCode, field, RetentionPeriod, strictObject } from "./common.ts";
import Type from "./type.ts";

/** The classes of data, with what belongs to each. */
export const dataClasses = {
  identity: "names, addresses and logins of people and companies",
  diagnosticAnswers: "a company's answers and scores",
  machineTelemetry: "what machines send, and the KPIs computed from it",
  aggregates: "national figures that name no company",
  logs: "logs and metrics of the stack itself",
  backups: "copies and snapshots of all of these",
  keys: "encryption keys, certificates' private keys, passwords",
  state: "what the kit records about the stack it built",
} as const;

export const dataClassNames = [
  "identity",
  "diagnosticAnswers",
  "machineTelemetry",
  "aggregates",
  "logs",
  "backups",
  "keys",
  "state",
] as const satisfies readonly (keyof typeof dataClasses)[];

export type DataClassName = (typeof dataClassNames)[number];

/** Legal mechanisms for data to leave, as data-protection laws name them. */
const transferMechanisms = [
  "adequacy",
  "standard-contract",
  "binding-corporate-rules",
  "consent",
  "authorisation",
  "law",
] as const;

export const ArticleReference = Type.String({
  title: "Article",
  pattern: "^[a-z][a-z0-9-]{0,47}:\\S(.*\\S)?$",
  description: "The law's id under `residency.laws` and the article, as `law:article`.",
  expected: "a reference to an article, as law:article",
  examples: ["popia:72"],
});

export const Mechanism = Type.Enum([...transferMechanisms], {
  title: "Mechanism",
  description: "The legal mechanism that allows a transfer.",
});

export const DataClass = strictObject(
  {
    restsIn: Type.Array(CountryCode, {
      title: "Stored in",
      minItems: 1,
      uniqueItems: true,
      description: "Countries in which the data may be stored.",
      examples: [["ZA"]],
      derived: "only the country",
    }),
    crossBorder: strictObject(
      {
        transfer: Type.Enum(["forbidden", "with-mechanism", "free"], {
          title: "Transfer",
          description: "Whether the data may cross the border.",
          default: "forbidden",
        }),
        mechanism: Type.Optional(Mechanism),
        to: Type.Optional(
          Type.Array(CountryCode, {
            title: "To",
            description: "Countries that it may go to; any where absent.",
            uniqueItems: true,
            examples: [["BW", "NA"]],
          }),
        ),
      },
      {
        title: "Crossing the border",
        description: "Whether and how the data may leave the country.",
        default: {},
      },
    ),
    articles: Type.Array(ArticleReference, {
      title: "Articles",
      description: "The articles that require this.",
      minItems: 1,
      uniqueItems: true,
      examples: [["popia:72", "popia:19"]],
      derived: "every article of `residency.laws`",
    }),
    retention: Type.Optional(
      field(RetentionPeriod, {
        title: "Kept for",
        description:
          "How long it is kept after its last use; as long as the company participates where absent.",
      }),
    ),
  },
  {
    title: "Data class",
    description: "Where one kind of data may be stored and whether it may leave.",
    default: {},
  },
);
