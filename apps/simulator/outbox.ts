/**
 * A device's readings that are not yet sent, bounded as in a real device's memory: above a channel's limit its oldest
 * readings are dropped and counted.
 */

export interface DeviceReading {
  /** Epoch milliseconds. */
  readonly t: number;
  readonly v: number | string;
}

export interface OutgoingMessage {
  readonly channel: string;
  readonly readings: readonly DeviceReading[];
}

export class Outbox {
  readonly #readingsPerChannel: number;
  readonly #channels = new Map<string, DeviceReading[]>();
  #size = 0;
  #dropped = 0;

  constructor(readingsPerChannel: number) {
    this.#readingsPerChannel = readingsPerChannel;
  }

  /** Readings that wait. */
  get size(): number {
    return this.#size;
  }

  /** Readings lost because the outbox was full. */
  get dropped(): number {
    return this.#dropped;
  }

  add(channel: string, reading: DeviceReading): void {
    let readings = this.#channels.get(channel);
    if (readings === undefined) {
      readings = [];
      this.#channels.set(channel, readings);
    }
    readings.push(reading);
    if (readings.length <= this.#readingsPerChannel) {
      this.#size += 1;
      return;
    }
    readings.shift();
    this.#dropped += 1;
  }

  /** The next message: up to `most` readings of the channel that has waited longest. */
  take(most: number): OutgoingMessage | undefined {
    for (const [channel, readings] of this.#channels) {
      this.#channels.delete(channel);
      const taken = readings.splice(0, most);
      // The rest is sent after the other channels.
      if (readings.length > 0) this.#channels.set(channel, readings);
      this.#size -= taken.length;
      return { channel, readings: taken };
    }
    return undefined;
  }
}
