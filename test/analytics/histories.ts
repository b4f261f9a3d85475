/** Random machines' histories, by seed: what they send, when it arrives, and what goes wrong in between. */
import type { RawReading } from "./reference.ts";

export type Random = () => number;

/** A small generator with a fixed sequence for each seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Received extends RawReading {
  readonly receivedAt: number;
  /** When the batch that holds it is committed: up to some minutes after it was received. */
  readonly visibleAt: number;
}

const states = ["producing", "setup", "idle", "down", "planned-stop"];

export interface Machine {
  readonly company: string;
  readonly site: string;
  readonly machine: string;
  readonly plannedRunTimePerItem: number;
}

export function randomMachines(random: Random, count: number): Machine[] {
  return Array.from({ length: count }, (_, index) => ({
    company: `company-${index % 3}`,
    site: "main",
    machine: `machine-${index}`,
    plannedRunTimePerItem: 1 + Math.floor(random() * 20),
  }));
}

/** What one machine sends between two times, in whole seconds; machines differ in their behaviour. */
export function randomHistory(machine: Machine, from: number, to: number, random: Random): Received[] {
  const { company, site, machine: id } = machine;
  const sendsState = random() < 0.85;
  const repeatsState = random() < 0.5;
  const counters = ["produced", "scrap", "energy"].filter(() => random() < 0.8);
  const measures = random() < 0.5;
  const step = [10, 60, 300, 900][Math.floor(random() * 4)]! * 1000;
  const onTheMark = random() < 0.5;
  const values: Record<string, number> = {
    produced: Math.floor(random() * 1000),
    scrap: 0,
    energy: random() * 50,
  };
  const received: Received[] = [];
  const happens = (timesAnHour: number) => random() < (timesAnHour * step) / 3_600_000;
  let state = states[Math.floor(random() * states.length)]!;
  let offlineUntil = 0;
  let bufferedUntil = 0;
  let changed = true;
  const send = (time: number, channel: string, number: number | null, text = "") => {
    // A device without a connection sends later what it measured.
    const arrives = Math.max(time + Math.floor(random() * 3) * 1000, bufferedUntil);
    const receivedAt = arrives + Math.floor(random() * 5000);
    const visibleAt =
      receivedAt + (random() < 0.05 ? Math.floor(random() * 240_000) : Math.floor(random() * 2000));
    received.push({ company, site, machine: id, channel, time, number, text, receivedAt, visibleAt });
  };
  for (let time = from + (onTheMark ? 0 : Math.floor(random() * 600) * 1000); time < to; time += step) {
    if (happens(0.04)) offlineUntil = time + Math.floor(random() * 12 * 3600) * 1000;
    if (happens(0.03)) bufferedUntil = time + Math.floor(random() * 40 * 3600) * 1000;
    if (happens(1.5)) {
      state = states[Math.floor(random() * states.length)]!;
      changed = true;
    }
    if (state === "producing") {
      values.produced! += Math.floor(random() * 5);
      values.scrap! += random() < 0.1 ? 1 : 0;
    }
    values.energy! += random();
    if (happens(0.1)) for (const name of counters) values[name] = Math.floor(random() * 3);
    if (time < offlineUntil) continue;
    if (sendsState && (changed || repeatsState)) send(time, "state", null, state);
    changed = false;
    // Now and then a device reads nothing, or nonsense.
    const misread = happens(0.3) ? [0, 4_294_967_295, 1][Math.floor(random() * 3)] : undefined;
    for (const name of counters) if (random() < 0.9) send(time, name, misread ?? values[name]!);
    if (measures) send(time, "temperature", 20 + random());
  }
  return received;
}
