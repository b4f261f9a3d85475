/** Lets only some devices connect at a time, so that a thousand TLS handshakes at once don't starve the broker. */

export class ConnectionGate {
  readonly #places: number;
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(places: number) {
    this.#places = places;
  }

  /** Calls `connect` when there is a place; whoever took one gives it back by the function that `connect` gets. */
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
