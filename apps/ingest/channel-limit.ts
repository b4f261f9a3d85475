/** Limits the channels of a machine: each is a series that the store and the pages keep for good. */
import type { Channel } from "./reading.ts";

export const channelsPerMachine = 200;

export class ChannelLimit {
  /** By `company/site/machine`. */
  readonly #channels = new Map<string, Set<string>>();

  /** @param series as `company/site/machine/channel`. */
  remember(series: Iterable<string>): void {
    for (const key of series) {
      const slash = key.lastIndexOf("/");
      this.#add(key.slice(0, slash), key.slice(slash + 1));
    }
  }

  /** A new channel counts from now on. */
  allows({ machineKey, channel }: Pick<Channel, "machineKey" | "channel">): boolean {
    const channels = this.#channels.get(machineKey);
    if (channels?.has(channel)) return true;
    if (channels !== undefined && channels.size >= channelsPerMachine) return false;
    this.#add(machineKey, channel);
    return true;
  }

  #add(machineKey: string, channel: string): void {
    const channels = this.#channels.get(machineKey);
    if (channels === undefined) this.#channels.set(machineKey, new Set([channel]));
    else channels.add(channel);
  }
}
