/** Plans simulated factories for a country's sectors and size bands; the same seed gives the same factories. */
import type { Country, SizeBand } from "../../localisation/schema/country.ts";
import { type Division, divisionOf, type MachineType } from "./machine-types.ts";
import { Random } from "./random.ts";

export interface PlannedMachine {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
  readonly name: string;
  readonly type: MachineType;
}

export interface WorkingHabit {
  /** Names of the country's shifts that the factory works in. */
  readonly shifts: readonly string[];
  /** Works day and night, on holidays too. */
  readonly continuous: boolean;
  /** When in a shift its break starts, from 0 to 1. */
  readonly breakAt: number;
}

export interface Factory {
  readonly id: string;
  readonly name: string;
  /** ISIC Rev. 4 division. */
  readonly sector: string;
  readonly sizeBand: string;
  /** ISO 3166-2; absent where the country names no regions. */
  readonly region?: string;
  readonly site: { readonly id: string; readonly name: string };
  readonly habit: WorkingHabit;
  readonly machines: readonly PlannedMachine[];
}

export interface FactoryPlan {
  /** As many as the programme has now, at most 40, where absent. */
  readonly companies?: number | undefined;
  readonly seed: number;
}

const mostByDefault = 40;
const mostMachines = 24;

/** A factory depends on the seed and its number alone: a plan of more companies begins with the same factories. */
export function planFactories(country: Country, plan: FactoryPlan): Factory[] {
  const companies = plan.companies ?? Math.min(mostByDefault, country.programme.scale.now.companies);
  return Array.from({ length: companies }, (_, index) => planFactory(country, plan.seed, index + 1));
}

function planFactory(country: Country, seed: number, number: number): Factory {
  const random = Random.of(seed, `factory ${number}`);
  const { sectors, sizeBands, regions = [] } = country.programme;
  const sector = common(random, sectors);
  const division = divisionOf(sector);
  const bandIndex = sizeBands.indexOf(common(random, sizeBands));
  const band = sizeBands[bandIndex]!;
  const region = regions.length === 0 ? undefined : common(random, regions).code;
  const serial = String(number).padStart(2, "0");
  const id = `simulated-${serial}`;
  return {
    id,
    name: `Factory ${serial} (${division.name})`,
    sector,
    sizeBand: band.id,
    ...(region === undefined ? {} : { region }),
    site: { id: "plant", name: "Plant" },
    habit: planHabit(country, random, bandIndex / Math.max(1, sizeBands.length - 1)),
    machines: planMachines(id, division, machineCount(band, bandIndex, random), random),
  };
}

/** Picks the first values of a list more often than the last. */
function common<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random.next() ** 1.7 * values.length)]!;
}

/** @param size 0 for the smallest size band, 1 for the largest: larger factories work more shifts. */
function planHabit(country: Country, random: Random, size: number): WorkingHabit {
  const names = [...new Set(country.telemetry.shifts.map((shift) => shift.name))];
  const worked = 1 + Math.floor(random.next() * (0.4 + size) * names.length);
  return {
    shifts: names.slice(0, Math.min(names.length, worked)),
    continuous: random.next() < 0.15 + 0.2 * size,
    breakAt: random.between(0.35, 0.65),
  };
}

const usualEmployees = [
  { from: 1, to: 9 },
  { from: 10, to: 49 },
  { from: 50, to: 249 },
] as const;

/** About one machine for every twelve employees. */
function machineCount(band: SizeBand, index: number, random: Random): number {
  // Laws that divide by turnover or capital say nothing of employees: then bands are as in most countries.
  const { from, to } = band.employees ?? usualEmployees[Math.min(index, usualEmployees.length - 1)]!;
  const employees = random.between(Math.max(1, from), Math.min(to, 4 * Math.max(from, 10)));
  return Math.min(mostMachines, Math.max(1, Math.round(employees / 12)));
}

function planMachines(company: string, division: Division, count: number, random: Random): PlannedMachine[] {
  const numbers = new Map<string, number>();
  return Array.from({ length: count }, (_, index) => {
    const type =
      index < division.machines.length ? division.machines[index]! : random.pick(division.machines);
    const number = (numbers.get(type.kind) ?? 0) + 1;
    numbers.set(type.kind, number);
    const words = type.kind.replaceAll(" ", "-");
    return {
      company,
      site: "plant",
      machine: `${words}-${number}`,
      name: `${type.kind[0]!.toUpperCase()}${type.kind.slice(1)} ${number}`,
      type,
    };
  });
}
