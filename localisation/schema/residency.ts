/** `residency`: what may rest where, what may leave, and by which article of which law. */

import {
  AddressRange,
  CalendarDate,
  CountryCode,
  field,
  HostName,
  Identifier,
  RetentionPeriod,
  strictObject,
  WebAddress,
} from "./common.ts";
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

/** Legal ways for data to leave, as data-protection laws name them. */
export const transferMechanisms = [
  "adequacy",
  "standard-contract",
  "binding-corporate-rules",
  "consent",
  "authorisation",
  "law",
] as const;

const ArticleReference = Type.String({
  title: "Article",
  pattern: "^[a-z][a-z0-9-]{0,47}:\\S(.*\\S)?$",
  description: "The law's id under `residency.laws` and the article, as `law:article`.",
  expected: "a reference to an article, as law:article",
  examples: ["popia:72"],
});

const Mechanism = Type.Enum([...transferMechanisms], {
  title: "Mechanism",
  description: "The law's way by which a transfer is allowed.",
});

export const DataClass = strictObject(
  {
    restsIn: Type.Array(CountryCode, {
      title: "May rest in",
      minItems: 1,
      uniqueItems: true,
      description: "Countries in which the data may rest.",
      examples: [["ZA"]],
      derived: "the country alone",
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
      description: "The articles by which it is so.",
      minItems: 1,
      uniqueItems: true,
      examples: [["popia:72", "popia:19"]],
      derived: "every article of `residency.laws`",
    }),
    retention: Type.Optional(
      field(RetentionPeriod, {
        title: "Kept for",
        description:
          "How long it is kept after its last use; as long as the company takes part where absent.",
      }),
    ),
  },
  {
    title: "Data class",
    description: "Where one kind of data may rest and whether it may leave.",
    default: {},
  },
);

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
      description: "The person who answers for it.",
      examples: ["N. Dlamini, Information Officer"],
    }),
    until: field(CalendarDate, {
      title: "Until",
      description: "Last day on which it holds. An expired waiver is an error.",
    }),
  },
  { title: "Waiver", description: "An exception that a named person allowed until a day." },
);

export const Endpoint = strictObject(
  {
    host: field(HostName, {
      title: "Host",
      description: "DNS name; `*.` in front covers the names below.",
      examples: ["registry.example.gov.za"],
    }),
    ports: Type.Array(
      Type.Integer({ title: "Port", description: "TCP port.", minimum: 1, maximum: 65535, examples: [443] }),
      {
        title: "Ports",
        description: "TCP ports.",
        minItems: 1,
        uniqueItems: true,
        default: [443],
        examples: [[443]],
      },
    ),
    addresses: Type.Array(AddressRange, {
      title: "Addresses",
      description:
        "Address ranges that it stands at. A cluster's network policies know addresses only: traffic from pods to a host without them stays closed.",
      uniqueItems: true,
      default: [],
      examples: [["196.25.1.20/32"]],
    }),
    purpose: Type.Enum(
      [
        "image-registry",
        "chart-registry",
        "mail",
        "sms",
        "backup",
        "state",
        "time",
        "names",
        "certificates",
        "identity",
        "monitoring",
        "updates",
        "company-data",
      ],
      { title: "Purpose", description: "What the stack reaches it for." },
    ),
    country: field(CountryCode, { title: "Country", description: "Where it stands." }),
    dataClasses: Type.Array(
      Type.Enum([...dataClassNames], { title: "Data class", description: "One of `residency.dataClasses`." }),
      {
        title: "Data classes",
        description: "What is sent to it; nothing of the country's where empty.",
        uniqueItems: true,
        default: [],
        examples: [["backups"]],
      },
    ),
  },
  { title: "Endpoint", description: "An address outside the stack that the stack may reach." },
);

const Law = strictObject(
  {
    id: field(Identifier, {
      title: "Identifier",
      description: "`articles` fields name the law by it.",
      examples: ["popia"],
    }),
    title: Type.String({
      title: "Title",
      description: "Short title.",
      minLength: 1,
      examples: ["Protection of Personal Information Act"],
    }),
    citation: Type.String({
      title: "Citation",
      description: "As lawyers cite it.",
      minLength: 1,
      examples: ["Act 4 of 2013"],
    }),
    citedAs: Type.Optional(
      Type.String({
        title: "Cited as",
        description: "What stands before an article's number; the number alone where absent.",
        minLength: 1,
        maxLength: 12,
        examples: ["s", "art."],
      }),
    ),
    url: field(WebAddress, { title: "Text", description: "Where the law can be read." }),
    articles: Type.Array(
      strictObject(
        {
          article: Type.String({
            title: "Article",
            description: "Number of the article or section.",
            minLength: 1,
            examples: ["72"],
          }),
          summary: Type.String({
            title: "Summary",
            description: "What it asks for, in plain words.",
            minLength: 1,
            examples: ["Transfers of personal information outside the Republic."],
          }),
        },
        { title: "Article", description: "One article that this rollout relies on." },
      ),
      { title: "Articles", description: "The articles that this rollout relies on.", minItems: 1 },
    ),
  },
  { title: "Law", description: "A law, decree or resolution in force." },
);

const Transfer = strictObject(
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
    mechanism: field(Mechanism, { title: "Mechanism", description: "The law's way by which it is allowed." }),
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
  { title: "Transfer", description: "A regular flow of data to somebody abroad." },
);

export const Residency = strictObject(
  {
    profile: Type.Enum(["standard", "strict"], {
      title: "Profile",
      description:
        "`strict` also refuses internet gateways, private links and peerings that leave the country.",
      default: "standard",
    }),
    laws: Type.Array(Law, {
      title: "Laws",
      description: "The laws that bind the rollout.",
      minItems: 1,
      maxItems: 50,
    }),
    authority: Type.Optional(
      strictObject(
        {
          name: Type.String({
            title: "Name",
            description: "The regulator's name.",
            minLength: 1,
            examples: ["Information Regulator"],
          }),
          url: field(WebAddress, {
            title: "Web address",
            description: "The regulator's pages.",
            examples: ["https://inforegulator.org.za"],
          }),
        },
        { title: "Authority", description: "The data protection regulator." },
      ),
    ),
    breachNotice: Type.Optional(
      strictObject(
        {
          hours: Type.Optional(
            Type.Integer({
              title: "Hours",
              description: "Hours from knowing of it.",
              minimum: 1,
              maximum: 720,
              examples: [72],
            }),
          ),
          workingDays: Type.Optional(
            Type.Integer({
              title: "Working days",
              description: "Working days from knowing of it.",
              minimum: 1,
              maximum: 60,
              examples: [3],
            }),
          ),
          article: field(ArticleReference, {
            title: "Article",
            description: "The article that says so, as `law:article`.",
          }),
        },
        {
          title: "Breach notice",
          description:
            "How soon the regulator must hear of a breach; as soon as possible where no number is given.",
        },
      ),
    ),
    registrations: Type.Array(
      strictObject(
        {
          register: Type.String({
            title: "Register",
            description: "Name of the register.",
            minLength: 1,
            examples: ["VERBIS"],
          }),
          number: Type.Optional(
            Type.String({
              title: "Number",
              description: "The entry's number, once there is one.",
              minLength: 1,
              examples: ["12345678"],
            }),
          ),
          article: field(ArticleReference, {
            title: "Article",
            description: "The article that asks for it, as `law:article`.",
          }),
        },
        { title: "Registration", description: "An entry that the law asks for." },
      ),
      {
        title: "Registrations",
        description: "Public registers in which the operator must stand.",
        default: [],
        maxItems: 50,
      },
    ),
    dataClasses: strictObject(
      Object.fromEntries(
        dataClassNames.map((name) => [
          name,
          field(DataClass, {
            title: name,
            description: `Where ${dataClasses[name]} may rest, and whether they may leave.`,
          }),
        ]),
      ) as Record<(typeof dataClassNames)[number], typeof DataClass>,
      {
        title: "Data classes",
        description:
          "Each kind of data with where it may rest and how it may leave. Left out: in the country, never leaves.",
        default: {},
      },
    ),
    regions: Type.Array(
      strictObject(
        {
          provider: Type.Enum(["aws"], { title: "Provider", description: "Cloud provider." }),
          region: Type.String({
            title: "Region",
            description: "The provider's name of the region.",
            minLength: 1,
            examples: ["af-south-1"],
          }),
          zones: Type.Optional(
            Type.Array(
              Type.String({
                title: "Zone",
                description: "The provider's name of the zone.",
                examples: ["af-south-1a"],
              }),
              {
                title: "Zones",
                description: "Zones of the region; all that lie in an allowed country where absent.",
                minItems: 1,
                uniqueItems: true,
                examples: [["af-south-1a", "af-south-1b"]],
              },
            ),
          ),
        },
        { title: "Region", description: "A cloud region that may be used." },
      ),
      {
        title: "Cloud regions",
        description:
          "Cloud regions and zones that may be used. A region's country must be one in which data may rest.",
        derived: "every region of AWS in the country",
        maxItems: 50,
      },
    ),
    endpoints: Type.Array(Endpoint, {
      title: "Endpoints",
      description: "Every address outside the stack that it may reach; all other traffic out is closed.",
      default: [],
      maxItems: 200,
    }),
    transfers: Type.Array(Transfer, {
      title: "Transfers",
      description: "Regular flows of data abroad, each with its legal basis and evidence.",
      default: [],
      maxItems: 200,
    }),
    remoteAccess: Type.Array(
      strictObject(
        {
          who: Type.String({
            title: "Who",
            description: "The person or firm.",
            minLength: 1,
            examples: ["Support desk of Example Ltd"],
          }),
          from: field(CountryCode, {
            title: "From",
            description: "Country that they work from.",
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
      ),
      {
        title: "Remote access",
        description: "People abroad who may reach the stack.",
        default: [],
        maxItems: 200,
      },
    ),
    waivers: Type.Array(Waiver, {
      title: "Waivers",
      description: "Exceptions that a named person allowed until a day.",
      default: [],
      maxItems: 200,
    }),
  },
  {
    title: "Residency",
    description: "What may rest where, what may leave, and by which article of which law.",
  },
);
