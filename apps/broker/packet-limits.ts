/**
 * Limits on packets while they arrive: aedes' parser has none of its own, and a packet may announce 256 MiB. Of a PUBLISH that is
 * too long the beginning is kept, so that it can be acknowledged and rejected; without that a device sends it again for ever.
 */
import type { Client } from "aedes";
import type { BrokerLimits } from "./limits.ts";

/** The part of aedes' parser (`mqtt-packet`) that is used here. */
interface Parser {
  packet: { cmd?: string; length: number };
  _list: {
    readonly length: number;
    slice(from?: number, to?: number): Buffer;
    consume(bytes: number): void;
    append(bytes: Buffer): void;
  };
  parse(data: Buffer): number;
  _parseLength(): boolean;
  _parsePayload(): boolean;
}

/** A PUBLISH's longest topic and its identifier, and as much of the payload as a rejection shows. */
const keptBytes = 2 + 65_535 + 2 + 4096;

/** A PUBLISH that is too long, as it arrives. */
class LongPublish {
  readonly length: number;
  readonly #kept: Buffer[] = [];
  keptLength = 0;
  #arrived = 0;

  constructor(length: number) {
    this.length = length;
  }

  get missing(): number {
    return this.length - this.#arrived;
  }

  get kept(): Buffer {
    return Buffer.concat(this.#kept);
  }

  add(bytes: Buffer): void {
    this.#arrived += bytes.length;
    const kept = bytes.subarray(0, keptBytes - this.keptLength);
    if (kept.length === 0) return;
    this.#kept.push(Buffer.from(kept));
    this.keptLength += kept.length;
  }
}

export interface PacketEvents {
  /** A packet that is not kept; the caller ends the connection. */
  readonly tooLong: (bytes: number) => void;
  /** After each read: how much has arrived of a packet that is not complete. */
  readonly unfinished: (bytes: number) => void;
}

const lengths = new WeakMap<object, number>();

/** The length of a PUBLISH of which only the beginning was kept; undefined for any other. */
export function lengthOfCut(packet: object): number | undefined {
  return lengths.get(packet);
}

export function limitPackets(client: Client, limits: BrokerLimits, events: PacketEvents): void {
  const parser = (client as unknown as { _parser: Parser })._parser;
  const parse = parser.parse.bind(parser);
  const parseLength = parser._parseLength.bind(parser);
  const parsePayload = parser._parsePayload.bind(parser);
  let long: LongPublish | undefined;

  parser.parse = (data) => {
    const left = parse(data);
    events.unfinished(left + (long?.keptLength ?? 0));
    return left;
  };

  parser._parseLength = () => {
    const parsed = parseLength();
    const { cmd, length } = parser.packet;
    const isFirst = !client.connecting && !client.connected;
    if (length <= (isFirst ? limits.connectBytes : limits.packetBytes)) return parsed;
    if (isFirst || cmd !== "publish") {
      events.tooLong(length);
      return false;
    }
    long = new LongPublish(length);
    return true;
  };

  parser._parsePayload = () => {
    if (long === undefined) return parsePayload();
    const { packet, _list: list } = parser;
    const arrived = list.slice(0, Math.min(list.length, long.missing));
    list.consume(arrived.length);
    long.add(arrived);
    if (long.missing > 0) return false;
    const { kept, length } = long;
    long = undefined;
    // What was kept is a shorter PUBLISH, before the packets that follow.
    const next = list.slice();
    list.consume(list.length);
    list.append(kept);
    list.append(next);
    packet.length = kept.length;
    lengths.set(packet, length);
    return parsePayload();
  };
}
