/** `telemetry`, `aggregates`: how machine data is kept, read as KPIs, and published. */
import Type from "typebox";
import {
  CalendarDate,
  LocalisedText,
  RetentionPeriod,
  strictObject,
  TimeOfDay,
  WebAddress,
} from "./common.ts";

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

export const Shift = strictObject({
  name: Type.String({ minLength: 1, examples: ["morning"] }),
  days: Type.Array(Type.Enum([...weekdays]), {
    minItems: 1,
    uniqueItems: true,
    description: "Days on which the shift starts.",
  }),
  start: TimeOfDay,
  end: { ...TimeOfDay, description: "Not after `start` means: on the next day." } as typeof TimeOfDay,
  plannedBreakMinutes: Type.Integer({ minimum: 0, maximum: 240, default: 0 }),
});

export const Telemetry = strictObject({
  retention: strictObject({
    raw: RetentionPeriod,
    minute: RetentionPeriod,
    hour: RetentionPeriod,
    day: RetentionPeriod,
    rejected: RetentionPeriod,
  }),
  offlineAfterSeconds: Type.Integer({
    minimum: 10,
    maximum: 3600,
    default: 300,
    description: "A machine that has said nothing for this long counts as offline, and its time as unknown.",
  }),
  units: Type.Record(Type.String(), Type.String(), {
    description: "UCUM unit of each measured channel.",
    examples: [{ temperature: "Cel", power: "kW" }],
  }),
  shifts: Type.Array(Shift, { minItems: 1 }),
  holidays: Type.Array(strictObject({ date: CalendarDate, name: LocalisedText })),
  energy: strictObject({
    tariff: strictObject({
      pricePerKilowattHour: Type.Number({ minimum: 0, description: "In the country's currency." }),
      year: Type.Integer({ minimum: 2015, maximum: 2100 }),
      source: WebAddress,
    }),
    emissionFactor: strictObject({
      kilogramsCarbonDioxidePerKilowattHour: Type.Number({ minimum: 0, maximum: 3 }),
      year: Type.Integer({ minimum: 2015, maximum: 2100 }),
      source: WebAddress,
    }),
  }),
});

export const Aggregates = strictObject({
  minimumCount: Type.Integer({
    minimum: 3,
    default: 5,
    description: "Fewest companies in a published cell.",
  }),
  dominance: strictObject({
    largest: Type.Integer({ minimum: 1, maximum: 3, default: 1 }),
    percent: Type.Number({ minimum: 50, maximum: 100, default: 75 }),
  }),
  publication: Type.Enum(["monthly", "quarterly", "yearly"]),
});
