/** `programme`: who runs the rollout, for whom, and how large it becomes. */

import { field, group, list, optional, text, whole } from "./builders.ts";
import { CalendarDate, Email, Identifier, LocalisedText, WebAddress } from "./common.ts";
import Type from "./type.ts";

const Contact = group("Contact", "Who to write to.", {
  name: field(LocalisedText, "Name", "The organisation's name.", {
    examples: ["Department of Trade, Industry and Competition"],
  }),
  email: field(Email, "E-mail address", "A mailbox that people read."),
  phone: optional.text("Telephone", "With the country's prefix.", { examples: ["+27 12 000 0000"] }),
  address: optional.field(LocalisedText, "Address", "Postal address.", {
    examples: ["Private Bag X84, Pretoria 0001"],
  }),
});

const amount = (what: string) =>
  Type.Number({
    title: "To",
    minimum: 0,
    description: `Largest ${what}, in the country's currency.`,
    examples: [10000000],
  });

/** By what laws divide companies by size; a band gives one of them at least. */
export const sizeMeasures = ["employees", "annualTurnover", "capital", "assets"] as const;

export const SizeBand = group("Size band", "One class of company sizes.", {
  id: field(Identifier, "Identifier", "Other fields refer to the band by it.", { examples: ["micro"] }),
  name: field(LocalisedText, "Name", "As the law says it.", { examples: [{ en: "Micro enterprise" }] }),
  employees: optional.group("Employees", "How many people work there; bands may not overlap or leave gaps.", {
    from: Type.Integer({
      title: "From",
      minimum: 0,
      description: "Smallest number of employees, inclusive.",
      examples: [0],
    }),
    to: Type.Integer({
      title: "To",
      minimum: 0,
      description: "Largest number of employees, inclusive.",
      examples: [10],
    }),
  }),
  annualTurnover: optional.group("Annual turnover", "Where the law limits it.", {
    to: amount("annual turnover"),
  }),
  capital: optional.group("Capital", "Where the law limits it.", { to: amount("capital") }),
  assets: optional.group("Assets", "Where the law limits them, such as investment in plant and machinery.", {
    to: amount("value of assets"),
  }),
});

const Scale = group("Scale", "How many companies and machines are expected.", {
  companies: whole("Companies", "Companies that take part.", {
    minimum: 1,
    maximum: 1000000,
    examples: [130],
  }),
  machines: whole("Machines", "Machines that send data, over all companies.", {
    minimum: 1,
    maximum: 10000000,
    examples: [650],
  }),
});

/** The divisions of section C (manufacturing) of ISIC Rev. 4, United Nations. */
const manufacturingDivision = "^(1[0-9]|2[0-9]|3[0-3])$";

export const Programme = group("Programme", "Who runs the rollout, for whom, and how large it becomes.", {
  name: field(LocalisedText, "Name of the programme", "As companies see it.", {
    examples: [{ en: "South African Connected Factories" }],
  }),
  operator: field(
    Contact,
    "Operator",
    "The public body that runs the programme and is responsible for the data.",
  ),
  dataProtectionOfficer: group(
    "Data protection officer",
    "The person responsible for personal data under the country's law.",
    {
      role: field(LocalisedText, "Position", "Name of the position in the country's law.", {
        examples: ["Information Officer"],
      }),
      name: text("Name", "The person in the position.", { minLength: 1, examples: ["N. Dlamini"] }),
      email: field(Email, "E-mail address", "Where data subjects write to."),
      registration: optional.text(
        "Registration",
        "Number in the regulator's register, where the law asks for one.",
        { examples: ["2026-000123"] },
      ),
    },
  ),
  start: optional.field(CalendarDate, "Start", "First day of the programme.", { examples: ["2026-09-01"] }),
  sectors: list("Sectors", "ISIC Rev. 4 divisions of manufacturing in the programme.", {
    items: text("Sector", "ISIC Rev. 4 division of manufacturing, 10 to 33, in quotes.", {
      pattern: manufacturingDivision,
      expected: "a division of manufacturing in ISIC Rev. 4, 10 to 33",
      examples: ["10"],
    }),
    minItems: 1,
    maxItems: 24,
    uniqueItems: true,
    examples: [["10", "14", "25"]],
  }),
  sizeBands: list(
    "Size bands",
    "Classes of company sizes as the country's own law defines them, smallest first.",
    { items: SizeBand, minItems: 1, maxItems: 12 },
  ),
  sizeBandsSource: field(WebAddress, "Source of the size bands", "The law or regulation that defines them."),
  sizeBandsChecked: optional.field(
    CalendarDate,
    "Size bands checked",
    "The day on which the size bands were checked against their source.",
  ),
  regions: list(
    "Regions",
    "Provinces or states by which companies are counted; the app does not ask for them where empty.",
    {
      items: group("Region", "One province or state.", {
        code: text("Code", "ISO 3166-2 code of the province or state.", {
          pattern: "^[A-Z]{2}-[A-Z0-9]{1,3}$",
          expected: "a code of a province or state (ISO 3166-2)",
          examples: ["ZA-GP"],
        }),
        name: field(LocalisedText, "Name", "The name of the province or state.", {
          examples: [{ en: "Gauteng" }],
        }),
      }),
      default: [],
      maxItems: 400,
    },
  ),
  scale: group("Scale", "Expected companies and machines, which determine the size of the stack.", {
    now: field(Scale, "Now", "At the start; a pilot's size."),
    inThreeYears: field(Scale, "In three years", "What the stack must grow to."),
  }),
  pilotSites: list("Pilot sites", "Places where the rollout starts.", {
    items: group("Pilot site", "Where the rollout starts.", {
      name: field(LocalisedText, "Name", "The site's name.", { examples: ["Vaal technology station"] }),
      place: field(LocalisedText, "Place", "Town or district.", { examples: ["Vanderbijlpark"] }),
      latitude: optional.number("Latitude", "Degrees, north positive.", {
        minimum: -90,
        maximum: 90,
        examples: [-26.71],
      }),
      longitude: optional.number("Longitude", "Degrees, east positive.", {
        minimum: -180,
        maximum: 180,
        examples: [27.84],
      }),
    }),
    default: [],
    maxItems: 500,
  }),
});
