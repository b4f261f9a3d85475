/** The classes of data, and for each where it may be stored and how it may leave. */
import { choice, list, optional, settings } from "./builders.ts";
import { CountryCode, RetentionPeriod } from "./common.ts";
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

export const Mechanism = choice(
  "Mechanism",
  "The legal mechanism that allows a transfer.",
  transferMechanisms,
);

export const DataClass = settings(
  "Data class",
  "Where one kind of data may be stored and whether it may leave.",
  {
    restsIn: Type.Array(CountryCode, {
      title: "Stored in",
      minItems: 1,
      uniqueItems: true,
      description: "Countries in which the data may be stored.",
      examples: [["ZA"]],
      derived: "only the country",
    }),
    crossBorder: settings("Crossing the border", "Whether and how the data may leave the country.", {
      transfer: choice(
        "Transfer",
        "Whether the data may cross the border.",
        ["forbidden", "with-mechanism", "free"],
        { default: "forbidden" },
      ),
      mechanism: Type.Optional(Mechanism),
      to: optional.list("To", "Countries that it may go to; any where absent.", {
        items: CountryCode,
        uniqueItems: true,
        examples: [["BW", "NA"]],
      }),
    }),
    articles: list("Articles", "The articles that require this.", {
      items: ArticleReference,
      minItems: 1,
      uniqueItems: true,
      examples: [["popia:72", "popia:19"]],
      derived: "every article of `residency.laws`",
    }),
    retention: optional.field(
      RetentionPeriod,
      "Kept for",
      "How long it is kept after its last use; as long as the company participates where absent.",
    ),
  },
);
