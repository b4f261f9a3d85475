/** `programme`: who runs the rollout, for whom, and how large it becomes. */
import Type from "typebox";
import { CalendarDate, Email, Identifier, LocalisedText, strictObject, WebAddress } from "./common.ts";

export const Contact = strictObject({
  name: Type.String({ minLength: 1 }),
  email: Email,
  phone: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
});

export const SizeBand = strictObject({
  id: Identifier,
  name: LocalisedText,
  employees: strictObject({
    from: Type.Integer({ minimum: 0, description: "Smallest number of employees, inclusive." }),
    to: Type.Integer({ minimum: 0, description: "Largest number of employees, inclusive." }),
  }),
  annualTurnover: Type.Optional(
    strictObject({
      to: Type.Number({ minimum: 0, description: "Largest annual turnover, in the country's currency." }),
    }),
  ),
});

export const Scale = strictObject({
  companies: Type.Integer({ minimum: 1 }),
  machines: Type.Integer({ minimum: 1 }),
});

export const Programme = strictObject({
  name: LocalisedText,
  operator: Contact,
  dataProtectionOfficer: strictObject({
    role: Type.String({
      description: "The name that the country's law gives to the office.",
      examples: ["Information Officer"],
    }),
    name: Type.String({ minLength: 1 }),
    email: Email,
    registration: Type.Optional(
      Type.String({ description: "Number in the regulator's register, where the law asks for one." }),
    ),
  }),
  start: Type.Optional(CalendarDate),
  sectors: Type.Array(Type.String({ pattern: "^[0-9]{2}$", description: "ISIC Rev. 4 division." }), {
    minItems: 1,
    uniqueItems: true,
    examples: [["10", "14", "25"]],
  }),
  sizeBands: Type.Array(SizeBand, { minItems: 1 }),
  sizeBandsSource: WebAddress,
  regions: Type.Optional(
    Type.Array(
      strictObject({
        code: Type.String({
          pattern: "^[A-Z]{2}-[A-Z0-9]{1,3}$",
          description: "ISO 3166-2.",
          examples: ["ZA-GP"],
        }),
        name: LocalisedText,
      }),
      { description: "Provinces or states by which companies are counted; not asked for where absent." },
    ),
  ),
  scale: strictObject({ now: Scale, inThreeYears: Scale }),
  pilotSites: Type.Array(
    strictObject({
      name: Type.String({ minLength: 1 }),
      place: Type.String({ minLength: 1 }),
      latitude: Type.Optional(Type.Number({ minimum: -90, maximum: 90 })),
      longitude: Type.Optional(Type.Number({ minimum: -180, maximum: 180 })),
    }),
  ),
});
