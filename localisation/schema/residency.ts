/** `residency`: what may be stored where, what may leave, and by which article of which law. */
import { choice, field, group, list, optional, settings, text } from "./builders.ts";
import { CalendarDate, Identifier, LocalisedText, WebAddress } from "./common.ts";
import { ArticleReference, DataClass, dataClasses, dataClassNames } from "./data-classes.ts";
import { Endpoint } from "./endpoints.ts";
import { RemoteAccess, Transfer, Waiver } from "./exceptions.ts";

export type { DataClassName } from "./data-classes.ts";
export { dataClassNames };

const Law = group("Law", "A law, decree or resolution in force.", {
  id: field(Identifier, "Identifier", "`articles` fields name the law by it.", { examples: ["popia"] }),
  title: field(LocalisedText, "Title", "Short title.", {
    examples: ["Protection of Personal Information Act"],
  }),
  citation: text("Citation", "As lawyers cite it.", { minLength: 1, examples: ["Act 4 of 2013"] }),
  citedAs: optional.text("Cited as", "The word before an article's number; only the number where absent.", {
    minLength: 1,
    maxLength: 12,
    examples: ["s", "art."],
  }),
  url: field(WebAddress, "Text", "Where the law can be read."),
  from: optional.field(CalendarDate, "From", "First day on which it binds; it binds already where absent."),
  until: optional.field(CalendarDate, "Until", "Last day on which it binds; open where absent."),
  checked: optional.field(
    CalendarDate,
    "Checked",
    "The day on which these facts were checked against the text.",
  ),
  articles: list("Articles", "The articles that this rollout relies on.", {
    items: group("Article", "One article that this rollout relies on.", {
      article: text("Article", "Number of the article or section.", { minLength: 1, examples: ["72"] }),
      summary: field(LocalisedText, "Summary", "What it requires, in plain words.", {
        examples: ["Transfers of personal information outside the Republic."],
      }),
    }),
    minItems: 1,
  }),
});

export const Residency = group(
  "Residency",
  "What may be stored where, what may leave, and by which article of which law.",
  {
    profile: choice(
      "Profile",
      "`strict` also refuses internet gateways, private links and peerings that leave the country.",
      ["standard", "strict"],
      { default: "standard" },
    ),
    laws: list("Laws", "The laws that bind the rollout.", { items: Law, minItems: 1, maxItems: 50 }),
    authority: optional.group("Authority", "The data protection regulator.", {
      name: field(LocalisedText, "Name", "The regulator's name.", { examples: ["Information Regulator"] }),
      url: field(WebAddress, "Web address", "The regulator's pages.", {
        examples: ["https://inforegulator.org.za"],
      }),
    }),
    otherAuthorities: list(
      "Other authorities",
      "Authorities besides `authority` that supervise the rollout, such as a sector's or the next one.",
      {
        items: group("Authority", "An authority and what it supervises.", {
          name: field(LocalisedText, "Name", "The authority's name.", {
            examples: ["National Cyber Security Council"],
          }),
          url: field(WebAddress, "Web address", "The authority's pages."),
          task: field(LocalisedText, "Task", "What it supervises.", {
            examples: ["Security of public information systems."],
          }),
          from: optional.field(CalendarDate, "From", "Its first day; it works already where absent."),
          until: optional.field(CalendarDate, "Until", "Its last day; open where absent."),
        }),
        default: [],
        maxItems: 20,
      },
    ),
    breachNotice: optional.group(
      "Breach notice",
      "How soon the regulator must be told of a breach; as soon as possible where no number is given.",
      {
        hours: optional.whole("Hours", "Hours after it is known.", {
          minimum: 1,
          maximum: 720,
          examples: [72],
        }),
        workingDays: optional.whole("Working days", "Working days after it is known.", {
          minimum: 1,
          maximum: 60,
          examples: [3],
        }),
        article: field(ArticleReference, "Article", "The article that says so, as `law:article`."),
      },
    ),
    registrations: list("Registrations", "Public registers in which the operator must be entered.", {
      items: group("Registration", "An entry that the law requires.", {
        register: field(LocalisedText, "Register", "Name of the register.", { examples: ["VERBIS"] }),
        number: optional.text("Number", "The number of the entry, when there is one.", {
          minLength: 1,
          examples: ["12345678"],
        }),
        article: field(ArticleReference, "Article", "The article that requires it, as `law:article`."),
      }),
      default: [],
      maxItems: 50,
    }),
    dataClasses: settings(
      "Data classes",
      "For each kind of data, where it may be stored and how it may leave. Default: only in the country, never leaves.",
      Object.fromEntries(
        dataClassNames.map((name) => [
          name,
          field(DataClass, name, `Where ${dataClasses[name]} may be stored, and whether they may leave.`),
        ]),
      ) as Record<(typeof dataClassNames)[number], typeof DataClass>,
    ),
    regions: list(
      "Cloud regions",
      "Cloud regions and zones that may be used. A region must be in a country in which data may be stored.",
      {
        items: group("Region", "A cloud region that may be used.", {
          provider: choice("Provider", "Cloud provider.", ["aws"]),
          region: text("Region", "The provider's name of the region.", {
            minLength: 1,
            examples: ["af-south-1"],
          }),
          zones: optional.list("Zones", "Zones of the region; all in an allowed country where absent.", {
            items: text("Zone", "The provider's name of the zone.", { examples: ["af-south-1a"] }),
            minItems: 1,
            uniqueItems: true,
            examples: [["af-south-1a", "af-south-1b"]],
          }),
        }),
        derived: "every region of AWS in the country",
        maxItems: 50,
      },
    ),
    endpoints: list(
      "Endpoints",
      "Every address outside the stack that it may reach; all other outgoing traffic is denied.",
      { items: Endpoint, default: [], maxItems: 200 },
    ),
    transfers: list("Transfers", "Regular flows of data abroad, each with its legal basis and evidence.", {
      items: Transfer,
      default: [],
      maxItems: 200,
    }),
    remoteAccess: list("Remote access", "People abroad who may access the stack.", {
      items: RemoteAccess,
      default: [],
      maxItems: 200,
    }),
    waivers: list("Waivers", "Exceptions that a named person allowed until a given day.", {
      items: Waiver,
      default: [],
      maxItems: 200,
    }),
  },
);
