/** `telemetry`, `aggregates`: how machine data is kept, read as KPIs, and published. */

import { choice, field, group, list, map, number, optional, settings, text, whole } from "./builders.ts";
import { CalendarDate, LocalisedText, RetentionPeriod, TimeOfDay, WebAddress } from "./common.ts";
import Type from "./type.ts";

export const weekdays = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

export const Shift = group("Shift", "One shift of the working day.", {
  name: text("Name", "Its name in plants.", { minLength: 1, maxLength: 60, examples: ["morning"] }),
  days: Type.Array(choice("Weekday", "A day of the week.", weekdays), {
    title: "Days",
    minItems: 1,
    uniqueItems: true,
    description: "Days on which the shift starts.",
    derived: "the country's working days, from Unicode CLDR",
    examples: [["monday", "tuesday"]],
  }),
  start: field(TimeOfDay, "Start", "When it starts, in the country's time zone, on a quarter of an hour."),
  end: field(TimeOfDay, "End", "When it ends; on the next day if not after `start`.", {
    examples: ["14:00"],
  }),
  plannedBreakMinutes: whole(
    "Planned breaks",
    "Minutes of planned breaks in the shift, which planned busy time excludes.",
    { minimum: 0, maximum: 240, default: 0, examples: [30] },
  ),
});

const year = whole("Year", "Year of the figure.", { minimum: 2015, maximum: 2100, examples: [2026] });
const source = field(WebAddress, "Source", "Where the figure is published.");
const checked = optional.field(
  CalendarDate,
  "Checked",
  "The day on which the figure was checked against its source.",
);
const period = (title: string, description: string, byDefault: string) =>
  field(RetentionPeriod, title, `${description} ISO 8601 duration in days, months or years.`, {
    default: byDefault,
  });

export const Telemetry = group("Telemetry", "How machine data is kept and read as KPIs.", {
  retention: settings(
    "Retention",
    "How long machine data is kept per level, each at least as long as the finer one.",
    {
      raw: period("Raw readings", "How long each reading is kept.", "P90D"),
      minute: period("By minute", "How long minute averages are kept.", "P1Y"),
      hour: period("By hour", "How long hourly averages are kept.", "P5Y"),
      day: period("By day", "How long daily averages and KPIs are kept.", "P10Y"),
      rejected: period(
        "Rejected messages",
        "How long messages that can't be used are kept with their reason.",
        "P30D",
      ),
    },
  ),
  offlineAfterSeconds: Type.Integer({
    title: "Offline after",
    minimum: 10,
    maximum: 3600,
    default: 300,
    description:
      "A machine that sends nothing for this many seconds counts as offline, and its time as unknown.",
    examples: [300],
  }),
  sampling: settings(
    "Sampling",
    "What a machine sends, on average. With `programme.scale` it determines the size of the stack.",
    {
      channelsPerMachine: whole("Channels", "Channels that a machine sends, on average.", {
        minimum: 1,
        maximum: 1000,
        default: 6,
        examples: [6],
      }),
      intervalSeconds: number("Interval", "Seconds between two readings of a channel, on average.", {
        minimum: 0.1,
        maximum: 3600,
        default: 10,
        examples: [10],
      }),
    },
  ),
  units: map("Units", "UCUM unit of each measured channel.", {
    keys: "^[a-z][a-z0-9_-]{0,47}$",
    values: text("Unit", "UCUM unit.", {
      pattern: "^[!-~]{1,40}$",
      expected: "a UCUM unit",
      examples: ["Cel"],
    }),
    expected: "a channel's name: lower-case letters, digits, - and _",
    examples: [{ temperature: "Cel", power: "kW" }],
    default: {
      energy: "kW.h",
      power: "kW",
      temperature: "Cel",
      pressure: "bar",
      vibration: "mm/s",
      speed: "/min",
      current: "A",
      voltage: "V",
      humidity: "%",
    },
  }),
  shifts: list(
    "Shifts",
    "Shifts of a usual plant, by which the key figures of every company are computed. They may not overlap.",
    {
      items: Shift,
      minItems: 1,
      maxItems: 50,
      derived: "one shift from 8:00 to 17:00 with an hour's break, on the country's working days",
      examples: [[{ name: "morning", start: "06:00", end: "14:00" }]],
    },
  ),
  holidays: list("Holidays", "Days without planned production.", {
    items: group("Holiday", "A day without planned production.", {
      date: field(CalendarDate, "Date", "The day."),
      name: field(LocalisedText, "Name", "The holiday's name.", {
        examples: [{ en: "Day of Reconciliation" }],
      }),
    }),
    maxItems: 400,
    derived: "the country's public holidays of this year and the next, from the library date-holidays",
    examples: [[{ date: "2026-12-16", name: { en: "Day of Reconciliation" } }]],
  }),
  energy: group("Energy", "What energy costs and emits, for the energy KPIs.", {
    tariff: group("Tariff", "What a kilowatt-hour costs.", {
      pricePerKilowattHour: Type.Number({
        title: "Price per kWh",
        minimum: 0,
        description: "In the country's currency, for a usual small manufacturer.",
        examples: [2.35],
      }),
      year,
      source,
      checked,
    }),
    emissionFactor: group("Emission factor", "What a kilowatt-hour of the grid emits.", {
      kilogramsCarbonDioxidePerKilowattHour: number(
        "Emissions per kWh",
        "Kilograms of carbon dioxide per kilowatt-hour of the country's grid.",
        { minimum: 0, maximum: 3, examples: [0.98] },
      ),
      year,
      source,
      checked,
    }),
  }),
});

export const Aggregates = settings("Aggregates", "When national figures may be published.", {
  minimumCount: Type.Integer({
    title: "Minimum number",
    minimum: 3,
    maximum: 100,
    default: 5,
    description: "Minimum number of companies in a published cell.",
    examples: [5],
  }),
  dominance: settings(
    "Dominance",
    "The (n, k) rule: a few companies may not make up nearly all of a published cell.",
    {
      largest: whole("Largest", "Number of largest companies that are added up.", {
        minimum: 1,
        maximum: 3,
        default: 1,
        examples: [1],
      }),
      percent: number("Percent", "A cell is suppressed if they make up more than this share of it.", {
        minimum: 50,
        maximum: 100,
        default: 75,
        examples: [75],
      }),
    },
  ),
  publication: choice(
    "Publication",
    "A company is compared with results from before the present month, quarter or year, so that no single new result can be seen.",
    ["monthly", "quarterly", "yearly"],
    { default: "quarterly" },
  ),
  source: optional.field(WebAddress, "Source", "The statistical office's rule that these follow."),
});
