/** `programme`: who runs the rollout, for whom, and how large it becomes. */

import { CalendarDate, Email, field, Identifier, LocalisedText, strictObject, WebAddress } from "./common.ts";
import Type from "./type.ts";

const Contact = strictObject(
  {
    name: Type.String({
      title: "Name",
      description: "The organisation's or the person's name.",
      minLength: 1,
      examples: ["Department of Trade, Industry and Competition"],
    }),
    email: field(Email, { title: "E-mail address", description: "A mailbox that people read." }),
    phone: Type.Optional(
      Type.String({
        title: "Telephone",
        description: "With the country's prefix.",
        examples: ["+27 12 000 0000"],
      }),
    ),
    address: Type.Optional(
      Type.String({
        title: "Address",
        description: "Postal address.",
        examples: ["Private Bag X84, Pretoria 0001"],
      }),
    ),
  },
  { title: "Contact", description: "Who to write to." },
);

export const SizeBand = strictObject(
  {
    id: field(Identifier, {
      title: "Identifier",
      description: "Other fields refer to the band by it.",
      examples: ["micro"],
    }),
    name: field(LocalisedText, {
      title: "Name",
      description: "As the law says it.",
      examples: [{ en: "Micro enterprise" }],
    }),
    employees: strictObject(
      {
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
      },
      { title: "Employees", description: "How many people work there; bands may not overlap or leave gaps." },
    ),
    annualTurnover: Type.Optional(
      strictObject(
        {
          to: Type.Number({
            title: "To",
            minimum: 0,
            description: "Largest annual turnover, in the country's currency.",
            examples: [10000000],
          }),
        },
        { title: "Annual turnover", description: "Where the law limits it too." },
      ),
    ),
  },
  { title: "Size band", description: "One class of company sizes." },
);

const Scale = strictObject(
  {
    companies: Type.Integer({
      title: "Companies",
      description: "Companies that take part.",
      minimum: 1,
      maximum: 1000000,
      examples: [130],
    }),
    machines: Type.Integer({
      title: "Machines",
      description: "Machines that send data, over all companies.",
      minimum: 1,
      maximum: 10000000,
      examples: [650],
    }),
  },
  { title: "Scale", description: "How many companies and machines are expected." },
);

/** The divisions of section C (manufacturing) of ISIC Rev. 4, United Nations. */
const manufacturingDivision = "^(1[0-9]|2[0-9]|3[0-3])$";

export const Programme = strictObject(
  {
    name: field(LocalisedText, {
      title: "Name of the programme",
      description: "As companies see it.",
      examples: [{ en: "South African Connected Factories" }],
    }),
    operator: field(Contact, {
      title: "Operator",
      description: "The public body that runs the programme and is responsible for the data.",
    }),
    dataProtectionOfficer: strictObject(
      {
        role: Type.String({
          title: "Position",
          description: "Name of the position in the country's law.",
          minLength: 1,
          examples: ["Information Officer"],
        }),
        name: Type.String({
          title: "Name",
          description: "The person in the position.",
          minLength: 1,
          examples: ["N. Dlamini"],
        }),
        email: field(Email, { title: "E-mail address", description: "Where data subjects write to." }),
        registration: Type.Optional(
          Type.String({
            title: "Registration",
            description: "Number in the regulator's register, where the law asks for one.",
            examples: ["2026-000123"],
          }),
        ),
      },
      {
        title: "Data protection officer",
        description: "The person responsible for personal data under the country's law.",
      },
    ),
    start: Type.Optional(
      field(CalendarDate, {
        title: "Start",
        description: "First day of the programme.",
        examples: ["2026-09-01"],
      }),
    ),
    sectors: Type.Array(
      Type.String({
        title: "Sector",
        description: "ISIC Rev. 4 division of manufacturing, 10 to 33, in quotes.",
        pattern: manufacturingDivision,
        expected: "a division of manufacturing in ISIC Rev. 4, 10 to 33",
        examples: ["10"],
      }),
      {
        title: "Sectors",
        description: "ISIC Rev. 4 divisions of manufacturing in the programme.",
        minItems: 1,
        maxItems: 24,
        uniqueItems: true,
        examples: [["10", "14", "25"]],
      },
    ),
    sizeBands: Type.Array(SizeBand, {
      title: "Size bands",
      description: "Classes of company sizes as the country's own law defines them, smallest first.",
      minItems: 1,
      maxItems: 12,
    }),
    sizeBandsSource: field(WebAddress, {
      title: "Source of the size bands",
      description: "The law or regulation that defines them.",
    }),
    regions: Type.Array(
      strictObject(
        {
          code: Type.String({
            title: "Code",
            description: "ISO 3166-2 code of the province or state.",
            pattern: "^[A-Z]{2}-[A-Z0-9]{1,3}$",
            expected: "a code of a province or state (ISO 3166-2)",
            examples: ["ZA-GP"],
          }),
          name: field(LocalisedText, {
            title: "Name",
            description: "The name of the province or state.",
            examples: [{ en: "Gauteng" }],
          }),
        },
        { title: "Region", description: "One province or state." },
      ),
      {
        title: "Regions",
        description:
          "Provinces or states by which companies are counted; the app does not ask for them where empty.",
        default: [],
        maxItems: 200,
      },
    ),
    scale: strictObject(
      {
        now: field(Scale, { title: "Now", description: "At the start; a pilot's size." }),
        inThreeYears: field(Scale, { title: "In three years", description: "What the stack must grow to." }),
      },
      {
        title: "Scale",
        description: "Expected companies and machines, which determine the size of the stack.",
      },
    ),
    pilotSites: Type.Array(
      strictObject(
        {
          name: Type.String({
            title: "Name",
            description: "The site's name.",
            minLength: 1,
            examples: ["Vaal technology station"],
          }),
          place: Type.String({
            title: "Place",
            description: "Town or district.",
            minLength: 1,
            examples: ["Vanderbijlpark"],
          }),
          latitude: Type.Optional(
            Type.Number({
              title: "Latitude",
              description: "Degrees, north positive.",
              minimum: -90,
              maximum: 90,
              examples: [-26.71],
            }),
          ),
          longitude: Type.Optional(
            Type.Number({
              title: "Longitude",
              description: "Degrees, east positive.",
              minimum: -180,
              maximum: 180,
              examples: [27.84],
            }),
          ),
        },
        { title: "Pilot site", description: "Where the rollout starts." },
      ),
      { title: "Pilot sites", description: "Places where the rollout starts.", default: [], maxItems: 500 },
    ),
  },
  { title: "Programme", description: "Who runs the rollout, for whom, and how large it becomes." },
);
