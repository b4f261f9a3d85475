/**
 * A machine as a random process in simulated time: it produces, waits, is set up and breaks down in the factory's working
 * time, makes scrap, counts, and uses energy. Seeded; the caller sets the time.
 */
import type { MachineState } from "../ingest/reading.ts";
import type { MachineType, Measurement } from "./machine-types.ts";
import type { Random } from "./random.ts";
import type { WorkingTime } from "./working-time.ts";

/** Cumulative; a device keeps them when it is switched off. */
export interface Counters {
  readonly produced: number;
  readonly scrap: number;
  /** Kilowatt-hours. */
  readonly energy: number;
}

export interface MachineStart {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly counters: Counters;
}

const minute = 60_000;
const hour = 60 * minute;
/** After a stop the first items are more often scrap. */
const warmUpMilliseconds = 4 * minute;
const warmUpScrapFactor = 4;
const hoursBetweenWaits = 0.8;
const minutesToWait = 6;

export class SimulatedMachine {
  readonly #type: MachineType;
  readonly #working: WorkingTime;
  readonly #random: Random;
  readonly #values: Map<Measurement, number>;
  #time: number;
  #state: MachineState = "planned-stop";
  /** When the stop ends, or the producing machine stops next. */
  #stateEnds = Number.POSITIVE_INFINITY;
  #nextState: MachineState = "producing";
  #producingSince = 0;
  /** Actual seconds per item in the current run. */
  #runTimePerItem: number;
  #itemProgress = 0;
  #produced: number;
  #scrap: number;
  #energy: number;

  constructor(type: MachineType, working: WorkingTime, start: MachineStart, random: Random) {
    this.#type = type;
    this.#working = working;
    this.#random = random;
    this.#time = start.time;
    this.#runTimePerItem = type.plannedRunTimePerItem;
    this.#produced = start.counters.produced;
    this.#scrap = start.counters.scrap;
    this.#energy = start.counters.energy;
    this.#values = new Map(type.measurements.map((measurement) => [measurement, measurement.resting]));
    if (working.at(start.time).works) this.#start(start.time);
  }

  get time(): number {
    return this.#time;
  }

  get state(): MachineState {
    return this.#state;
  }

  get counters(): Counters {
    return {
      produced: this.#produced,
      scrap: this.#scrap,
      energy: Math.round(this.#energy * 1000) / 1000,
    };
  }

  /** The current values of the measured channels. */
  measure(): [channel: string, value: number][] {
    return [...this.#values].map(([{ channel }, value]) => [channel, Number(value.toPrecision(4))]);
  }

  /** Simulates until `time`; calls `changed` at each change of state, at the simulated time of the change. */
  advance(time: number, changed: (state: MachineState, at: number) => void): void {
    while (this.#time < time) {
      const phase = this.#working.at(this.#time);
      const until = Math.min(time, phase.until, Math.max(this.#time, this.#stateEnds));
      if (until > this.#time) this.#pass(until - this.#time);
      this.#time = until;
      const before = this.#state;
      if (this.#working.at(until).works) {
        if (this.#state === "planned-stop") this.#start(until);
        else if (until >= this.#stateEnds) this.#enter(this.#nextState, until);
      } else if (this.#state !== "planned-stop") this.#stopWork();
      if (this.#state !== before) changed(this.#state, until);
    }
  }

  /** At the start of a shift some machines must be set up first. */
  #start(time: number): void {
    this.#enter(this.#random.next() < 0.25 ? "setup" : "producing", time);
  }

  #stopWork(): void {
    this.#state = "planned-stop";
    this.#stateEnds = Number.POSITIVE_INFINITY;
  }

  #enter(state: MachineState, time: number): void {
    const { hoursBetweenFailures, minutesToRepair, hoursBetweenSetups, setupMinutes } = this.#type;
    this.#state = state;
    this.#nextState = "producing";
    if (state === "down") this.#stateEnds = time + this.#random.exponential(minutesToRepair * minute);
    else if (state === "setup")
      this.#stateEnds = time + this.#random.between(0.6, 1.4) * setupMinutes * minute;
    else if (state === "idle") this.#stateEnds = time + this.#random.exponential(minutesToWait * minute);
    else {
      const stops: [MachineState, number][] = [
        ["down", this.#random.exponential(hoursBetweenFailures * hour)],
        ["setup", this.#random.exponential(hoursBetweenSetups * hour)],
        ["idle", this.#random.exponential(hoursBetweenWaits * hour)],
      ];
      const [next, after] = stops.reduce((first, stop) => (stop[1] < first[1] ? stop : first));
      this.#nextState = next;
      this.#stateEnds = time + after;
      this.#producingSince = time;
      const performance = Math.min(1.03, Math.max(0.55, this.#random.normal(0.88, 0.06)));
      this.#runTimePerItem = this.#type.plannedRunTimePerItem / performance;
    }
  }

  #pass(milliseconds: number): void {
    const isProducing = this.#state === "producing";
    const { power, measurements } = this.#type;
    const load = isProducing ? power.producing : this.#state === "setup" ? 2 * power.resting : power.resting;
    this.#energy += Math.max(0, load * this.#random.normal(1, 0.03)) * (milliseconds / hour);
    if (isProducing) this.#produce(milliseconds / 1000);
    for (const measurement of measurements) this.#settle(measurement, isProducing, milliseconds / 1000);
  }

  #produce(seconds: number): void {
    const progress = this.#itemProgress + seconds / this.#runTimePerItem;
    const items = Math.floor(progress);
    this.#itemProgress = progress - items;
    this.#produced += items;
    const isWarmingUp = this.#time - this.#producingSince < warmUpMilliseconds;
    const scrapRate = this.#type.scrapRate * (isWarmingUp ? warmUpScrapFactor : 1);
    for (let item = 0; item < items; item += 1) if (this.#random.next() < scrapRate) this.#scrap += 1;
  }

  /** Moves the value towards its target, with noise that does not depend on how often it is measured. */
  #settle(measurement: Measurement, isProducing: boolean, seconds: number): void {
    const target = isProducing ? measurement.producing : measurement.resting;
    const kept = Math.exp(-seconds / measurement.inertiaSeconds);
    const noise = measurement.noise * Math.sqrt(1 - kept * kept);
    const before = this.#values.get(measurement)!;
    const value = target + (before - target) * kept + this.#random.normal(0, noise);
    this.#values.set(measurement, target >= 0 ? Math.max(0, value) : value);
  }
}
