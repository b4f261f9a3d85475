/** Divides the network's IPv4 range: a large part for each zone's private subnet, a small one for each zone's public one. */

export interface SubnetRanges {
  readonly private: readonly string[];
  readonly public: readonly string[];
}

/** Length of the network's prefix: a VPC is /16 at most, and a public subnet's prefix is eight bits longer, at most /28. */
export const networkPrefix = { largest: 16, smallest: 20 } as const;

/** The range has 16 blocks: one for each zone's private subnet, and the last for all public subnets. */
const sixteenths = 16;

/**
 * @param range such as 10.60.0.0/16.
 * @throws RangeError for another range, or for more than 15 zones.
 */
export function subnetRanges(range: string, zones: number): SubnetRanges {
  const [address = "", length = ""] = range.split("/");
  const prefix = Number(length);
  const parts = address.split(".").map(Number);
  const base = parts.reduce((sum, part) => sum * 256 + part, 0);
  const size = 2 ** (32 - prefix);
  if (
    parts.length !== 4 ||
    parts.some((part) => !(part >= 0 && part <= 255)) ||
    !(prefix >= networkPrefix.largest && prefix <= networkPrefix.smallest) ||
    base % size !== 0 ||
    zones >= sixteenths
  )
    throw new RangeError(`${range} can't be divided over ${zones} zones.`);
  const block = size / sixteenths;
  const part = (offset: number, bits: number) => `${dotted(base + offset)}/${prefix + bits}`;
  const each = Array.from({ length: zones }, (_, index) => index);
  return {
    private: each.map((index) => part(index * block, 4)),
    public: each.map((index) => part((sixteenths - 1) * block + index * (block / sixteenths), 8)),
  };
}

const dotted = (address: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
