/** All simulated machines with their devices, driven by one clock. Runs in the simulator's own process. */
import { type ShiftCalendar, shiftsBetween } from "../analytics/calendar.ts";
import { topicRoot } from "../ingest/reading.ts";
import { SimulatedClock } from "./clock.ts";
import { ConnectionGate } from "./connection-gate.ts";
import { Device, type MqttAddress } from "./device.ts";
import { type DeviceCounts, noCounts } from "./device-counts.ts";
import { type Counters, SimulatedMachine } from "./machine.ts";
import { Random } from "./random.ts";
import type { RegisteredMachine } from "./registration.ts";
import { WorkingTime } from "./working-time.ts";

export interface FleetMachine extends RegisteredMachine {
  /** Their values in its last stored readings. */
  readonly counters: Counters;
  /** Epoch milliseconds; its readings begin after this. */
  readonly startsAt: number;
}

export interface FleetOptions {
  readonly broker: MqttAddress;
  readonly calendar: ShiftCalendar;
  readonly machines: readonly FleetMachine[];
  readonly seed: number;
  /** Seconds between two readings of a channel once the present is reached. */
  readonly rate: number;
  /** Seconds between two readings in the past: of the state, and of all other channels. */
  readonly rateInThePast: { readonly state: number; readonly values: number };
  /** Simulated seconds in a real one until the present is reached. */
  readonly speed: number;
}

export interface FleetStatus extends DeviceCounts {
  readonly machines: number;
  /** Readings measured and not yet acknowledged. */
  readonly waiting: number;
  /** Readings that devices lost because they could not send for too long. */
  readonly dropped: number;
  /** Epoch milliseconds: all machines are simulated until then. */
  readonly simulatedUntil: number;
  /** All machines have reached the present, and their readings are stored. */
  readonly caughtUp: boolean;
  readonly processId: number;
  readonly residentBytes: number;
}

const tickMilliseconds = 100;
const connectingAtOnce = 24;
/** A machine in the past waits while its device has more readings than this to send. */
const backlogInThePast = 300;
const stateRepeatMilliseconds = 60_000;
/** Simulated times younger than this are the present. */
const presentMilliseconds = 60_000;

interface Unit {
  readonly machine: SimulatedMachine;
  readonly device: Device;
  next: number;
  /** Milliseconds; different for each device, so that they do not all measure at the same time. */
  readonly phase: number;
  stateSentAt: number;
  valuesSentAt: number;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #units: readonly Unit[];
  readonly #counts = noCounts();
  readonly #clock: SimulatedClock;
  /** Starts and ends of shifts in the past: every machine is read then, too. */
  readonly #boundaries: readonly number[];
  #caughtUp = false;

  constructor(options: FleetOptions, now = Date.now()) {
    this.#options = options;
    const { machines, calendar } = options;
    const start = machines.reduce((earliest, machine) => Math.min(earliest, machine.startsAt), now);
    this.#clock = new SimulatedClock(start, now, options.speed);
    this.#boundaries = shiftsBetween(calendar, start, now).flatMap((shift) => [shift.from, shift.to]);
    const gate = new ConnectionGate(connectingAtOnce);
    const workingTimes = new Map<string, WorkingTime>();
    this.#units = machines.map((machine) => {
      const working = workingTimes.get(machine.company) ?? new WorkingTime(calendar, machine.habit);
      workingTimes.set(machine.company, working);
      return this.#unit(machine, working, gate);
    });
  }

  #unit(planned: FleetMachine, working: WorkingTime, gate: ConnectionGate): Unit {
    const { broker, rate, seed } = this.#options;
    const { company, site, machine, type, username, password, startsAt, counters } = planned;
    const random = Random.of(seed, `${username} ${startsAt}`);
    const phase = Math.floor(random.next() * rate * 1000);
    const topic = `${topicRoot}/${company}/${site}/${machine}`;
    return {
      machine: new SimulatedMachine(type, working, { time: startsAt, counters }, random),
      device: new Device({ broker, topic, username, password, gate, counts: this.#counts }),
      next: startsAt + 1 + phase,
      phase,
      stateSentAt: Number.NEGATIVE_INFINITY,
      valuesSentAt: Number.NEGATIVE_INFINITY,
    };
  }

  start(): void {
    for (const { device } of this.#units) device.connect();
    setInterval(() => this.#tick(), tickMilliseconds);
  }

  get status(): FleetStatus {
    let waiting = 0;
    let dropped = 0;
    let simulatedUntil = Number.POSITIVE_INFINITY;
    for (const { device, machine } of this.#units) {
      waiting += device.backlog;
      dropped += device.dropped;
      simulatedUntil = Math.min(simulatedUntil, machine.time);
    }
    return {
      ...this.#counts,
      machines: this.#units.length,
      waiting,
      dropped,
      simulatedUntil: Number.isFinite(simulatedUntil) ? simulatedUntil : Date.now(),
      caughtUp: this.#caughtUp,
      processId: process.pid,
      residentBytes: process.memoryUsage.rss(),
    };
  }

  #tick(): void {
    const real = Date.now();
    const now = this.#clock.at(real);
    let inThePast = false;
    for (const unit of this.#units) {
      while (unit.next <= now && !this.#mustWait(unit, real)) this.#measure(unit, real);
      if (unit.next <= real - 2 * this.#options.rate * 1000) inThePast = true;
      unit.device.flush();
    }
    if (!this.#caughtUp && !inThePast && now === real) this.#caughtUp = this.#isSent();
  }

  #mustWait(unit: Unit, real: number): boolean {
    return this.#isPast(unit, real) && unit.device.backlog > backlogInThePast;
  }

  /** In the present a device measures whether it can send or not; in the past it waits. */
  #isPast(unit: Unit, real: number): boolean {
    return unit.next < real - presentMilliseconds;
  }

  #isSent(): boolean {
    return (
      this.#counts.connected === this.#units.length && this.#units.every(({ device }) => device.backlog < 50)
    );
  }

  #measure(unit: Unit, real: number): void {
    const { rate, rateInThePast } = this.#options;
    const { machine, device } = unit;
    const time = unit.next;
    const isPast = this.#isPast(unit, real);
    const interval = isPast
      ? { state: rateInThePast.state * 1000, values: rateInThePast.values * 1000 }
      : { state: rate * 1000, values: rate * 1000 };
    machine.advance(time, (state, at) => {
      const t = Math.ceil(at);
      // Two changes within a millisecond are one to a clock of milliseconds.
      if (t <= unit.stateSentAt) return;
      device.send("state", { t, v: state });
      unit.stateSentAt = t;
      // So that items made before a shift's end count in that shift.
      if (t < time && t > unit.valuesSentAt) sendCounters(unit, t);
    });
    if (time - unit.stateSentAt >= Math.min(stateRepeatMilliseconds, interval.state)) {
      device.send("state", { t: time, v: machine.state });
      unit.stateSentAt = time;
    }
    if (time - unit.valuesSentAt >= interval.values || this.#boundaries.includes(time)) {
      sendCounters(unit, time);
      for (const [channel, value] of machine.measure()) device.send(channel, { t: time, v: value });
      unit.valuesSentAt = time;
    }
    unit.next = time + interval.state;
    if (!isPast) return;
    // A long step must not pass a shift's boundary, or the beginning of the present.
    const boundary = this.#boundaries.find((other) => other > time) ?? Number.POSITIVE_INFINITY;
    const present = Math.max(time + 1, real - presentMilliseconds + unit.phase);
    unit.next = Math.min(unit.next, boundary, present);
  }
}

function sendCounters({ machine, device }: Unit, t: number): void {
  const { produced, scrap, energy } = machine.counters;
  device.send("produced", { t, v: produced });
  device.send("scrap", { t, v: scrap });
  device.send("energy", { t, v: energy });
}
