/** Internet addresses and ranges: whether one contains another, and which are internal. */
import { BlockList, isIP } from "node:net";

/** Loopback, private, link-local, shared and unique local ranges: they lead nowhere on the internet. */
export const internalRanges = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::/128",
  "::1/128",
  "fc00::/7",
  "fe80::/10",
];

export interface ParsedRange {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** `10.0.0.0/8` or a single address; undefined where it is neither. */
export function addressRange(text: string): ParsedRange | undefined {
  const [address = "", bits, more] = text
    .trim()
    .replace(/^\[|\]$/g, "")
    .split("/");
  const version = isIP(address);
  if (version === 0 || more !== undefined) return undefined;
  const width = version === 4 ? 32 : 128;
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (!(length <= width)) return undefined;
  const within = version === 6 && length >= 96 ? addressWithin(address) : undefined;
  if (within !== undefined) return { address: within, bits: length - 96, family: "ipv4" };
  return { address, bits: length, family: version === 4 ? "ipv4" : "ipv6" };
}

/** The IPv4 address that an IPv6 one stands for: mapped (`::ffff:0:0/96`), or translated by NAT64 (`64:ff9b::/96`). */
function addressWithin(address: string): string | undefined {
  if (!/^(0*:)*:?(0*:)*ffff:|^0*64:ff9b:/i.test(address)) return undefined;
  const { hostname } = new URL(`http://[${address.split("%")[0]}]/`);
  const parts = /^\[(?:::ffff|64:ff9b:):([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(hostname);
  if (parts === null) return undefined;
  const number = Number.parseInt(parts[1] ?? "", 16) * 0x10000 + Number.parseInt(parts[2] ?? "", 16);
  return [24, 16, 8, 0].map((bits) => (number >>> bits) & 0xff).join(".");
}

/** Ranges; an address or a range is in the set if one of them contains it. */
export class AddressSet {
  readonly #ranges: { readonly range: ParsedRange; readonly list: BlockList }[] = [];

  constructor(ranges: readonly string[]) {
    for (const text of ranges) {
      const range = addressRange(text);
      if (range === undefined) continue;
      const list = new BlockList();
      list.addSubnet(range.address, range.bits, range.family);
      this.#ranges.push({ range, list });
    }
  }

  contains(inner: ParsedRange): boolean {
    return this.#ranges.some(
      ({ range, list }) =>
        range.family === inner.family && range.bits <= inner.bits && list.check(inner.address, inner.family),
    );
  }
}

const linkLocal = new AddressSet(["169.254.0.0/16", "fe80::/10", "fd00:ec2::/32"]);

/** Addresses of the machine's own link: clouds hand out the machine's keys there. */
export const isLinkLocal = (range: ParsedRange): boolean => linkLocal.contains(range);

const internal = new AddressSet(internalRanges);

export const isInternalAddress = (range: ParsedRange): boolean => internal.contains(range);

/** All addresses, or half of them: a rule with such a range restricts nothing. */
export const isEverywhere = (range: ParsedRange): boolean => range.bits <= 1;
