/** `residency`: what may be stored where, what may leave, and by which article of which law. */
import { field, Identifier, strictObject, WebAddress } from "./common.ts";
import { ArticleReference, DataClass, dataClasses, dataClassNames } from "./data-classes.ts";
import { Endpoint } from "./endpoints.ts";
import { RemoteAccess, Transfer, Waiver } from "./exceptions.ts";
import Type from "./type.ts";

export type { DataClassName } from "./data-classes.ts";
export { dataClassNames };

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
        description: "The word before an article's number; only the number where absent.",
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
            description: "What it requires, in plain words.",
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
              description: "Hours after it is known.",
              minimum: 1,
              maximum: 720,
              examples: [72],
            }),
          ),
          workingDays: Type.Optional(
            Type.Integer({
              title: "Working days",
              description: "Working days after it is known.",
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
            "How soon the regulator must be told of a breach; as soon as possible where no number is given.",
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
              description: "The number of the entry, when there is one.",
              minLength: 1,
              examples: ["12345678"],
            }),
          ),
          article: field(ArticleReference, {
            title: "Article",
            description: "The article that requires it, as `law:article`.",
          }),
        },
        { title: "Registration", description: "An entry that the law requires." },
      ),
      {
        title: "Registrations",
        description: "Public registers in which the operator must be entered.",
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
            description: `Where ${dataClasses[name]} may be stored, and whether they may leave.`,
          }),
        ]),
      ) as Record<(typeof dataClassNames)[number], typeof DataClass>,
      {
        title: "Data classes",
        description:
          "For each kind of data, where it may be stored and how it may leave. Default: only in the country, never leaves.",
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
                description: "Zones of the region; all in an allowed country where absent.",
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
          "Cloud regions and zones that may be used. A region must be in a country in which data may be stored.",
        derived: "every region of AWS in the country",
        maxItems: 50,
      },
    ),
    endpoints: Type.Array(Endpoint, {
      title: "Endpoints",
      description: "Every address outside the stack that it may reach; all other outgoing traffic is denied.",
      default: [],
      maxItems: 200,
    }),
    transfers: Type.Array(Transfer, {
      title: "Transfers",
      description: "Regular flows of data abroad, each with its legal basis and evidence.",
      default: [],
      maxItems: 200,
    }),
    remoteAccess: Type.Array(RemoteAccess, {
      title: "Remote access",
      description: "People abroad who may access the stack.",
      default: [],
      maxItems: 200,
    }),
    waivers: Type.Array(Waiver, {
      title: "Waivers",
      description: "Exceptions that a named person allowed until a given day.",
      default: [],
      maxItems: 200,
    }),
  },
  {
    title: "Residency",
    description: "What may be stored where, what may leave, and by which article of which law.",
  },
);
