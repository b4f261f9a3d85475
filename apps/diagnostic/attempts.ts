/** Counts attempts by a key (an address, an e-mail) and says when there were too many within a time. Kept in memory. */

const mostKeys = 50_000;

export interface Limit {
  readonly attempts: number;
  readonly withinMilliseconds: number;
}

export class Attempts {
  readonly #limit: Limit;
  /** Times of the attempts by key, oldest first. */
  readonly #times = new Map<string, number[]>();

  constructor(limit: Limit) {
    this.#limit = limit;
  }

  /** @returns seconds until the next attempt is allowed; 0 when it is allowed now. */
  secondsToWait(key: string, now = Date.now()): number {
    const times = this.#recent(key, now);
    const first = times[times.length - this.#limit.attempts];
    return first === undefined
      ? 0
      : Math.max(1, Math.ceil((first + this.#limit.withinMilliseconds - now) / 1000));
  }

  add(key: string, now = Date.now()): void {
    const times = this.#recent(key, now);
    times.push(now);
    // Re-inserting keeps the map in the order of the last attempt, so that the stalest key is dropped first.
    this.#times.delete(key);
    this.#times.set(key, times.slice(-this.#limit.attempts));
    if (this.#times.size > mostKeys) this.#times.delete(this.#times.keys().next().value!);
  }

  clear(key: string): void {
    this.#times.delete(key);
  }

  #recent(key: string, now: number): number[] {
    return (this.#times.get(key) ?? []).filter((time) => time > now - this.#limit.withinMilliseconds);
  }
}
