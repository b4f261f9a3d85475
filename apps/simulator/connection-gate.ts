/** Limits how many devices connect at a time: a thousand TLS handshakes at once would overload the broker. */
export class ConnectionGate {
  readonly #places: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /** Calls `connect` when a place is free, with the function that frees it again. */
  enter(connect: (leave: () => void) => void): void {
    if (this.#taken >= this.#places) {
      this.#waiting.push(() => this.enter(connect));
      return;
    }
    this.#taken += 1;
    let hasLeft = false;
    connect(() => {
      if (hasLeft) return;
      hasLeft = true;
      this.#taken -= 1;
      this.#waiting.shift()?.();
    });
  }
}
