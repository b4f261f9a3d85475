/** Simulated time: starts in the past, runs faster than the real clock until it has caught up, then follows it. */
export class SimulatedClock {
  readonly #start: number;
  readonly #realStart: number;
  readonly #speed: number;

  /** @param speed simulated seconds in a real one while catching up; more than 1. */
  constructor(start: number, realStart: number, speed: number) {
    this.#start = start;
    this.#realStart = realStart;
    this.#speed = speed;
  }

  /** Never later than the real time. Epoch milliseconds. */
  at(real: number): number {
    return Math.min(real, this.#start + Math.max(0, real - this.#realStart) * this.#speed);
  }
}
