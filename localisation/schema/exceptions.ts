/** Exceptions, with the person and the last day: waivers, transfers, access from abroad. */
import { CalendarDate, CountryCode, field, Identifier, strictObject } from "./common.ts";
import { ArticleReference, dataClassNames, Mechanism } from "./data-classes.ts";
import Type from "./type.ts";

export const Waiver = strictObject(
  {
    id: field(Identifier, {
      title: "Identifier",
      description: "Reports name the waiver by it.",
      examples: ["frankfurt-snapshots"],
    }),
    policy: Type.Optional(
      field(Identifier, {
        title: "Policy",
        description:
          "Id of the policy that is waived (`rollout policies list`); every policy on the resource where absent.",
        examples: ["snapshot-leaves-country"],
      }),
    ),
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
    until: field(CalendarDate, {
      title: "Until",
      description: "Its last day. An expired waiver is an error.",
    }),
  },
  { title: "Waiver", description: "An exception that a named person allowed until a given day." },
);

export const Transfer = strictObject(
  {
    id: field(Identifier, {
      title: "Identifier",
      description: "Reports name the transfer by it.",
      examples: ["forum-aggregates"],
    }),
    dataClasses: Type.Array(
      Type.Enum([...dataClassNames], { title: "Data class", description: "One of `residency.dataClasses`." }),
      {
        title: "Data classes",
        description: "What is transferred.",
        minItems: 1,
        uniqueItems: true,
        examples: [["aggregates"]],
      },
    ),
    recipient: Type.String({
      title: "Recipient",
      description: "Who receives it.",
      minLength: 1,
      examples: ["World Economic Forum"],
    }),
    to: field(CountryCode, { title: "To", description: "Country of the recipient.", examples: ["CH"] }),
    mechanism: field(Mechanism, { title: "Mechanism", description: "The legal mechanism that allows it." }),
    article: field(ArticleReference, {
      title: "Article",
      description: "The article that allows it, as `law:article`.",
    }),
    evidence: Type.String({
      title: "Evidence",
      description: "The contract, decision or permission: address or file number.",
      minLength: 1,
      examples: ["Contract 2026/117, notified 2026-03-02"],
    }),
    until: Type.Optional(
      field(CalendarDate, {
        title: "Until",
        description: "Last day on which it is allowed; open where absent.",
      }),
    ),
  },
  { title: "Transfer", description: "A regular flow of data to a recipient abroad." },
);

export const RemoteAccess = strictObject(
  {
    who: Type.String({
      title: "Who",
      description: "The person or firm.",
      minLength: 1,
      examples: ["Support desk of Example Ltd"],
    }),
    from: field(CountryCode, {
      title: "From",
      description: "Country from which they work.",
      examples: ["IN"],
    }),
    why: Type.String({
      title: "Why",
      description: "What they do.",
      minLength: 1,
      examples: ["Second-level support"],
    }),
    until: field(CalendarDate, { title: "Until", description: "Last day of the access." }),
  },
  { title: "Remote access", description: "Access by people who work abroad." },
);
