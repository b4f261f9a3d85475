/** Exceptions, with the person and the last day: waivers, transfers, access from abroad. */
import { choice, field, group, list, optional, text } from "./builders.ts";
import { CalendarDate, CountryCode, Identifier } from "./common.ts";
import { ArticleReference, dataClassNames, Mechanism } from "./data-classes.ts";
import Type from "./type.ts";

export const Waiver = group("Waiver", "An exception that a named person allowed until a given day.", {
  id: field(Identifier, "Identifier", "Reports name the waiver by it.", {
    examples: ["frankfurt-snapshots"],
  }),
  policy: field(Identifier, "Policy", "Id of the one policy that is waived (`rollout policies list`).", {
    examples: ["snapshot-copy"],
  }),
  resource: Type.String({
    title: "Resource",
    minLength: 1,
    maxLength: 500,
    description: "Name of the resource that the waiver covers, as a plan shows it.",
    examples: ["backup/snapshots"],
  }),
  why: Type.String({
    title: "Why",
    minLength: 10,
    description: "The reason, for an auditor.",
    examples: ["The provider stores snapshots in the parent region until its own store opens."],
  }),
  who: Type.String({
    title: "Who",
    minLength: 1,
    description: "The responsible person.",
    examples: ["N. Dlamini, Information Officer"],
  }),
  until: field(CalendarDate, "Until", "Its last day. From the day after, `rollout check` fails."),
});

export const Transfer = group("Transfer", "A regular flow of data to a recipient abroad.", {
  id: field(Identifier, "Identifier", "Reports name the transfer by it.", { examples: ["forum-aggregates"] }),
  dataClasses: list("Data classes", "What is transferred.", {
    items: choice("Data class", "One of `residency.dataClasses`.", dataClassNames),
    minItems: 1,
    uniqueItems: true,
    examples: [["aggregates"]],
  }),
  recipient: text("Recipient", "Who receives it.", { minLength: 1, examples: ["World Economic Forum"] }),
  to: field(CountryCode, "To", "Country of the recipient.", { examples: ["CH"] }),
  mechanism: field(Mechanism, "Mechanism", "The legal mechanism that allows it."),
  article: field(ArticleReference, "Article", "The article that allows it, as `law:article`."),
  evidence: text("Evidence", "The contract, decision or permission: address or file number.", {
    minLength: 1,
    examples: ["Contract 2026/117, notified 2026-03-02"],
  }),
  until: optional.field(CalendarDate, "Until", "Last day on which it is allowed; open where absent."),
});

export const RemoteAccess = group("Remote access", "Access by people who work abroad.", {
  who: text("Who", "The person or firm.", { minLength: 1, examples: ["Support desk of Example Ltd"] }),
  from: field(CountryCode, "From", "Country from which they work.", { examples: ["IN"] }),
  why: text("Why", "What they do.", { minLength: 1, examples: ["Second-level support"] }),
  until: field(CalendarDate, "Until", "Last day of the access."),
});
