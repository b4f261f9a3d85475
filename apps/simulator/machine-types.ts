/**
 * Machines that are typical of each division of manufacturing. They make simulated factories look plausible; nothing is
 * computed from them. Their figures are in `machine-types.yaml`.
 */
import { readFileSync } from "node:fs";
import { parse } from "yaml";

export interface Measurement {
  readonly channel: string;
  /** Values that it approaches while the machine produces, and while it does not. */
  readonly producing: number;
  readonly resting: number;
  /** Standard deviation around that. */
  readonly noise: number;
  /** Time constant in seconds: two thirds of a change happen within it. */
  readonly inertiaSeconds: number;
}

export interface MachineType {
  readonly kind: string;
  readonly plannedRunTimePerItem: number;
  /** Kilowatts while producing, and while ready. */
  readonly power: { readonly producing: number; readonly resting: number };
  /** Share of items. */
  readonly scrapRate: number;
  readonly hoursBetweenFailures: number;
  readonly minutesToRepair: number;
  readonly hoursBetweenSetups: number;
  readonly setupMinutes: number;
  readonly measurements: readonly Measurement[];
}

export interface Division {
  readonly name: string;
  readonly machines: readonly MachineType[];
}

const measured =
  (channel: string, resting: number, noiseShare: number, inertiaSeconds: number) =>
  (producing: number): Measurement => {
    const noise = Math.abs(producing - resting) * noiseShare;
    return { channel, producing, resting, noise, inertiaSeconds };
  };
const temperature = measured("temperature", 24, 0.015, 1200);

/** By the names that the file has for them. */
const measurements: Readonly<Record<string, (...figures: number[]) => Measurement>> = {
  temperature,
  chilled: (producing: number) => ({ ...temperature(producing), resting: 8, noise: 0.3 }),
  pressure: measured("pressure", 0, 0.02, 20),
  vibration: measured("vibration", 0.2, 0.08, 5),
  speed: measured("speed", 0, 0.01, 15),
  current: measured("current", 0.5, 0.05, 3),
  humidity: (producing: number, resting: number, inertiaSeconds: number) =>
    measured("humidity", resting, 0.02, inertiaSeconds)(producing),
};

interface Figures {
  /** The name of the row where absent. */
  readonly kind?: string;
  readonly item: number;
  readonly power: readonly [producing: number, resting: number];
  readonly scrap: number;
  readonly failures: readonly [hoursBetween: number, minutes: number];
  readonly setups: readonly [hoursBetween: number, minutes: number];
  readonly channels: Readonly<Record<string, number | readonly number[]>>;
}

interface Table {
  readonly machines: Readonly<Record<string, Figures>>;
  /** By ISIC Rev. 4 division, with names of machines. */
  readonly divisions: Readonly<
    Record<string, { readonly name: string; readonly machines: readonly string[] }>
  >;
}

const table = parse(readFileSync(new URL("./machine-types.yaml", import.meta.url), "utf8")) as Table;

/** Made once: a fleet of thousands of machines shares them. */
const types = new Map(
  Object.entries(table.machines).map(([row, figures]) => [row, machineType(row, figures)]),
);

function machineType(row: string, figures: Figures): MachineType {
  const { kind = row, item, power, scrap, failures, setups, channels } = figures;
  return {
    kind,
    plannedRunTimePerItem: item,
    power: { producing: power[0], resting: power[1] },
    scrapRate: scrap,
    hoursBetweenFailures: failures[0],
    minutesToRepair: failures[1],
    hoursBetweenSetups: setups[0],
    setupMinutes: setups[1],
    measurements: Object.entries(channels).map(([name, values]) => measurements[name]!(...[values].flat())),
  };
}

/** A division outside manufacturing gets machines that are common everywhere. */
export function divisionOf(sector: string): Division {
  const common = { name: `division ${sector}`, machines: ["packaging machine", "test bench"] };
  const { name, machines } = table.divisions[sector] ?? common;
  return { name, machines: machines.map((row) => types.get(row)!) };
}
